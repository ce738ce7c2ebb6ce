//! Refused by the compiler: a start that no key begins with. The message beside this file is part of the interface.
#![allow(unused)]
use tacit_sdk::prelude::*;

const BIDS: OrderedMap<(u64, Address), Amount> = OrderedMap::new(0);
const MEMBERS: Set<(Address, u16, u8)> = Set::new(1);

fn main() {
    // Four bytes of eight.
    let _ = BIDS.within(&7_u32);
    let _: List<((u64, Address), Amount), 10> = BIDS.page_within(&Address([7; 32]), None);
    let _ = MEMBERS.within(&(Address([7; 32]), 1_u8));
    let _ = MEMBERS.within(&(Address([7; 32]), 1_u16));
}
