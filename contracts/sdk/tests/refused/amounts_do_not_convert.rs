//! Refused by the compiler: amounts do not convert. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

fn main() {
    let amount: Amount = 5_u128.into();
    let shares: Shares = amount;
    let _ = amount + 1;
    let _ = amount / 2;
    let _ = shares;
}
