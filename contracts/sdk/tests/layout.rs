//! The hash of a storage layout: whatever changes the meaning of stored bytes changes it, wherever that is declared, and
//! nothing else does.
#![allow(clippy::upper_case_acronyms)] // A name in capital letters is one of the cases.

use std::collections::BTreeMap;
use tacit_sdk::prelude::*;

const MOST: usize = 4;
const MORE: usize = MOST + 1;

type Long = u64;
type Short = u32;

/// Declared outside of the contracts, in capital letters.
#[derive(Wire, Clone, Copy)]
struct NFT {
    /// Whose it is.
    owner: Address,
    marks: List<Amount, MOST>,
}

mod other {
    use super::*;

    #[derive(Wire, Clone, Copy)]
    pub struct NFT {
        owner: Address,
        marks: List<Amount, MORE>,
    }
}

/// A contract that stores this; its hash.
macro_rules! layout_of {
    ([$($arguments:tt)*] $($storage:tt)*) => {{
        #[allow(dead_code, unused_imports)]
        #[tacit_sdk::contract($($arguments)*)]
        mod example {
            use super::*;

            storage! {
                version = 1;
                $($storage)*
            }
        }
        example::STORAGE_LAYOUT
    }};
    ($($storage:tt)*) => { layout_of!([] $($storage)*) };
}

/// A struct or enum of its own, and the layout of what stores it.
macro_rules! layout_with {
    ($declaration:item) => {{
        #[derive(Wire, Clone, Copy)]
        #[allow(dead_code)]
        $declaration
        <Item<Kept>>::LAYOUT
    }};
}

#[test]
fn the_same_storage_has_one_layout_however_it_is_written() {
    let plain = layout_of!(ONE: Item<u64> = 0; TWO: Map<Address, List<u8, 4>> = 1;);
    let described = layout_of!(
        /// Written the other way round.
        TWO: Map<Address, Bytes<MOST>> = 1;
        /// With an alias, and with comments.
        ONE: Item<u64> = 0;
    );
    let aliased = layout_of!(ONE: Item<Long> = 0; TWO: Map<Address, Bytes<4>> = 1;);
    assert_eq!(plain, described);
    assert_eq!(plain, aliased);
}

#[test]
fn whatever_an_entry_is_changes_the_layout() {
    let all = [
        ("as it is", layout_of!(ONE: Item<u64> = 0;)),
        ("another name", layout_of!(OTHER: Item<u64> = 0;)),
        ("another prefix", layout_of!(ONE: Item<u64> = 1;)),
        ("another type", layout_of!(ONE: Item<u128> = 0;)),
        ("another meaning", layout_of!(ONE: Item<Amount> = 0;)),
        ("nothing or something", layout_of!(ONE: Item<Option<u64>> = 0;)),
        ("a tuple", layout_of!(ONE: Item<(u64,)> = 0;)),
        ("another kind", layout_of!(ONE: Queue<u64> = 0;)),
        ("a set", layout_of!(ONE: Set<u64> = 0;)),
        ("a map", layout_of!(ONE: Map<u64, ()> = 0;)),
        ("an ordered map", layout_of!(ONE: OrderedMap<u64, ()> = 0;)),
        ("one of two", layout_of!(ONE: Item<u64> = 0; TWO: Item<u64> = 1;)),
        ("an alias of another type", layout_of!(ONE: Item<Short> = 0;)),
    ];
    differ(&all);
}

#[test]
fn lengths_count_by_their_numbers() {
    let all = [
        ("four", layout_of!(ONE: Item<List<u64, MOST>> = 0;)),
        ("five", layout_of!(ONE: Item<List<u64, MORE>> = 0;)),
        ("four bytes", layout_of!(ONE: Item<[u8; MOST]> = 0;)),
        ("five bytes", layout_of!(ONE: Item<[u8; MORE]> = 0;)),
        ("four at most", layout_of!(ONE: Item<Bytes<MOST>> = 0;)),
        ("four of text", layout_of!(ONE: Item<Text<MOST>> = 0;)),
        ("five of text", layout_of!(ONE: Item<Text<MORE>> = 0;)),
    ];
    differ(&all);
    assert_eq!(layout_of!(ONE: Item<[u8; MOST]> = 0;), layout_of!(ONE: Item<[u8; 4]> = 0;));
}

#[test]
fn types_count_by_what_they_are_made_of() {
    let all = [
        (
            "as it is",
            layout_with!(
                pub struct Kept {
                    one: u64,
                    two: u32,
                }
            ),
        ),
        (
            "the other way round",
            layout_with!(
                pub struct Kept {
                    two: u32,
                    one: u64,
                }
            ),
        ),
        (
            "with other names",
            layout_with!(
                pub struct Kept {
                    two: u64,
                    one: u32,
                }
            ),
        ),
        (
            "without names",
            layout_with!(
                pub struct Kept(u64, u32);
            ),
        ),
        (
            "shorter",
            layout_with!(
                pub struct Kept {
                    one: u64,
                }
            ),
        ),
        (
            "deeper",
            layout_with!(
                pub struct Kept {
                    one: (u64, u32),
                }
            ),
        ),
        (
            "with another inside",
            layout_with!(
                pub struct Kept {
                    one: NFT,
                }
            ),
        ),
        (
            "cases",
            layout_with!(
                pub enum Kept {
                    One { one: u64 },
                    Two(u32),
                }
            ),
        ),
        (
            "cases the other way round",
            layout_with!(
                pub enum Kept {
                    Two(u32),
                    One { one: u64 },
                }
            ),
        ),
        (
            "cases of other names",
            layout_with!(
                pub enum Kept {
                    One { one: u64 },
                    Three(u32),
                }
            ),
        ),
        (
            "cases of other contents",
            layout_with!(
                pub enum Kept {
                    One { one: u64 },
                    Two(u64),
                }
            ),
        ),
    ];
    differ(&all);
    assert_eq!(
        all[0].1,
        layout_with!(
            /// A comment.
            pub struct Kept {
                /// Another.
                one: u64,
                pub two: u32,
            }
        )
    );
}

#[test]
fn a_type_in_capital_letters_from_elsewhere_counts_with_its_lengths() {
    assert_ne!(layout_of!(ONE: Map<u64, NFT> = 0;), layout_of!(ONE: Map<u64, other::NFT> = 0;));
}

#[test]
fn the_modules_of_the_sdk_count_with_what_they_keep() {
    let all = [
        ("none", layout_of!(ONE: Item<u64> = 0;)),
        ("roles", layout_of!([modules(roles)] ONE: Item<u64> = 0;)),
        ("pause", layout_of!([modules(roles, pause)] ONE: Item<u64> = 0;)),
        ("upgrade", layout_of!([modules(roles, upgrade)] ONE: Item<u64> = 0;)),
        ("all", layout_of!([modules(roles, pause, upgrade)] ONE: Item<u64> = 0;)),
    ];
    differ(&all);
    // A longer input of `migrate` is another record.
    type Announced = ([u8; 32], Timestamp, Bytes<1024>);
    let kept = tacit_sdk::layout::of(&[
        &tacit_sdk::layout::entry("ANNOUNCED", 220, &Item::<Announced>::LAYOUT),
        &tacit_sdk::layout::entry("UPGRADE_DELAY", 221, &Item::<Duration>::LAYOUT),
    ]);
    assert_eq!(kept, upgrade::LAYOUT);
}

/// A contract with these roles; its hash.
macro_rules! layout_of_roles {
    ($($roles:tt)*) => {{
        #[allow(dead_code, unused_imports)]
        #[tacit_sdk::contract(modules(roles))]
        mod example {
            use super::*;

            storage! {
                version = 1;
                ONE: Item<u64> = 0;
            }

            roles! {
                $($roles)*
            }
        }
        example::STORAGE_LAYOUT
    }};
}

/// Members are stored by the role's id: an id that comes to mean another role gives them another power.
#[test]
fn what_a_role_s_id_means_changes_the_layout() {
    let all = [
        ("none", layout_of!([modules(roles)] ONE: Item<u64> = 0;)),
        ("one", layout_of_roles!(MINTER = 16;)),
        ("another in its place", layout_of_roles!(KEEPER = 16;)),
        ("another id", layout_of_roles!(MINTER = 17;)),
        ("two", layout_of_roles!(MINTER = 16; KEEPER = 17;)),
        ("two that changed places", layout_of_roles!(KEEPER = 16; MINTER = 17;)),
    ];
    differ(&all);
    let described = layout_of_roles!(
        /// Written the other way round.
        KEEPER = 17;
        /// With comments.
        MINTER = 16;
    );
    assert_eq!(described, all[4].1);
    let specified = tacit_sdk::layout::of(&[
        &tacit_sdk::layout::entry("ONE", 0, &Item::<u64>::LAYOUT),
        &roles::LAYOUT,
        &tacit_sdk::layout::of(&[b"role", b"MINTER", &[16]]),
        &tacit_sdk::layout::of(&[b"role", b"KEEPER", &[17]]),
    ]);
    assert_eq!(specified, all[4].1);
}

/// The bytes that `docs/spec/contract-spec.md` gives as an example.
#[test]
fn the_example_of_the_specification_has_its_hash() {
    let hash = layout_of!(BALANCES: Map<Address, Amount> = 0;);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "0619b0a5e1de41a63e8bd435e305f50107d4f1bd2137432829ec32b1c2a8831d");
}

fn differ(all: &[(&'static str, [u8; 32])]) {
    let mut seen = BTreeMap::new();
    for (name, layout) in all {
        assert_eq!(seen.insert(layout, name), None, "{name} is laid out as something else");
    }
}
