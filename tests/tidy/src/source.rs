//! Rules about source files: the opening line, nothing left undone, nothing that differs between machines.

use crate::rules;
use crate::text;

/// Words that mark unfinished work, put together here so that this file does not contain them.
const UNFINISHED: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
const UNFINISHED_MACROS: &[&str] = &[concat!("to", "do!"), concat!("unimple", "mented!")];

/// All violations in one Rust file; `path` is relative to the root, with `/`.
#[must_use]
pub fn violations(path: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !source.starts_with("//!") {
        found
            .push(format!("{path}:1: must open with `//!`: what it is for, what comes in and out, what it never does"));
    }
    let lines = source.lines().count();
    if lines > rules::FILE_LINES_MAX {
        let limit = rules::FILE_LINES_MAX;
        found.push(format!("{path}: {lines} lines, at most {limit}: split it where the story changes"));
    }
    let code = text::code_only(source);
    for (number, (line, code)) in source.lines().zip(code.lines()).enumerate() {
        let place = format!("{path}:{}", number + 1);
        UNFINISHED
            .iter()
            .filter(|word| text::has_word(line, word))
            .for_each(|word| found.push(format!("{place}: {word}: finish it, or write it into an issue")));
        UNFINISHED_MACROS
            .iter()
            .filter(|word| code.contains(*word))
            .for_each(|word| found.push(format!("{place}: {word}")));
    }
    if !rules::UNSAFE.iter().any(|(start, _)| path.starts_with(start)) {
        let lines = code.lines().enumerate().filter(|(_, line)| text::has_word(line, "unsafe"));
        found.extend(lines.map(|(number, _)| format!("{path}:{}: unsafe stands in listed files only", number + 1)));
    }
    if is_deterministic(path) {
        found.extend(nondeterminism(path, &text::without_test_modules(&code)));
    }
    found
}

fn is_deterministic(path: &str) -> bool {
    let tests = path.contains("/tests/") || path.ends_with("/tests.rs") || path.contains("/examples/");
    rules::DETERMINISTIC.iter().any(|folder| path.starts_with(folder)) && !tests
}

fn nondeterminism(path: &str, code: &str) -> Vec<String> {
    let excepted = |what: &str| rules::BANNED_EXCEPTIONS.iter().any(|(file, word, _)| *file == path && *word == what);
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let words = rules::BANNED_WORDS.iter().filter(|(word, _)| text::has_word(line, word));
        let paths = rules::BANNED_PATHS.iter().filter(|(part, _)| line.contains(part));
        for (what, why) in words.chain(paths).filter(|(what, _)| !excepted(what)) {
            found.push(format!("{path}:{}: {what} {why}", number + 1));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(path: &str, source: &str, words: &str) {
        let found = violations(path, source);
        assert!(found.iter().any(|violation| violation.contains(words)), "{words:?} is not in {found:?}");
    }

    #[test]
    fn a_clean_file_is_clean() {
        let source = "//! Clean: mentions HashMap and f64 in words only.\nuse std::collections::BTreeMap;\n";
        assert_eq!(violations("runtime/x/src/lib.rs", source), Vec::<String>::new());
    }

    #[test]
    fn a_file_without_a_lead_comment_is_found() {
        finds("node/x/src/lib.rs", "use std::fs;\n//! late\n", "must open with");
        finds("node/x/src/lib.rs", "", "must open with");
    }

    #[test]
    fn unfinished_work_is_found_in_comments_and_code() {
        for word in UNFINISHED {
            finds("node/x/src/a.rs", &format!("//! A.\n// {word}: later\n"), word);
        }
        for word in UNFINISHED_MACROS {
            finds("node/x/src/a.rs", &format!("//! A.\nfn f() {{ {word}() }}\n"), word);
        }
    }

    #[test]
    fn a_file_that_is_too_long_is_found() {
        finds("node/x/src/a.rs", &format!("//! A.\n{}", "\n".repeat(rules::FILE_LINES_MAX)), "split it");
    }

    #[test]
    fn unsafe_outside_the_listed_files_is_found() {
        let source = "//! A.\nfn f() { unsafe { g() } }\n";
        finds("node/x/src/a.rs", source, "unsafe");
        let listed = rules::UNSAFE.first().map_or("", |(file, _)| file);
        assert_eq!(violations(listed, source), Vec::<String>::new());
    }

    #[test]
    fn every_banned_word_and_path_is_found_in_deterministic_code_only() {
        for (what, _) in rules::BANNED_WORDS.iter().chain(rules::BANNED_PATHS) {
            let source = format!("//! A.\nfn f() {{ let _ = {what} ; }}\n");
            finds("runtime/x/src/a.rs", &source, what);
            assert_eq!(violations("node/x/src/a.rs", &source), Vec::<String>::new());
            assert_eq!(violations("runtime/x/tests/it/a.rs", &source), Vec::<String>::new());
            let in_tests = format!("//! A.\n#[cfg(test)]\nmod tests {{\n fn f() {{ {what} }}\n}}\n");
            assert_eq!(violations("runtime/x/src/a.rs", &in_tests), Vec::<String>::new());
        }
    }
}
