//! Every type has the encoding that is written down, and no other.
#![allow(clippy::indexing_slicing)] // A range outside ends the test.

use tacit_sdk::prelude::*;
use tacit_sdk::{Buffer, Reader, Wire};

#[derive(Wire, Debug, Clone, Copy, PartialEq)]
struct Order {
    buyer: Address,
    limit: Option<Amount>,
    side: Side,
}

#[derive(Wire, Debug, Clone, Copy, PartialEq)]
enum Side {
    Buy,
    Sell { least: u16 },
    Swap(u8, bool),
}

#[derive(Wire, Debug, Clone, Copy, PartialEq)]
struct Nothing;

/// The value has these bytes, reads back from them, and from nothing that is shorter or longer.
fn is<T: Wire + PartialEq + core::fmt::Debug>(value: &T, bytes: &[u8], name: &str) {
    let mut buffer = Buffer::new();
    assert_eq!(buffer.encode(value), bytes, "{name}");
    assert!(bytes.len() <= T::MAX, "{name} is longer than it says");
    assert_eq!(Reader::whole::<T>(bytes).as_ref(), Some(value), "{name}");
    for len in 0..bytes.len() {
        assert_eq!(Reader::whole::<T>(&bytes[..len]), None, "{name} cut at {len}");
    }
    assert_eq!(Reader::whole::<T>(&[bytes, &[0]].concat()), None, "{name} with a byte more");
    assert_eq!(T::TYPE.as_bytes(), name.as_bytes());
}

fn refused<T: Wire + PartialEq + core::fmt::Debug>(bytes: &[u8]) {
    assert_eq!(Reader::whole::<T>(bytes), None);
}

#[test]
fn every_type_is_encoded_as_written_down() {
    is(&true, &[1], "bool");
    is(&0xAB_u8, &[0xAB], "u8");
    is(&0x0102_u16, &[2, 1], "u16");
    is(&0x0102_0304_u32, &[4, 3, 2, 1], "u32");
    is(&1_u64, &[1, 0, 0, 0, 0, 0, 0, 0], "u64");
    is(&258_u128, &[2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "u128");
    is(&Amount(258), &[2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "Amount");
    is(&Shares(1), &1_u128.to_le_bytes(), "Shares");
    is(&Rate(1), &1_u128.to_le_bytes(), "Rate");
    is(&Timestamp(1), &1_u64.to_le_bytes(), "Timestamp");
    is(&Duration(1), &1_u64.to_le_bytes(), "Duration");
    is(&Height(1), &1_u64.to_le_bytes(), "Height");
    is(&U256::from_u128(1), &[&[1][..], &[0; 31]].concat(), "U256");
    is(&Address([7; 32]), &[7; 32], "Address");
    is(&AssetId([7; 32]), &[7; 32], "AssetId");
    is(&[1_u8, 2, 3], &[1, 2, 3], "[u8;3]");
    is(&(), &[], "()");
    is(&None::<u8>, &[0], "Option<u8>");
    is(&Some(5_u8), &[1, 5], "Option<u8>");
    is(&(1_u8, true, 2_u16), &[1, 1, 2, 0], "(u8,bool,u16)");
    is(&Bytes::<8>::from_slice(b"ab").unwrap(), b"\x02\0\0\0ab", "Bytes<8>");
    is(&Text::<8>::new("h\u{e9}").unwrap(), b"\x03\0\0\0h\xc3\xa9", "Text<8>");
    is(&List::<u16, 3>::from_slice(&[1, 2]).unwrap(), &[2, 0, 0, 0, 1, 0, 2, 0], "List<u16,3>");
    is(&List::<Option<(u8, Address)>, 12>::new(), &[0; 4], "List<Option<(u8,Address)>,12>");
    is(&Side::Buy, &[0], "Side");
    is(&Side::Sell { least: 3 }, &[1, 3, 0], "Side");
    is(&Side::Swap(9, true), &[2, 9, 1], "Side");
    is(&Nothing, &[], "Nothing");
    let order = Order { buyer: Address([1; 32]), limit: Some(Amount(2)), side: Side::Buy };
    is(&order, &[&[1; 32][..], &[1], &2_u128.to_le_bytes(), &[0]].concat(), "Order");
}

#[test]
fn nothing_else_is_taken_for_a_value() {
    for byte in 2..=u8::MAX {
        refused::<bool>(&[byte]);
        refused::<Option<u8>>(&[byte, 0]);
    }
    for tag in 3..=u8::MAX {
        refused::<Side>(&[tag, 0, 0]);
    }
    refused::<Side>(&[2, 9, 2]);
    refused::<Option<u8>>(&[0, 0]);
    refused::<Bytes<2>>(b"\x03\0\0\0abc");
    refused::<Bytes<2>>(&[0xFF; 6]);
    refused::<Text<4>>(b"\x01\0\0\0\xff");
    refused::<List<bool, 2>>(&[1, 0, 0, 0, 2]);
}

#[test]
fn the_largest_size_is_that_of_the_largest_value() {
    assert_eq!(Order::MAX, 32 + 17 + 3);
    assert_eq!(Side::MAX, 3);
    assert_eq!(<List<Option<u16>, 5>>::MAX, 4 + 5 * 3);
    assert_eq!(<Bytes<100>>::MAX, 104);
}

#[test]
fn a_list_keeps_what_fits() {
    let mut list: List<u8, 2> = List::new();
    assert!(list.is_empty() && list.pop().is_none());
    assert_eq!((list.push(1), list.push(2), list.push(3)), (Some(()), Some(()), None));
    assert_eq!((list.len(), list.as_slice()), (2, &[1, 2][..]));
    assert_eq!((list.swap_remove(0), list.swap_remove(5), list.as_slice()), (Some(1), None, &[2][..]));
    assert_eq!((list.pop(), list.pop()), (Some(2), None));
    assert_eq!(List::<u8, 2>::from_slice(&[1, 2, 3]), None);
    assert_eq!(Text::<3>::new("four"), None);
}
