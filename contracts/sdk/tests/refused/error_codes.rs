//! Refused by the compiler: error codes. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

#[error]
pub enum Error {
    One = 1,
    Other = 1,
}

#[error]
pub enum Reserved {
    One = 0xFFFF_0001,
}

#[error]
pub enum Without {
    One,
}

fn main() {}
