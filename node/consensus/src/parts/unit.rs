//! The part store under abuse: forged, missing, doubled, reordered, oversized and stale parts, and too much of everything.
#![allow(clippy::unwrap_used)]

use super::store::{Refusal, AGE_MAX, BLOCKS_PER_ROUND_MAX, BYTES_MAX, ROUNDS_AHEAD_MAX, STREAMS_PER_PEER_MAX};
use super::*;
use crate::tests::peer_id;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const WINDOW: Window = Window { height: Height(10), round: Round(0) };

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

/// The announcement's stream id and the parts.
fn parts(signed: &SignedInit, bytes: &[u8]) -> (Bytes, Vec<PartData>) {
    let messages = stream(signed.clone(), bytes.to_vec());
    let id = messages[0].stream_id.to_bytes();
    let data = messages.into_iter().filter_map(|message| match message.content {
        StreamContent::Data(BlockPart::Data(data)) => Some(data),
        _ => None,
    });
    (id, data.collect())
}

#[test]
fn a_stream_is_announcement_parts_and_end_with_sequence_numbers() {
    let bytes = block(PART_BYTES * 2 + 1, 0);
    let messages = stream(signed(&bytes), bytes);
    assert_eq!(messages.len(), 5);
    assert!(messages.iter().enumerate().all(|(index, message)| message.sequence == index as u64));
    assert!(messages.last().unwrap().is_fin());
    let StreamContent::Data(BlockPart::Data(last)) = &messages[3].content else { panic!("no part") };
    assert!(last.last && last.bytes.len() == 1);
}

#[test]
fn every_field_of_the_announcement_is_signed() {
    let bytes = block(PART_BYTES + 5, 0);
    let base = signed(&bytes).init;
    let genesis = GenesisId([1; 32]);
    let mut changed = vec![base.clone(); 6];
    changed[0].height = Height(11);
    changed[1].round = Round(1);
    changed[2].proposer = Address([2; 32]);
    changed[3].block_id = BlockId([9; 32]);
    changed[4].total_bytes += 1;
    changed[5].part_hashes = List::new(vec![[0; 32], [0; 32]]).unwrap();
    for (index, other) in changed.iter().enumerate() {
        assert_ne!(other.sign_bytes(&genesis), base.sign_bytes(&genesis), "change {index}");
    }
    assert_ne!(base.sign_bytes(&GenesisId([2; 32])), base.sign_bytes(&genesis));
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
        let refused = store.announce(peer_id(), Bytes::new(), signed, WINDOW, Instant::now());
        assert_eq!(refused, Err(Refusal::Shape));
    }
    assert_eq!(store.reserved_bytes(), 0);
}

proptest! {
    #[test]
    fn a_block_comes_together_from_any_order_with_doubles_over_several_peers(
        length in 1..BLOCK_BYTES_MAX,
        order in prop::collection::vec((any::<prop::sample::Index>(), 0..3usize), 0..100),
    ) {
        let bytes = block(length, 3);
        let signed = signed(&bytes);
        let peers: Vec<_> = (0..3).map(|_| peer_id()).collect();
        let mut store = PartStore::default();
        let now = Instant::now();
        let mut ids = Vec::new();
        let mut data = Vec::new();
        for peer in &peers {
            let (id, parts) = parts(&signed, &bytes);
            store.announce(*peer, id.clone(), signed.clone(), WINDOW, now).unwrap();
            ids.push(id);
            data = parts;
        }
        let rest = (0..data.len()).map(|index| (index, 0));
        let all = order.iter().map(|(index, peer)| (index.index(data.len()), *peer)).chain(rest);
        let mut complete = Vec::new();
        for (index, peer) in all {
            complete.extend(store.add(&peers[peer], &ids[peer], data[index].clone(), now).unwrap());
        }
        prop_assert_eq!(complete.len(), 1);
        prop_assert_eq!(&complete[0].bytes, &bytes);
        prop_assert_eq!(store.reserved_bytes(), 0);
    }
}

#[test]
fn an_altered_oversized_or_surplus_part_closes_its_stream_and_harms_no_other() {
    let bytes = block(PART_BYTES * 2 + 10, 0);
    let signed = signed(&bytes);
    let (_, good) = parts(&signed, &bytes);
    let mut altered = good[0].clone();
    altered.bytes = block(PART_BYTES, 9).into();
    let mut longer = good[2].clone();
    longer.bytes = block(11, 0).into();
    let mut surplus = good[0].clone();
    surplus.index = 3;
    let mut far = good[0].clone();
    far.index = u32::MAX;
    let mut swapped = good[0].clone();
    swapped.index = 1;
    let mut store = PartStore::default();
    let now = Instant::now();
    let honest = peer_id();
    let (honest_id, data) = parts(&signed, &bytes);
    store.announce(honest, honest_id.clone(), signed.clone(), WINDOW, now).unwrap();
    for bad in [altered, longer, surplus, far, swapped] {
        let peer = peer_id();
        let (id, _) = parts(&signed, &bytes);
        store.announce(peer, id.clone(), signed.clone(), WINDOW, now).unwrap();
        assert_eq!(store.add(&peer, &id, bad, now), Err(Refusal::NotListed));
        assert_eq!(store.add(&peer, &id, good[0].clone(), now), Err(Refusal::Unannounced));
    }
    let complete: Vec<_> =
        data.into_iter().filter_map(|part| store.add(&honest, &honest_id, part, now).unwrap()).collect();
    assert_eq!(complete[0].bytes, bytes);
}

#[test]
fn parts_without_an_announcement_or_under_anothers_stream_are_refused() {
    let bytes = block(10, 0);
    let signed = signed(&bytes);
    let (id, data) = parts(&signed, &bytes);
    let mut store = PartStore::default();
    let now = Instant::now();
    let (one, two) = (peer_id(), peer_id());
    assert_eq!(store.add(&one, &id, data[0].clone(), now), Err(Refusal::Unannounced));
    store.announce(one, id.clone(), signed, WINDOW, now).unwrap();
    assert_eq!(store.add(&two, &id, data[0].clone(), now), Err(Refusal::Unannounced));
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
        let signed = signed_at(height, round, 1, &bytes);
        let result = store.announce(peer_id(), Bytes::new(), signed, window, Instant::now());
        assert_eq!(result.is_ok(), fits, "{height}/{round}");
    }
}

#[test]
fn a_proposer_gets_room_for_two_blocks_per_round_and_waiting_ones_count() {
    let bytes = block(10, 0);
    let mut store = PartStore::default();
    let now = Instant::now();
    let peer = peer_id();
    for tag in 0..BLOCKS_PER_ROUND_MAX as u8 {
        store.announce(peer, vec![tag].into(), signed_at(11, 0, tag, &bytes), WINDOW, now).unwrap();
    }
    let third = store.announce(peer, vec![9].into(), signed_at(11, 0, 9, &bytes), WINDOW, now);
    assert_eq!(third, Err(Refusal::TooManyBlocks));
    let (_, data) = parts(&signed_at(11, 0, 0, &bytes), &bytes);
    let complete = store.add(&peer, &vec![0].into(), data[0].clone(), now).unwrap().unwrap();
    store.wait(complete);
    let third = store.announce(peer, vec![9].into(), signed_at(11, 0, 9, &bytes), WINDOW, now);
    assert_eq!(third, Err(Refusal::TooManyBlocks));
    store.announce(peer, vec![10].into(), signed_at(11, 1, 9, &bytes), WINDOW, now).unwrap();
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
        let signed = signed_at(10, round, 1, &bytes);
        store.announce(peer_id(), Bytes::new(), signed, window, now).unwrap();
        assert!(store.reserved_bytes() <= BYTES_MAX);
    }
    assert_eq!(store.reserved_bytes(), blocks * BLOCK_BYTES_MAX);
}

#[test]
fn a_peer_has_a_bounded_number_of_streams_and_old_blocks_are_dropped() {
    let bytes = block(10, 0);
    let signed = signed(&bytes);
    let (_, data) = parts(&signed, &bytes);
    let peer = peer_id();
    let mut store = PartStore::default();
    let now = Instant::now();
    for stream in 0..=STREAMS_PER_PEER_MAX as u8 {
        store.announce(peer, vec![stream].into(), signed.clone(), WINDOW, now).unwrap();
    }
    assert_eq!(store.add(&peer, &vec![0].into(), data[0].clone(), now), Err(Refusal::Unannounced));
    let later = now + AGE_MAX;
    store.announce(peer, vec![99].into(), signed_at(10, 1, 2, &bytes), WINDOW, later).unwrap();
    assert_eq!(store.reserved_bytes(), 10, "only the new block is left");
    assert_eq!(store.add(&peer, &vec![5].into(), data[0].clone(), later), Ok(None));
}

#[test]
fn what_was_decided_is_forgotten() {
    let bytes = block(10, 0);
    let mut store = PartStore::default();
    let now = Instant::now();
    let peer = peer_id();
    store.announce(peer, vec![1].into(), signed_at(10, 0, 1, &bytes), WINDOW, now).unwrap();
    store.announce(peer, vec![2].into(), signed_at(11, 0, 1, &bytes), WINDOW, now).unwrap();
    store.forget_to(Height(10));
    assert_eq!(store.reserved_bytes(), 10);
    let (_, data) = parts(&signed_at(11, 0, 1, &bytes), &bytes);
    assert_eq!(store.add(&peer, &vec![1].into(), data[0].clone(), now), Err(Refusal::Unannounced));
    assert!(store.add(&peer, &vec![2].into(), data[0].clone(), now).unwrap().is_some());
}
