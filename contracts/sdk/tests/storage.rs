//! Storage types keep what they are given, in the order they promise, and notice what is not theirs.
#![allow(clippy::arithmetic_side_effects)] // Tests are built with overflow checks.

use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};
use tacit_sdk::prelude::*;
use tacit_sdk::{ContractError, SdkError, testing};

const COUNT: Item<u64> = Item::new(0);
const NAMES: Map<(Address, u8), Text<20>> = Map::new(1);
const BIDS: OrderedMap<(u16, u64), Amount> = OrderedMap::new(2);
const OWNERS: Set<Address> = Set::new(3);
const WAITING: Queue<u32> = Queue::new(4);
const ONCE: Transient<bool> = Transient::new(5);
const PAID: TransientMap<u8, Amount> = TransientMap::new(6);
const AFTER: Item<u64> = Item::new(7);
const SEEN: Transient<()> = Transient::new(8);
const VOTED: TransientMap<Address, ()> = TransientMap::new(9);

#[test]
fn an_item_is_there_once_it_is_set() {
    testing::reset();
    assert_eq!((COUNT.get(), COUNT.exists(), COUNT.get_or_default()), (None, false, 0));
    COUNT.set(&7);
    assert_eq!((COUNT.get(), COUNT.exists(), AFTER.get()), (Some(7), true, None));
    assert_eq!(testing::stored(), [(vec![0], 7_u64.to_le_bytes().to_vec())]);
    COUNT.remove();
    assert_eq!(COUNT.get(), None);
}

#[test]
fn a_map_keeps_keys_apart() {
    testing::reset();
    let (one, other) = ((Address([1; 32]), 0), (Address([1; 32]), 1));
    let name = Text::new("Ada").unwrap();
    NAMES.set(&one, &name);
    assert_eq!((NAMES.get(&one), NAMES.has(&other)), (Some(name), false));
    assert_eq!((NAMES.take(&one), NAMES.take(&one)), (Some(name), None));
    NAMES.put(&one, &name);
    NAMES.put(&one, &Text::default());
    assert!(testing::stored().is_empty(), "what is nothing takes no room");
}

#[test]
fn a_stored_value_of_another_type_ends_the_call() {
    testing::reset();
    let corrupt = SdkError::CorruptStorage.code();
    for bytes in [&[][..], &[1; 7], &[1; 9], &[1; 3000]] {
        testing::store(&[0], bytes);
        assert_eq!(testing::expect_revert(|| COUNT.get()), corrupt, "{} bytes", bytes.len());
    }
    testing::store(&[2, 0, 1], &[0; 16]);
    assert_eq!(testing::expect_revert(|| BIDS.first()), corrupt, "a key that is too short");
    testing::store(&[3, 9], &[]);
    assert_eq!(testing::expect_revert(|| OWNERS.next_after(None)), corrupt);
    testing::store(&[4], &[[9; 8], [1; 8]].concat());
    assert_eq!(testing::expect_revert(|| WAITING.len()), corrupt, "a queue that ends before it begins");
}

#[test]
fn an_ordered_map_is_listed_in_the_order_of_its_numbers() {
    testing::reset();
    for key in [(2, 1), (1, 256), (1, 255), (1, u64::MAX), (256, 0), (1, 0)] {
        BIDS.set(&key, &Amount(key.1.into()));
    }
    // Neighbours under other prefixes are not seen.
    NAMES.set(&(Address([0; 32]), 0), &Text::default());
    OWNERS.insert(&Address([0; 32]));
    let keys: Vec<_> = BIDS.iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [(1, 0), (1, 255), (1, 256), (1, u64::MAX), (2, 1), (256, 0)]);
    let within: Vec<_> = BIDS.within(&1_u16).map(|(_, bid)| bid.0).collect();
    assert_eq!(within, [0, 255, 256, u64::MAX.into()]);
    assert_eq!(BIDS.next_after(&(1, 256)), Some(((1, u64::MAX), Amount(u64::MAX.into()))));
    assert_eq!(BIDS.next_after(&(256, 0)), None);
    let page: List<_, 2> = BIDS.page_within(&1_u16, Some(&(1, 0)));
    assert_eq!(page.as_slice(), [((1, 255), Amount(255)), ((1, 256), Amount(256))]);
    let rest: List<_, 9> = BIDS.page_within(&1_u16, Some(&(1, 256)));
    assert_eq!(rest.len(), 1);
    assert_eq!(BIDS.page::<9>(None).len(), 6);
}

#[test]
fn keys_of_many_parts_are_found_by_any_of_their_starts() {
    const PARTS: OrderedMap<(u8, u16, Address, bool), u8> = OrderedMap::new(10);
    const MEMBERS: Set<((u8, u16), u8)> = Set::new(11);
    testing::reset();
    let [one, two] = [Address([1; 32]), Address([2; 32])];
    let keys = [(1, 1, one, false), (1, 1, one, true), (1, 1, two, false), (1, 256, one, false), (2, 1, one, false)];
    for (key, number) in keys.iter().zip(0..) {
        PARTS.set(key, &number);
    }
    assert_eq!(PARTS.within(&1_u8).map(|(_, number)| number).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(PARTS.within(&(1_u8, 1_u16)).map(|(_, number)| number).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(PARTS.within(&(1_u8, 1_u16, one)).map(|(_, number)| number).collect::<Vec<_>>(), [0, 1]);
    for member in [((1, 2), 3), ((1, 2), 4), ((1, 3), 3)] {
        MEMBERS.insert(&member);
    }
    assert_eq!(MEMBERS.within(&(1_u8, 2_u16)).collect::<Vec<_>>(), [((1, 2), 3), ((1, 2), 4)]);
}

#[test]
fn a_set_has_a_member_once() {
    testing::reset();
    let [one, two] = [Address([1; 32]), Address([2; 32])];
    assert!(OWNERS.insert(&two) && OWNERS.insert(&one) && !OWNERS.insert(&one));
    assert_eq!(OWNERS.iter().collect::<Vec<_>>(), [one, two]);
    assert!(OWNERS.remove(&one) && !OWNERS.remove(&one) && !OWNERS.contains(&one));
    assert_eq!(OWNERS.next_after(None), Some(two));
}

#[test]
fn a_transient_value_ends_with_the_transaction() {
    testing::reset();
    ONCE.set(&true);
    PAID.set(&1, &Amount(5));
    assert_eq!((ONCE.get(), PAID.get(&1), PAID.get(&2)), (Some(true), Some(Amount(5)), None));
    PAID.remove(&1);
    assert_eq!(PAID.get(&1), None);
    testing::end_transaction();
    assert_eq!(ONCE.get(), None);
    assert!(testing::stored().is_empty());
}

#[test]
fn a_transient_value_that_is_nothing_is_remembered_all_the_same() {
    testing::reset();
    let [one, two] = [Address([1; 32]), Address([2; 32])];
    SEEN.set(&());
    VOTED.set(&one, &());
    assert_eq!((SEEN.get(), VOTED.get(&one), VOTED.get(&two)), (Some(()), Some(()), None));
    SEEN.remove();
    VOTED.remove(&one);
    assert_eq!((SEEN.get(), VOTED.get(&one)), (None, None));
    VOTED.set(&two, &());
    testing::end_transaction();
    assert_eq!(VOTED.get(&two), None);
}

proptest! {
    #[test]
    fn a_queue_is_first_in_first_out(steps in proptest::collection::vec(any::<Option<u32>>(), 0..60)) {
        testing::reset();
        let mut model = VecDeque::new();
        for step in steps {
            match step {
                Some(value) => {
                    WAITING.push_back(&value);
                    model.push_back(value);
                }
                None => prop_assert_eq!(WAITING.pop_front(), model.pop_front()),
            }
            prop_assert_eq!(WAITING.len(), u64::try_from(model.len()).unwrap());
            prop_assert_eq!(WAITING.front(), model.front().copied());
            prop_assert_eq!(WAITING.get(model.len().try_into().unwrap()), None);
        }
        for (index, value) in (0..).zip(&model) {
            prop_assert_eq!(WAITING.get(index), Some(*value));
        }
        prop_assert_eq!(testing::stored().len(), model.len() + usize::from(!testing::stored().is_empty()));
    }

    #[test]
    fn an_ordered_map_is_a_sorted_map(steps in proptest::collection::vec((0..4_u16, any::<u64>(), any::<bool>()), 0..60)) {
        testing::reset();
        let mut model = BTreeMap::new();
        for (group, number, is_added) in steps {
            if is_added {
                BIDS.set(&(group, number), &Amount(number.into()));
                model.insert((group, number), Amount(number.into()));
            } else if let Some(key) = model.keys().next().copied() {
                BIDS.remove(&key);
                model.remove(&key);
            }
            let after = model.range((std::ops::Bound::Excluded((group, number)), std::ops::Bound::Unbounded)).next();
            prop_assert_eq!(BIDS.next_after(&(group, number)), after.map(|(key, value)| (*key, *value)));
        }
        prop_assert_eq!(BIDS.iter().collect::<Vec<_>>(), model.into_iter().collect::<Vec<_>>());
    }
}
