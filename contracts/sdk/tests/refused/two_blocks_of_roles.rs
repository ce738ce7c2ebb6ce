//! Refused by the compiler: two blocks of roles, in which one id could be two roles. The message beside this file is part of the
//! interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[tacit_sdk::contract(modules(roles))]
mod example {
    use tacit_sdk::prelude::*;

    roles! {
        /// May make more.
        MINTER = 16;
    }

    roles! {
        /// May stop it.
        KEEPER = 16;
    }
}

fn main() {}
