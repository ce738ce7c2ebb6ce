//! Takes comments, literals and test modules out of Rust source, keeping every line where it is.

/// The code of `source` with comments and the contents of string and character literals replaced by spaces.
#[must_use]
pub fn code_only(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = skipped(rest, out.chars().next_back()).unwrap_or(0);
        if length == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            let (gone, tail) = rest.split_at(length);
            out.extend(gone.chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
            rest = tail;
        }
    }
    out
}

/// Length of the comment or literal that `rest` starts with.
fn skipped(rest: &str, before: Option<char>) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    if rest.starts_with('"') {
        return Some(quoted(rest, '"'));
    }
    let inside_a_word = before.is_some_and(|character| character.is_alphanumeric() || character == '_');
    if inside_a_word { None } else { raw_string(rest).or_else(|| character_literal(rest)) }
}

/// `r"`, `r#"`, `br"` and so on, up to the same number of hashes.
fn raw_string(rest: &str) -> Option<usize> {
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    if !raw[hashes..].starts_with('"') {
        return None;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let start = rest.len() - raw.len() + hashes + 1;
    Some(rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len()))
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0usize, 0usize);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + character.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// A character literal, told from a lifetime by its closing quote.
fn character_literal(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    let closes = first == '\\' || inner[first.len_utf8()..].starts_with('\'');
    closes.then(|| quoted(rest, '\''))
}

/// `code` (from [`code_only`]) with every inline module under `#[cfg(test)]` blanked out.
#[must_use]
pub fn without_test_modules(code: &str) -> String {
    let mut out = code.to_string();
    let mut from = 0;
    while let Some(at) = out[from..].find("#[cfg(test)]").map(|at| at + from) {
        from = at + 1;
        let Some(open) = out[at..].find(['{', ';']).map(|open| open + at) else { break };
        if out.as_bytes().get(open) == Some(&b';') || !out[at..open].contains("mod ") {
            continue;
        }
        let end = closing_brace(&out, open);
        let blank: String = out[at..end].chars().map(|character| if character == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(at..end, &blank);
    }
    out
}

fn closing_brace(code: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (at, character) in code[open..].char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return open + at + 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    code.len()
}

/// Whether `word` occurs in `line` with no letter, digit or underscore beside it.
#[must_use]
pub fn has_word(line: &str, word: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(part);
        let after = line[at + word.len()..].chars().next().is_some_and(part);
        !before && !after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_vanish_and_lines_stay() {
        let source = "let a = \"HashMap \\\" f64\"; // HashMap\n/* f32 /* deep */ f32 */ let b = r#\"f64 \" f64\"#;\nlet c = '\"'; let d: &'a str;\nf64";
        let code = code_only(source);
        assert_eq!(code.lines().count(), source.lines().count());
        for word in ["HashMap", "f32"] {
            assert!(!has_word(&code, word), "{word} is left in {code:?}");
        }
        assert_eq!(code.lines().filter(|line| has_word(line, "f64")).count(), 1);
        assert!(code.contains("let b") && code.contains("&'a str"));
    }

    #[test]
    fn test_modules_vanish_and_what_follows_stays() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn x() { if y { f64 } }\n}\nfn b() { f32 }\n#[cfg(test)]\nmod more;\nfn c() {}";
        let left = without_test_modules(code);
        assert!(!has_word(&left, "f64") && has_word(&left, "f32") && left.contains("fn c()"), "{left}");
        assert_eq!(left.lines().count(), code.lines().count());
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("use std::HashMap;", "HashMap"));
        assert!(!has_word("IndexHashMap", "HashMap") && !has_word("rand_chacha", "rand") && !has_word("F64", "f64"));
    }
}
