//! The part store under abuse: forged, missing, doubled, reordered, oversized and stale parts, and too much of everything.
#![allow(clippy::unwrap_used)]

use super::store::{AGE_MAX, BLOCKS_PER_ROUND_MAX, BYTES_MAX, ROUNDS_AHEAD_MAX, Refusal};
use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const WINDOW: Window = Window { height: Height(10), round: Round(0) };
const GENESIS: GenesisId = GenesisId([1; 32]);

fn block(length: usize, tag: u8) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8 ^ tag).collect()
}

fn signed_at(height: u64, round: u32, tag: u8, bytes: &[u8]) -> SignedInit {
    let init = Init::new(Height(height), Round(round), Address([1; 32]), BlockId([tag; 32]), bytes).unwrap();
    SignedInit { init, signature: Signature([0; 64]) }
}

fn signed(bytes: &[u8]) -> SignedInit {
    signed_at(10, 0, 1, bytes)
}

fn key(signed: &SignedInit) -> Key {
    signed.init.key(&GENESIS)
}

fn parts(signed: &SignedInit, bytes: &[u8]) -> Vec<PartData> {
    let messages = stream(signed.clone(), bytes.to_vec());
    messages.into_iter().filter_map(|message| message.content.into_data()?.data).collect()
}

fn announce(store: &mut PartStore, signed: &SignedInit, window: Window, now: Instant) -> Result<(), Refusal> {
    store.announce(key(signed), signed.clone(), window, now)
}

#[test]
fn a_stream_is_announcement_parts_and_end_and_every_part_carries_the_announcement() {
    let bytes = block(PART_BYTES * 2 + 1, 0);
    let signed = signed(&bytes);
    let messages = stream(signed.clone(), bytes);
    assert_eq!(messages.len(), 5);
    assert!(messages.iter().enumerate().all(|(index, message)| message.sequence == index as u64));
    assert!(messages.last().unwrap().is_fin());
    let elements: Vec<_> = messages.iter().filter_map(|message| message.content.as_data()).collect();
    assert!(elements.iter().all(|element| element.signed == signed));
    assert!(elements[0].data.is_none());
    assert_eq!(elements[3].data.as_ref().unwrap().bytes.len(), 1);
}

#[test]
fn every_field_of_the_announcement_is_signed() {
    let bytes = block(PART_BYTES + 5, 0);
    let base = signed(&bytes).init;
    let mut changed = vec![base.clone(); 6];
    changed[0].height = Height(11);
    changed[1].round = Round(1);
    changed[2].proposer = Address([2; 32]);
    changed[3].block_id = BlockId([9; 32]);
    changed[4].total_bytes += 1;
    changed[5].part_hashes = List::new(vec![[0; 32], [0; 32]]).unwrap();
    for (index, other) in changed.iter().enumerate() {
        assert_ne!(other.sign_bytes(&GENESIS), base.sign_bytes(&GENESIS), "change {index}");
    }
    assert_ne!(base.sign_bytes(&GenesisId([2; 32])), base.sign_bytes(&GENESIS));
}

#[test]
fn an_empty_or_oversized_block_cannot_be_announced() {
    let new = |bytes: &[u8]| Init::new(Height(1), Round(0), Address([0; 32]), BlockId([0; 32]), bytes);
    assert!(new(&[]).is_none());
    assert!(new(&vec![0; BLOCK_BYTES_MAX]).unwrap().shape_is_sound());
    assert!(new(&vec![0; BLOCK_BYTES_MAX + 1]).is_none());
}

#[test]
fn an_announcement_whose_size_and_parts_disagree_is_refused() {
    let mut store = PartStore::default();
    for total in [0, PART_BYTES + 1, BLOCK_BYTES_MAX + 1, u32::MAX as usize] {
        let mut signed = signed(&block(100, 0));
        signed.init.total_bytes = total as u32;
        assert_eq!(announce(&mut store, &signed, WINDOW, Instant::now()), Err(Refusal::Shape));
    }
    assert_eq!(store.reserved_bytes(), 0);
}

proptest! {
    #[test]
    fn a_block_comes_together_once_from_any_order_with_doubles(
        length in 1..BLOCK_BYTES_MAX,
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..100),
    ) {
        let bytes = block(length, 3);
        let signed = signed(&bytes);
        let data = parts(&signed, &bytes);
        let mut store = PartStore::default();
        let now = Instant::now();
        announce(&mut store, &signed, WINDOW, now).unwrap();
        let rest = (0..data.len()).rev();
        let all = order.iter().map(|index| index.index(data.len())).chain(rest);
        let mut complete = Vec::new();
        for index in all {
            complete.extend(store.add(&key(&signed), data[index].clone(), now).unwrap());
        }
        prop_assert_eq!(complete.len(), 1);
        prop_assert_eq!(&complete[0].bytes, &bytes);
        prop_assert_eq!(store.reserved_bytes(), 0);
    }
}

#[test]
fn an_altered_oversized_or_surplus_part_is_refused_and_harms_no_good_one() {
    let bytes = block(PART_BYTES * 2 + 10, 0);
    let signed = signed(&bytes);
    let good = parts(&signed, &bytes);
    let part = |index: u32, bytes: Vec<u8>| PartData { index, bytes: bytes.into() };
    let bad = [
        part(0, block(PART_BYTES, 9)),
        part(1, good[0].bytes.to_vec()),
        part(2, block(11, 0)),
        part(3, good[0].bytes.to_vec()),
        part(u32::MAX, good[0].bytes.to_vec()),
        part(0, vec![]),
    ];
    let mut store = PartStore::default();
    let now = Instant::now();
    announce(&mut store, &signed, WINDOW, now).unwrap();
    for bad in bad {
        assert_eq!(store.add(&key(&signed), bad, now), Err(Refusal::NotListed));
    }
    let complete: Vec<_> = good.into_iter().filter_map(|part| store.add(&key(&signed), part, now).unwrap()).collect();
    assert_eq!(complete[0].bytes, bytes);
}

#[test]
fn a_part_of_an_unknown_announcement_is_refused() {
    let bytes = block(10, 0);
    let signed = signed(&bytes);
    let data = parts(&signed, &bytes);
    let mut store = PartStore::default();
    assert_eq!(store.add(&key(&signed), data[0].clone(), Instant::now()), Err(Refusal::Unannounced));
}

#[test]
fn two_announcements_of_one_id_do_not_mix() {
    let (bytes, junk) = (block(10, 0), block(10, 7));
    let (one, two) = (signed(&bytes), signed(&junk));
    assert_eq!(one.init.block_id, two.init.block_id);
    let mut store = PartStore::default();
    let now = Instant::now();
    announce(&mut store, &two, WINDOW, now).unwrap();
    announce(&mut store, &one, WINDOW, now).unwrap();
    let complete = store.add(&key(&one), parts(&one, &bytes)[0].clone(), now).unwrap().unwrap();
    assert_eq!(complete.bytes, bytes);
}

#[test]
fn only_the_present_heights_rounds_and_the_first_rounds_of_the_next_height_are_accepted() {
    let window = Window { height: Height(10), round: Round(3) };
    let bytes = block(10, 0);
    for (height, round, fits) in [
        (9, 0, false),
        (10, 0, true),
        (10, 3 + ROUNDS_AHEAD_MAX, true),
        (10, 4 + ROUNDS_AHEAD_MAX, false),
        (10, u32::MAX, false),
        (11, 0, true),
        (11, ROUNDS_AHEAD_MAX, false),
        (12, 0, false),
        (u64::MAX, 0, false),
    ] {
        let mut store = PartStore::default();
        let result = announce(&mut store, &signed_at(height, round, 1, &bytes), window, Instant::now());
        assert_eq!(result.is_ok(), fits, "{height}/{round}");
    }
}

#[test]
fn a_proposer_gets_room_for_two_blocks_per_round_and_finished_ones_count() {
    let bytes = block(10, 0);
    let mut store = PartStore::default();
    let now = Instant::now();
    let first = signed_at(11, 0, 0, &bytes);
    for tag in 0..BLOCKS_PER_ROUND_MAX as u8 {
        announce(&mut store, &signed_at(11, 0, tag, &bytes), WINDOW, now).unwrap();
    }
    let third = signed_at(11, 0, 9, &bytes);
    assert_eq!(announce(&mut store, &third, WINDOW, now), Err(Refusal::TooManyBlocks));
    let data = parts(&first, &bytes);
    let complete = store.add(&key(&first), data[0].clone(), now).unwrap().unwrap();
    store.wait(complete);
    assert_eq!(announce(&mut store, &third, WINDOW, now), Err(Refusal::TooManyBlocks));
    assert_eq!(store.add(&key(&first), data[0].clone(), now), Ok(None), "given out once");
    announce(&mut store, &signed_at(11, 1, 9, &bytes), WINDOW, now).unwrap();
    assert_eq!(store.take_waiting(Height(11)).len(), 1);
}

#[test]
fn memory_stays_bounded_and_the_block_idle_longest_makes_room() {
    let bytes = block(BLOCK_BYTES_MAX, 0);
    let mut store = PartStore::default();
    let start = Instant::now();
    let blocks = BYTES_MAX / BLOCK_BYTES_MAX;
    for round in 0..blocks as u32 + 5 {
        let window = Window { height: Height(10), round: Round(round) };
        let now = start + Duration::from_millis(u64::from(round));
        announce(&mut store, &signed_at(10, round, 1, &bytes), window, now).unwrap();
        assert!(store.reserved_bytes() <= BYTES_MAX);
    }
    assert_eq!(store.reserved_bytes(), blocks * BLOCK_BYTES_MAX);
    assert!(!store.is_announced(&key(&signed_at(10, 0, 1, &bytes))));
}

#[test]
fn a_block_without_progress_is_dropped() {
    let bytes = block(10, 0);
    let old = signed(&bytes);
    let mut store = PartStore::default();
    let now = Instant::now();
    announce(&mut store, &old, WINDOW, now).unwrap();
    announce(&mut store, &signed_at(10, 1, 2, &bytes), WINDOW, now + AGE_MAX).unwrap();
    assert_eq!(store.reserved_bytes(), 10, "only the new block is left");
    let late = store.add(&key(&old), parts(&old, &bytes)[0].clone(), now + AGE_MAX);
    assert_eq!(late, Err(Refusal::Unannounced));
}

#[test]
fn what_was_decided_is_forgotten() {
    let bytes = block(10, 0);
    let mut store = PartStore::default();
    let now = Instant::now();
    let (past, next) = (signed_at(10, 0, 1, &bytes), signed_at(11, 0, 1, &bytes));
    announce(&mut store, &past, WINDOW, now).unwrap();
    announce(&mut store, &next, WINDOW, now).unwrap();
    store.forget_to(Height(10));
    assert_eq!(store.reserved_bytes(), 10);
    assert_eq!(store.add(&key(&past), parts(&past, &bytes)[0].clone(), now), Err(Refusal::Unannounced));
    assert!(store.add(&key(&next), parts(&next, &bytes)[0].clone(), now).unwrap().is_some());
}
