//! Finds the files of the repository, without build results, hidden folders, and what somebody tried out at its top.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository, from where this crate stands in it.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folders at the top of `root`, without hidden ones and `target`: those that git tracks where `root` is a checkout, because a
/// project that somebody made there is no part of the repository; else those that are there.
///
/// # Errors
/// What the file system said.
pub fn top_folders(root: &Path) -> std::io::Result<BTreeSet<String>> {
    let is_ours = |name: &String| !name.starts_with('.') && name != "target";
    if let Some(tracked) = tracked_folders(root) {
        return Ok(tracked.into_iter().filter(is_ours).collect());
    }
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(root)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(found.into_iter().filter(is_ours).collect())
}

/// The folders at the top that git tracks; none where there is no checkout or no git that reads it.
fn tracked_folders(root: &Path) -> Option<BTreeSet<String>> {
    if !root.join(".git").exists() {
        return None;
    }
    let output = Command::new("git").arg("-C").arg(root).args(["ls-files", "-z"]).output().ok()?;
    let paths = String::from_utf8_lossy(&output.stdout).into_owned();
    let folders: BTreeSet<String> =
        paths.split('\0').filter_map(|path| path.split_once('/')).map(|(folder, _)| folder.to_owned()).collect();
    (output.status.success() && !folders.is_empty()).then_some(folders)
}

/// Paths relative to `root`, with `/`, of all files with one of the `endings`, in order, in [`top_folders`] and beside them.
///
/// # Errors
/// What the file system said.
pub fn list(root: &Path, endings: &[&str]) -> std::io::Result<Vec<String>> {
    let top = top_folders(root)?;
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || name == "target" || name == "node_modules" {
                continue;
            }
            if folder == root && entry.file_type()?.is_dir() && !top.contains(&name) {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
                let path = entry.path();
                let relative = path.strip_prefix(root).unwrap_or(&path);
                found.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_somebody_tried_out_in_a_checkout_is_not_looked_at_and_what_git_tracks_is() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let file = root.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
        };
        ["ours/src/a.rs", "piggy/src/b.rs", "c.rs", "target/d.rs", ".hidden/e.rs"].into_iter().for_each(write);
        let found = || list(root.path(), &[".rs"]).unwrap();
        assert_eq!(found(), ["c.rs", "ours/src/a.rs", "piggy/src/b.rs"], "without git, whatever is there");
        let git = |arguments: &[&str]| {
            Command::new("git")
                .arg("-C")
                .arg(root.path())
                .args(arguments)
                .output()
                .is_ok_and(|output| output.status.success())
        };
        if !git(&["init", "--quiet"]) {
            println!("without git there is nothing more to see");
            return;
        }
        assert!(git(&["add", "ours", "c.rs"]));
        assert_eq!(top_folders(root.path()).unwrap(), BTreeSet::from(["ours".to_owned()]));
        assert_eq!(found(), ["c.rs", "ours/src/a.rs"]);
    }
}
