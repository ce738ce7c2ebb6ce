//! Refused by the compiler: outside a contract. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[call]
fn lost() {}

fn main() {}
