//! Refused by the compiler: a stored type from elsewhere. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[derive(Wire, Clone, Copy)]
struct Elsewhere {
    number: u64,
}

#[tacit_sdk::contract]
mod example {
    use super::Elsewhere;
    use tacit_sdk::prelude::*;

    const MOST: usize = 4;

    /// Declared here, but not all of it.
    #[derive(Wire, Clone, Copy)]
    pub struct Here {
        inner: Option<Elsewhere>,
    }

    storage! {
        version = 1;
        FINE: Map<(Address, u64), List<Amount, MOST>> = 0;
        NESTED: Item<Here> = 1;
    }
}

fn main() {}
