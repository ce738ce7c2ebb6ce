#![allow(unused)]
use tacit_sdk::prelude::*;

#[call]
fn lost() {}

fn main() {}
