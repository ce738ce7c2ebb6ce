//! Refused by the compiler: selector collision. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[tacit_sdk::contract(modules(roles))]
mod example {
    #[allow(unused_imports)]
    use tacit_sdk::prelude::*;

    #[view]
    fn has_role(role: u8, account: Address) -> bool {
        role == 0 && account.is_zero()
    }
}

fn main() {}
