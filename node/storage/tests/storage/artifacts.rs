//! The folder of compiled contracts: private, and never in anybody's way.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tacit_storage::Artifacts;

fn name(number: u8) -> [u8; 32] {
    [number; 32]
}

fn file_of(folder: &Path, number: u8) -> std::path::PathBuf {
    folder.join(format!("{number:02x}").repeat(32))
}

fn open(folder: &Path) -> Artifacts {
    Artifacts::open(folder).unwrap()
}

fn bytes_on_disk(folder: &Path) -> u64 {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

#[test]
fn what_was_put_is_there_again_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("artifacts");
    let artifacts = open(&folder);
    assert_eq!(artifacts.get(&name(1), 100), None);
    artifacts.put(&name(1), b"first");
    artifacts.put(&name(1), b"second");
    assert_eq!(artifacts.get(&name(1), 100), Some(b"second".to_vec()));
    let secret = *artifacts.secret();
    drop(artifacts);
    let artifacts = open(&folder);
    assert!(artifacts.has(&name(1)) && !artifacts.has(&name(2)));
    assert_eq!((artifacts.get(&name(1), 100), *artifacts.secret()), (Some(b"second".to_vec()), secret));
    assert_eq!(artifacts.bytes(), 6);
}

#[test]
fn folder_secret_and_artifacts_are_for_their_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("artifacts");
    open(&folder).put(&name(1), b"code");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("secret")), mode(&file_of(&folder, 1))), (0o700, 0o600, 0o600));
    let other = dir.path().join("other");
    assert_ne!(open(&folder).secret(), open(&other).secret(), "two nodes have one secret");
}

#[test]
fn a_secret_that_others_could_read_or_that_was_cut_is_replaced_with_everything_made_by_it() {
    let dir = tempfile::tempdir().unwrap();
    let secret_file = dir.path().join("secret");
    let spoil: [&dyn Fn(); 3] = [
        &|| fs::set_permissions(&secret_file, fs::Permissions::from_mode(0o640)).unwrap(),
        &|| fs::write(&secret_file, [1; 31]).unwrap(),
        &|| fs::remove_file(&secret_file).unwrap(),
    ];
    for spoil in spoil {
        let artifacts = open(dir.path());
        artifacts.put(&name(1), b"code");
        let before = *artifacts.secret();
        drop(artifacts);
        spoil();
        let artifacts = open(dir.path());
        assert_ne!(*artifacts.secret(), before);
        assert!(!artifacts.has(&name(1)) && !file_of(dir.path(), 1).exists());
        assert_eq!(fs::metadata(&secret_file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn what_nothing_needs_goes_after_a_restart_and_what_is_used_never() {
    let dir = tempfile::tempdir().unwrap();
    let artifacts = open(dir.path());
    (1..=4).for_each(|number| artifacts.put(&name(number), &[number; 300]));
    artifacts.retain(&BTreeSet::new());
    assert!((1..=4).all(|number| artifacts.has(&name(number))), "put since the folder was opened");
    drop(artifacts);
    let artifacts = open(dir.path());
    artifacts.get(&name(1), 1_000).unwrap();
    artifacts.put(&name(5), b"new");
    artifacts.retain(&BTreeSet::from([name(2), name(9)]));
    let held = (1..=5).filter(|number| artifacts.has(&name(*number)) && file_of(dir.path(), *number).exists());
    assert_eq!(held.collect::<Vec<u8>>(), [1, 2, 5]);
    assert!(!file_of(dir.path(), 3).exists() && !file_of(dir.path(), 4).exists());
    assert_eq!((artifacts.bytes(), bytes_on_disk(dir.path())), (603, 603 + 32));
}

#[test]
fn a_crash_between_write_and_rename_leaves_the_old_artifact_and_no_rubbish() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).put(&name(1), b"whole");
    let unfinished = dir.path().join(format!("unfinished-{}", "01".repeat(32)));
    fs::write(&unfinished, b"wh").unwrap();
    let artifacts = open(dir.path());
    assert_eq!(artifacts.get(&name(1), 100), Some(b"whole".to_vec()));
    assert!(!unfinished.exists());
}

#[test]
fn files_that_vanish_grow_or_turn_into_folders_are_absent_and_can_be_put_again() {
    let dir = tempfile::tempdir().unwrap();
    let artifacts = open(dir.path());
    let spoil: [&dyn Fn(&Path); 3] =
        [&|path| fs::remove_file(path).unwrap(), &|path| fs::write(path, [0; 101]).unwrap(), &|path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }];
    for spoil in spoil {
        let path = file_of(dir.path(), 1);
        let _ = fs::remove_dir(&path);
        artifacts.put(&name(1), b"code");
        spoil(&path);
        assert_eq!(artifacts.get(&name(1), 100), None);
        assert!(!artifacts.has(&name(1)));
    }
    let _ = fs::remove_dir(file_of(dir.path(), 1));
    artifacts.put(&name(1), b"code");
    assert_eq!(artifacts.get(&name(1), 100), Some(b"code".to_vec()));
}

#[test]
fn a_folder_that_is_pulled_away_costs_what_it_held_and_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("artifacts");
    let artifacts = open(&folder);
    artifacts.put(&name(1), b"code");
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(artifacts.get(&name(1), 100), None);
    artifacts.put(&name(2), b"code");
    assert!(!artifacts.has(&name(2)));
    fs::write(&folder, b"a file where the folder was").unwrap();
    artifacts.put(&name(2), b"code");
    assert!(artifacts.get(&name(2), 100).is_none());
    assert!(Artifacts::open(&folder).is_err());
}

#[test]
fn files_of_other_names_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    for other in ["notes.txt", &"AB".repeat(32), &"0g".repeat(32), &"ab".repeat(31)] {
        fs::write(dir.path().join(other), b"mine").unwrap();
    }
    let artifacts = open(dir.path());
    assert_eq!(artifacts.bytes(), 0);
    assert!(dir.path().join("notes.txt").exists());
}
