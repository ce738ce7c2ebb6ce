//! A book whose blocks are run: the fenced blocks of Markdown pages, in order, as a reader would type them.
//!
//! A block of `sh` is run, a block of `text` after one is what it printed, with `...` for what differs from run to run: in a
//! line for a part of it, alone for any number of lines. What else is to be done stands in a comment on the line before:
//! `<!-- test: DIRECTION -->`, see [`Direction`]. A block that nobody says anything about is an error: nothing in a book goes
//! untested without a reason.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long one block may take.
const BLOCK_SECONDS: u64 = 540;
/// How long something in the background may take until it answers, and until it has ended.
const BACKGROUND_WAIT: Duration = Duration::from_secs(90);

/// What a reader does with a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Direction {
    /// Runs it; it must succeed.
    Run,
    /// `fails`: runs its one command, which must exit with 1.
    Fails,
    /// `background`: runs it in another terminal and waits until it answers.
    Background,
    /// Compares it with what the block before printed.
    Printed,
    /// `into FILE`: it is all of the file.
    Into(String),
    /// `before "LINE" in FILE`: it goes above the one line that holds this.
    Before(String, String),
    /// `instead of "LINE" in FILE`: it replaces the one line that holds this.
    Instead(String, String),
    /// `never: REASON`.
    Never(String),
}

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Where it begins, for messages: `deploy.md:12`.
    pub place: String,
    /// What is done with it.
    pub direction: Direction,
    /// Whether it needs node and npm: it stands below `<!-- test: the rest with node -->`.
    pub needs_node: bool,
    /// What stands in it.
    pub text: String,
}

/// The blocks of a page.
///
/// # Errors
/// Where a block begins that nobody says anything about, that does not end, or a direction that is none.
pub fn blocks(page: &str, text: &str) -> Result<Vec<Block>, String> {
    let mut found = Vec::new();
    let mut comment: Option<String> = None;
    let mut needs_node = false;
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let place = format!("{page}:{}", number + 1);
        let trimmed = line.trim_start();
        if let Some(direction) = trimmed.strip_prefix("<!-- test:") {
            let direction = direction.strip_suffix("-->").ok_or(format!("{place}: the direction does not end"))?;
            match direction.trim() {
                "the rest with node" => needs_node = true,
                other => comment = Some(other.to_owned()),
            }
            continue;
        }
        let Some(language) = trimmed.strip_prefix("```") else {
            if let Some(direction) = comment {
                return Err(format!("{place}: `{direction}` stands before no block"));
            }
            continue;
        };
        let indent = line.len() - trimmed.len();
        let mut body = String::new();
        loop {
            let (_, line) = lines.next().ok_or(format!("{place}: the block does not end"))?;
            if line.trim() == "```" {
                break;
            }
            body.push_str(line.get(indent..).unwrap_or_else(|| line.trim_start()));
            body.push('\n');
        }
        let direction = direction(language.trim(), comment.take()).map_err(|why| format!("{place}: {why}"))?;
        found.push(Block { place, direction, needs_node, text: body });
    }
    Ok(found)
}

fn direction(language: &str, comment: Option<String>) -> Result<Direction, String> {
    let Some(comment) = comment else {
        return match language {
            "sh" => Ok(Direction::Run),
            "text" => Ok(Direction::Printed),
            other => Err(format!("nobody says what is done with this block of `{other}`")),
        };
    };
    let edit = |text: &str| {
        let (line, file) = text.strip_prefix('"')?.rsplit_once("\" in ")?;
        Some((line.to_owned(), file.to_owned()))
    };
    let parsed = match comment.as_str() {
        "fails" if language == "sh" => Some(Direction::Fails),
        "background" if language == "sh" => Some(Direction::Background),
        text => text
            .strip_prefix("into ")
            .map(|file| Direction::Into(file.to_owned()))
            .or_else(|| text.strip_prefix("never: ").map(|reason| Direction::Never(reason.to_owned())))
            .or_else(|| text.strip_prefix("before ").and_then(edit).map(|(line, file)| Direction::Before(line, file)))
            .or_else(|| {
                text.strip_prefix("instead of ").and_then(edit).map(|(line, file)| Direction::Instead(line, file))
            }),
    };
    parsed.ok_or(format!("`{comment}` is no direction for a block of `{language}`"))
}

/// Whether `actual` is what a page shows; see the module for `...`.
pub fn is_shown(shown: &str, actual: &str) -> bool {
    let shown: Vec<&str> = shown.trim_end().lines().map(str::trim_end).collect();
    let actual: Vec<&str> = actual.trim_end().lines().map(str::trim_end).collect();
    lines_match(&shown, &actual)
}

fn lines_match(shown: &[&str], actual: &[&str]) -> bool {
    match shown.split_first() {
        None => actual.is_empty(),
        Some((first, rest)) if first.trim() == "..." => {
            (0..=actual.len()).any(|skipped| lines_match(rest, &actual[skipped..]))
        }
        Some((first, rest)) => {
            actual.split_first().is_some_and(|(line, others)| line_matches(first, line) && lines_match(rest, others))
        }
    }
}

fn line_matches(shown: &str, actual: &str) -> bool {
    let Some((head, tail)) = shown.split_once("...") else { return shown == actual };
    let Some(rest) = actual.strip_prefix(head) else { return false };
    rest.char_indices().map(|(place, _)| place).chain([rest.len()]).any(|place| line_matches(tail, &rest[place..]))
}

/// Somebody who follows the book: an empty home, a folder they are in, and what they have exported.
pub struct Reader {
    home: PathBuf,
    environment: Vec<(String, String)>,
    printed: Option<String>,
    background: Vec<Child>,
}

impl Reader {
    /// A reader whose home is the empty folder `home`, with these variables besides the path.
    pub fn new(home: &Path, environment: Vec<(String, String)>) -> Self {
        let state = home.join(".reader");
        std::fs::create_dir_all(&state).expect("a folder for the reader's state");
        std::fs::write(state.join("folder"), home.to_str().expect("UTF-8")).expect("a file");
        std::fs::write(state.join("exports"), "").expect("a file");
        Self { home: home.to_path_buf(), environment, printed: None, background: Vec::new() }
    }

    /// Does what a block says.
    ///
    /// # Errors
    /// What went otherwise than the book says.
    pub fn follow(&mut self, block: &Block) -> Result<(), String> {
        let Block { place, direction, text, .. } = block;
        match direction {
            Direction::Never(_) => Ok(()),
            Direction::Run => self.run(place, text, 0),
            Direction::Fails => {
                if text.trim_end().replace("\\\n", "").lines().count() != 1 {
                    return Err(format!("{place}: what fails must be one command"));
                }
                self.run(place, text, 1)
            }
            Direction::Background => self.start(place, text),
            Direction::Printed => match &self.printed {
                None => Err(format!("{place}: nothing ran before that could have printed this")),
                Some(printed) if is_shown(text, printed) => Ok(()),
                Some(printed) => Err(format!("{place}: the book shows\n{text}\nand it printed\n{printed}")),
            },
            Direction::Into(file) => self.write(place, file, |_| Some(text.clone())),
            Direction::Before(line, file) => self.write(place, file, |old| edited(old, line, text, true)),
            Direction::Instead(line, file) => self.write(place, file, |old| edited(old, line, text, false)),
        }
    }

    fn write(&mut self, place: &str, file: &str, edit: impl FnOnce(&str) -> Option<String>) -> Result<(), String> {
        let folder = std::fs::read_to_string(self.home.join(".reader/folder")).expect("the folder");
        let path = Path::new(folder.trim_end()).join(file);
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        let new = edit(&old).ok_or(format!("{place}: {file} has no such line, or several:\n{old}"))?;
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, new).map_err(|error| format!("{place}: {file}: {error}"))
    }

    /// A program that sees the reader's home and variables, and nothing of this test's.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("HOME", &self.home).stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a block as typed into a shell that is still in the folder, and knows the exports, of the block before.
    fn run(&mut self, place: &str, text: &str, expected: i32) -> Result<(), String> {
        let script = format!(
            "exec 2>&1; set -euo pipefail; . ~/.reader/exports; cd -- \"$(cat ~/.reader/folder)\"\n{text}\npwd >~/.reader/folder; export -p >~/.reader/exports"
        );
        let started = Instant::now();
        let limited = ["--kill-after=5", &BLOCK_SECONDS.to_string(), "bash", "-c", &script];
        let Output { status, stdout, .. } = self.command("timeout").args(limited).output().expect("bash runs");
        let printed = String::from_utf8_lossy(&stdout).into_owned();
        println!("{place}: {} in {:.1} s", status, started.elapsed().as_secs_f64());
        if status.code() != Some(expected) {
            return Err(format!("{place}: exit {status} and not {expected}\n{text}\nprinted\n{printed}"));
        }
        self.printed = Some(printed);
        Ok(())
    }

    fn start(&mut self, place: &str, text: &str) -> Result<(), String> {
        let log = std::fs::File::create(self.home.join(".reader/background")).expect("a log");
        let mut shell = self.command("bash");
        shell.args(["-c", &format!("cd; exec {text}")]).stdout(log.try_clone().expect("a file")).stderr(log);
        self.background.push(shell.process_group(0).spawn().expect("bash runs"));
        let deadline = Instant::now() + BACKGROUND_WAIT;
        while !self.command("tacit").arg("status").output().expect("tacit runs").status.success() {
            let log = || std::fs::read_to_string(self.home.join(".reader/background")).unwrap_or_default();
            if Instant::now() > deadline {
                return Err(format!("{place}: nothing answers\n{}", log()));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }
}

impl Drop for Reader {
    /// Ctrl-C in every other terminal.
    fn drop(&mut self) {
        for child in &mut self.background {
            let _ = Command::new("kill").arg("-INT").arg(child.id().to_string()).status();
            let deadline = Instant::now() + BACKGROUND_WAIT;
            while matches!(child.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(50));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// `old` with `text` above, or instead of, the one line that holds `wanted`.
fn edited(old: &str, wanted: &str, text: &str, keeps: bool) -> Option<String> {
    if old.lines().filter(|line| line.contains(wanted)).count() != 1 {
        return None;
    }
    let mut new = String::new();
    for line in old.lines() {
        let is_place = line.contains(wanted);
        if is_place {
            new.push_str(text);
        }
        if keeps || !is_place {
            new.push_str(line);
            new.push('\n');
        }
    }
    Some(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_may_leave_parts_and_lines_out() {
        assert!(is_shown("a ... c\n...\nend\n", "a bbb c\nx\ny\nend"));
        assert!(is_shown("...\nvalue  5\n...", "gas 1\nvalue  5") && is_shown("a...", "a") && is_shown("", ""));
        for (shown, actual) in [("a", "a\nb"), ("a ... c", "a b d"), ("...\nz", "a\nb"), ("a\n...", "b"), ("", "x")] {
            assert!(!is_shown(shown, actual), "{shown:?} is not {actual:?}");
        }
    }

    #[test]
    fn every_block_has_a_direction_or_is_refused() {
        let page = "x\n```sh\nls\n```\n<!-- test: before \"use a;\" in src/lib.rs -->\n```rust\nfn f() {}\n```\n   ```text\n   out\n   ```\n";
        let found = blocks("p.md", page).unwrap();
        let before = Direction::Before("use a;".into(), "src/lib.rs".into());
        assert_eq!(
            found.iter().map(|block| &block.direction).collect::<Vec<_>>(),
            [&Direction::Run, &before, &Direction::Printed]
        );
        assert_eq!((found[1].place.as_str(), found[2].text.as_str()), ("p.md:6", "out\n"));
        for bad in [
            "```rust\n```\n",
            "```\nls\n```\n",
            "```sh\nls\n",
            "<!-- test: fails -->\ntext\n",
            "<!-- test: fails -->\n```rust\n```\n",
            "<!-- test: perhaps -->\n```sh\n```\n",
            "<!-- test: fails\n```sh\n```\n",
        ] {
            assert!(blocks("p.md", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_reader_keeps_folder_and_exports_and_notices_what_is_otherwise() {
        let home = tempfile::tempdir().unwrap();
        let mut reader = Reader::new(home.path(), vec![("PATH".into(), std::env::var("PATH").unwrap())]);
        let block =
            |direction, text: &str| Block { place: "p".into(), direction, needs_node: false, text: text.into() };
        reader.follow(&block(Direction::Run, "mkdir d\ncd d\nexport X=5\n")).unwrap();
        reader.follow(&block(Direction::Into("f".into()), "one\ntwo\n")).unwrap();
        reader.follow(&block(Direction::Before("two".into(), "f".into()), "half\n")).unwrap();
        reader.follow(&block(Direction::Instead("two".into(), "f".into()), "2\n")).unwrap();
        reader.follow(&block(Direction::Run, "basename $PWD\necho $X\ncat f\n")).unwrap();
        reader.follow(&block(Direction::Printed, "d\n5\none\nhalf\n2\n")).unwrap();
        reader.follow(&block(Direction::Fails, "false\n")).unwrap();
        for wrong in [
            block(Direction::Run, "false\ntrue\n"),
            block(Direction::Fails, "true\n"),
            block(Direction::Fails, "true\nfalse\n"),
            block(Direction::Printed, "other\n"),
            block(Direction::Instead("three".into(), "f".into()), "3\n"),
        ] {
            assert!(reader.follow(&wrong).is_err(), "{wrong:?}");
        }
    }
}
