//! Refused by the compiler: wrong guard. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[tacit_sdk::contract]
mod example {
    use tacit_sdk::prelude::*;

    #[call]
    #[only_role(roles::ADMIN)]
    fn without_the_module() {}

    #[only_self]
    fn not_exported() {}

    #[call]
    #[only_role]
    fn which_role() {}

    #[call]
    #[reentrant]
    #[nonreentrant]
    fn both() {}

    #[init]
    #[only_self]
    fn init() {}
}

fn main() {}
