#![allow(unused)]
use tacit_sdk::prelude::*;

fn main() {
    let amount: Amount = 5_u128.into();
    let shares: Shares = amount;
    let _ = amount + 1;
    let _ = amount / 2;
    let _ = shares;
}
