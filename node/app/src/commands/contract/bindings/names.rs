//! Names in clients. A spec may have names that a language keeps for itself, that what is written there needs, or that would
//! stand twice. Such a name gets `_` behind it: a client always compiles, and every other name is the contract's own.

use std::collections::BTreeSet;

/// The names as they are written: in the order in which they were wanted, none reserved, none twice. What comes later gives
/// way, and nothing gives way to a name that somebody else wants.
pub fn given<S: AsRef<str>>(wanted: &[S], is_reserved: impl Fn(&str) -> bool) -> Vec<String> {
    let all: BTreeSet<&str> = wanted.iter().map(AsRef::as_ref).collect();
    let mut taken = BTreeSet::new();
    let give = |name: &str| {
        let mut own = name.replace('-', "_");
        while is_reserved(&own) || taken.contains(&own) || (own != name && all.contains(own.as_str())) {
            own.push('_');
        }
        taken.insert(own.clone());
        own
    };
    wanted.iter().map(AsRef::as_ref).map(give).collect()
}

/// `total_supply` as `TotalSupply`.
pub fn camel(name: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    let name: String = name.split(['_', '-']).map(capital).collect();
    // What is left of a name of underscores and digits is none in any language.
    if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) { name } else { format!("_{name}") }
}

/// `InsufficientBalance` as `INSUFFICIENT_BALANCE`.
pub fn shouting(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

/// A sentence of documentation that cannot end the comment around it.
pub fn comment(text: &str) -> String {
    text.replace("*/", "* /")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_names_of_types() {
        let names = ["total_supply", "my-token", "x", "_", "_1a"].map(camel);
        assert_eq!(names, ["TotalSupply", "MyToken", "X", "_", "_1a"]);
        assert_eq!(shouting("InsufficientBalance"), "INSUFFICIENT_BALANCE");
        assert_eq!(comment("ends */ early"), "ends * / early");
    }

    #[test]
    fn a_name_gives_way_to_the_language_and_to_those_before_it_and_to_no_other() {
        let wanted = ["a", "fn", "a", "fn_", "a-b", "a_b", "a_"];
        assert_eq!(given(&wanted, |name| name == "fn"), ["a", "fn__", "a__", "fn_", "a_b_", "a_b", "a_"]);
    }
}
