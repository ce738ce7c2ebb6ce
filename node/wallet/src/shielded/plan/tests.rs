//! Plans against a naive model that knows nothing of notes and shapes: what goes in comes out, everybody gets what is
//! theirs, the fee is exact, and what is refused could not have been paid.
#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
use tacit_types::shielded::INPUTS_MAX;

const PRICE: Price = Price(3);
const OTHER: AssetId = AssetId([7; 32]);
const THIRD: AssetId = AssetId([8; 32]);

fn address(number: u8) -> ShieldedAddress {
    ShieldedAddress::random(&[number + 1; 64]).unwrap()
}

fn coin(asset: AssetId, value: u128) -> Coin {
    Coin { asset, value }
}

fn pay(asset: AssetId, amount: u128, to: Recipient) -> Payment {
    Payment { asset, amount, to, memo: Memo::empty() }
}

fn request<'a>(coins: &'a [Coin], payments: Vec<Payment>) -> Request<'a> {
    Request { funding: Funding::Pool(coins), payments, extras: Extras::default(), price: PRICE }
}

fn fee_of(join_splits: u64) -> u128 {
    let work = Work { narrow: join_splits, ..Work::default() };
    fee(work.gas_limit(), PRICE).unwrap()
}

/// What a plan does, step by step, as the chain would: notes made by value and receiver, accounts credited.
#[derive(Default)]
struct Outcome {
    paid: BTreeMap<(Vec<u8>, AssetId), u128>,
    change: BTreeMap<AssetId, u128>,
    swept: BTreeMap<(Address, AssetId), u128>,
    held: BTreeMap<AssetId, u128>,
    spent: Vec<usize>,
}

fn run(plan: &Plan, coins: &[Coin]) -> Outcome {
    let mut outcome = Outcome::default();
    for (index, step) in plan.steps.iter().enumerate() {
        match step {
            Step::JoinSplit(join_split) => {
                assert!(join_split.inputs.len() <= join_split.shape.inputs());
                let fee = plan.shielded && index == 0;
                apply(join_split, coins, fee, &mut outcome);
                if fee {
                    assert_eq!(join_split.asset, AssetId::NATIVE);
                    assert_eq!(join_split.public, Public::Out(plan.fee().unwrap().0), "the fee is exact");
                }
            }
            Step::Sweep(asset, to) => {
                let held = outcome.held.remove(asset).unwrap_or_default();
                assert!(held > 0, "there is something to sweep");
                *outcome.swept.entry((*to, *asset)).or_default() += held;
            }
            Step::Extras => {}
        }
    }
    outcome
}

fn apply(join_split: &PlannedJoinSplit, coins: &[Coin], fee: bool, outcome: &mut Outcome) {
    let mut left: u128 = 0;
    for index in &join_split.inputs {
        assert_eq!(coins[*index].asset, join_split.asset, "one join-split, one asset");
        assert!(coins[*index].value > 0);
        left = left.checked_add(coins[*index].value).unwrap();
        outcome.spent.push(*index);
    }
    match join_split.public {
        Public::None => {}
        Public::In(amount) => {
            assert!(amount > 0);
            left += amount;
        }
        Public::Out(amount) => {
            assert!(amount > 0);
            left = left.checked_sub(amount).unwrap();
            if !fee {
                *outcome.held.entry(join_split.asset).or_default() += amount;
            }
        }
    }
    for output in &join_split.outputs {
        match output {
            PlannedOutput::Pay(to, value) => {
                assert!(*value > 0);
                left = left.checked_sub(*value).unwrap();
                *outcome.paid.entry((to.to_bytes().to_vec(), join_split.asset)).or_default() += value;
            }
            PlannedOutput::Change(value) => {
                assert!(*value > 0);
                left = left.checked_sub(*value).unwrap();
                *outcome.change.entry(join_split.asset).or_default() += value;
            }
            PlannedOutput::Decoy => {}
        }
    }
    assert_eq!(left, 0, "inputs and outputs of a join-split are worth the same");
}

fn total(coins: &[Coin], asset: AssetId) -> u128 {
    coins.iter().filter(|coin| coin.asset == asset).map(|coin| coin.value).sum()
}

/// Everything the model knows about a plan.
fn check(plan: &Plan, coins: &[Coin], payments: &[Payment]) {
    let outcome = run(plan, coins);
    let mut spent = outcome.spent.clone();
    spent.sort_unstable();
    spent.dedup();
    assert_eq!(spent.len(), outcome.spent.len(), "no note is spent twice");
    assert!(outcome.held.is_empty(), "nothing is left between the actions");
    let (mut paid, mut swept) = (BTreeMap::new(), BTreeMap::new());
    for payment in payments {
        match payment.to {
            Recipient::Shielded(to) => {
                *paid.entry((to.to_bytes().to_vec(), payment.asset)).or_insert(0) += payment.amount;
            }
            Recipient::Account(to) => *swept.entry((to, payment.asset)).or_insert(0) += payment.amount,
        }
    }
    assert_eq!(outcome.paid, paid, "everybody gets what is theirs");
    assert_eq!(outcome.swept, swept);
    assert!(plan.join_splits().count() <= JOIN_SPLITS_MAX && plan.steps.len() <= ACTIONS_MAX);
    for asset in [AssetId::NATIVE, OTHER, THIRD] {
        let before: u128 =
            outcome.spent.iter().filter(|at| coins[**at].asset == asset).map(|at| coins[*at].value).sum();
        let sent: u128 = payments.iter().filter(|payment| payment.asset == asset).map(|payment| payment.amount).sum();
        let fee = if asset == AssetId::NATIVE { plan.fee().unwrap().0 } else { 0 };
        let change = outcome.change.get(&asset).copied().unwrap_or_default();
        assert_eq!(before, sent + fee + change, "value is conserved");
    }
    for join_split in plan.join_splits() {
        let wide = join_split.shape == Shape::EightIn;
        assert_eq!(wide, join_split.inputs.len() > 2, "eight inputs only where two do not suffice");
        assert_ne!(join_split.shape, Shape::OneIn, "one input shows that there was one");
    }
}

fn value() -> impl Strategy<Value = u128> {
    prop_oneof![0u128..10, 1u128..1_000_000, 1_000_000u128..100_000_000, Just(1u128 << 100)]
}

fn asset() -> impl Strategy<Value = AssetId> {
    prop_oneof![3 => Just(AssetId::NATIVE), 2 => Just(OTHER), 1 => Just(THIRD)]
}

fn coins() -> impl Strategy<Value = Vec<Coin>> {
    prop::collection::vec((asset(), value()).prop_map(|(asset, value)| coin(asset, value)), 0..40)
}

fn payments() -> impl Strategy<Value = Vec<Payment>> {
    let to = prop_oneof![
        (0u8..3).prop_map(|number| Recipient::Shielded(address(number))),
        (0u8..3).prop_map(|number| Recipient::Account(Address([number; 32]))),
    ];
    prop::collection::vec((asset(), 1u128..50_000_000, to).prop_map(|(asset, amount, to)| pay(asset, amount, to)), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_plan_agrees_with_the_model_and_every_refusal_has_a_reason(coins in coins(), payments in payments()) {
        match plan(&request(&coins, payments.clone())) {
            Ok(plan) => check(&plan, &coins, &payments),
            Err(PlanError::NotEnough { asset, needed, available }) => {
                prop_assert_eq!(available, total(&coins, asset));
                prop_assert!(needed > available);
                let asked: u128 = payments.iter().filter(|it| it.asset == asset).map(|it| it.amount).sum();
                let most = if asset == AssetId::NATIVE { fee_of(40) } else { 0 };
                prop_assert!(needed <= asked + most, "{needed} needed for {asked}");
            }
            Err(PlanError::Notes { asset }) => {
                // Notes are blamed only where a single one could not have done: some asset is needed in two
                // join-splits, or more than eight of its notes are.
                let largest = coins.iter().filter(|it| it.asset == asset).map(|it| it.value).max().unwrap_or_default();
                let asked: u128 = payments.iter().filter(|it| it.asset == asset).map(|it| it.amount).sum();
                let times = payments.iter().filter(|it| it.asset == asset).count();
                prop_assert!(largest < asked + fee_of(40) || times > 1 || asset == AssetId::NATIVE);
            }
            Err(PlanError::TooLarge) => prop_assert!(coins.len() > INPUTS_MAX),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn a_shielded_native_payment_is_planned_whenever_eight_notes_suffice(
        values in prop::collection::vec(1u128..1_000_000_000, 1..20),
        share in 1u128..=100,
    ) {
        let coins: Vec<Coin> = values.iter().map(|value| coin(AssetId::NATIVE, *value)).collect();
        let mut sorted = values.clone();
        sorted.sort_unstable();
        let best: u128 = sorted.iter().rev().take(INPUTS_MAX).sum();
        let wide = fee(Work { wide: 1, ..Work::default() }.gas_limit(), PRICE).unwrap();
        let amount = best.saturating_sub(wide) * share / 100;
        prop_assume!(amount > 0);
        let payments = vec![pay(AssetId::NATIVE, amount, Recipient::Shielded(address(1)))];
        let plan = plan(&request(&coins, payments.clone())).unwrap();
        check(&plan, &coins, &payments);
        prop_assert_eq!(plan.join_splits().count(), 1);
    }

    #[test]
    fn what_an_account_shields_arrives_whole(amounts in prop::collection::vec((asset(), 1u128..1 << 90), 1..16)) {
        let balances = [AssetId::NATIVE, OTHER, THIRD].map(|asset| coin(asset, 1 << 100));
        let payments: Vec<Payment> =
            amounts.iter().map(|(asset, amount)| pay(*asset, *amount, Recipient::Shielded(address(1)))).collect();
        let asked = Request { funding: Funding::Account(&balances), ..request(&[], payments.clone()) };
        let plan = plan(&asked).unwrap();
        let outcome = run(&plan, &[]);
        for ((to, asset), value) in outcome.paid {
            prop_assert_eq!(to, address(1).to_bytes().to_vec());
            let sent: u128 = amounts.iter().filter(|(it, _)| *it == asset).map(|(_, amount)| *amount).sum();
            prop_assert_eq!(value, sent);
        }
        prop_assert!(outcome.spent.is_empty() && outcome.change.is_empty());
        prop_assert!(plan.join_splits().all(|join_split| join_split.shape == Shape::OneIn));
    }
}

#[test]
fn one_note_is_spent_beside_a_dummy_and_pays_its_own_fee() {
    let coins = [coin(AssetId::NATIVE, 1 << 60)];
    let payments = vec![pay(AssetId::NATIVE, 5, Recipient::Shielded(address(1)))];
    let plan = plan(&request(&coins, payments.clone())).unwrap();
    check(&plan, &coins, &payments);
    let [Step::JoinSplit(only)] = &plan.steps[..] else { panic!("{plan:?}") };
    assert_eq!((only.shape, only.inputs.len()), (Shape::TwoIn, 1));
    assert_eq!(plan.fee(), Some(Amount(fee_of(1))));
}

#[test]
fn transactions_of_one_shape_pay_one_fee_whatever_they_move() {
    let coins: Vec<Coin> =
        (0..6).map(|number| coin(OTHER, 10u128.pow(number))).chain([coin(AssetId::NATIVE, 1 << 60)]).collect();
    let fees: Vec<_> = [1u128, 7, 99, 5_000, 100_000]
        .into_iter()
        .map(|amount| {
            let payments = vec![pay(OTHER, amount, Recipient::Shielded(address(1)))];
            let plan = plan(&request(&coins, payments)).unwrap();
            assert!(plan.join_splits().all(|join_split| join_split.shape == Shape::TwoIn));
            (plan.fee().unwrap(), plan.gas_limit)
        })
        .collect();
    assert!(fees.windows(2).all(|pair| pair[0] == pair[1]), "{fees:?}");
}

#[test]
fn more_than_eight_notes_take_several_join_splits() {
    let coins: Vec<Coin> = (0..20).map(|_| coin(OTHER, 10)).chain([coin(AssetId::NATIVE, 1 << 60)]).collect();
    let payments = vec![pay(OTHER, 195, Recipient::Shielded(address(1)))];
    let plan = plan(&request(&coins, payments.clone())).unwrap();
    check(&plan, &coins, &payments);
    let shapes: Vec<Shape> = plan.join_splits().map(|join_split| join_split.shape).collect();
    assert_eq!(shapes, [Shape::TwoIn, Shape::EightIn, Shape::EightIn, Shape::EightIn]);
}

#[test]
fn one_native_note_cannot_pay_an_account_until_it_is_split() {
    let coins = [coin(AssetId::NATIVE, 1 << 60)];
    let payments = vec![pay(AssetId::NATIVE, 5, Recipient::Account(Address([1; 32])))];
    assert_eq!(plan(&request(&coins, payments.clone())), Err(PlanError::Notes { asset: AssetId::NATIVE }));
    let halves = split(&coins, PRICE).unwrap();
    let outcome = run(&halves, &coins);
    assert_eq!(outcome.change[&AssetId::NATIVE], (1 << 60) - halves.fee().unwrap().0);
    let [Step::JoinSplit(only)] = &halves.steps[..] else { panic!("{halves:?}") };
    let coins: Vec<Coin> = only
        .outputs
        .iter()
        .map(|output| match output {
            PlannedOutput::Change(value) => coin(AssetId::NATIVE, *value),
            other => panic!("{other:?}"),
        })
        .collect();
    let plan = plan(&request(&coins, payments.clone())).unwrap();
    check(&plan, &coins, &payments);
}

#[test]
fn small_notes_are_merged() {
    let coins: Vec<Coin> = (0..9).map(|_| coin(OTHER, 3)).chain([coin(AssetId::NATIVE, 1 << 60)]).collect();
    let plan = merge(&coins, OTHER, PRICE).unwrap();
    let outcome = run(&plan, &coins);
    assert_eq!(outcome.change[&OTHER], 24);
    let native: Vec<Coin> = (0..12).map(|_| coin(AssetId::NATIVE, fee_of(1))).collect();
    let outcome = run(&merge(&native, AssetId::NATIVE, PRICE).unwrap(), &native);
    assert_eq!(outcome.spent.len(), INPUTS_MAX);
    assert!(merge(&coins[..1], OTHER, PRICE).is_err(), "one note is merged with nothing");
}

#[test]
fn extra_actions_stand_between_what_is_released_and_what_is_shielded_again() {
    let coins = [coin(AssetId::NATIVE, 1 << 60), coin(OTHER, 50)];
    let extras = Extras {
        release: vec![coin(OTHER, 20)],
        actions: 2,
        proofs: 1,
        gas: Gas(1_000_000),
        shield: vec![pay(THIRD, 9, Recipient::Shielded(address(2)))],
    };
    let plain = plan(&request(&coins, vec![pay(OTHER, 1, Recipient::Shielded(address(1)))])).unwrap();
    let plan = plan(&Request { extras, ..request(&coins, Vec::new()) }).unwrap();
    let kinds: Vec<_> = plan.steps.iter().map(|step| matches!(step, Step::Extras)).collect();
    assert_eq!(kinds, [false, false, true, false]);
    assert_eq!(run(&plan, &coins).held[&OTHER], 20);
    assert!(plan.gas_limit.0 >= plain.gas_limit.0 + 1_000_000);
}

#[test]
fn a_vote_needs_no_payment_and_its_fee_comes_from_the_pool() {
    let coins = [coin(AssetId::NATIVE, 1 << 60)];
    let extras = Extras { actions: 1, proofs: 1, gas: Gas(500_000), ..Extras::default() };
    let plan = plan(&Request { extras, ..request(&coins, Vec::new()) }).unwrap();
    assert_eq!(plan.steps.len(), 2);
    assert!(plan.shielded);
}

#[test]
fn what_cannot_be_done_is_refused_with_the_reason() {
    let coins = [coin(AssetId::NATIVE, 1 << 60), coin(OTHER, 50)];
    let to = Recipient::Shielded(address(1));
    let refused = |payments| plan(&request(&coins, payments)).unwrap_err();
    assert_eq!(refused(vec![]), PlanError::Nothing);
    assert_eq!(refused(vec![pay(OTHER, 0, to)]), PlanError::Zero);
    assert_eq!(refused(vec![pay(OTHER, 51, to)]), PlanError::NotEnough { asset: OTHER, needed: 51, available: 50 });
    assert_eq!(refused(vec![pay(OTHER, u128::MAX, to), pay(OTHER, 1, to)]), PlanError::Overflow);
    assert_eq!(refused(vec![pay(AssetId::NATIVE, u128::MAX, to)]), PlanError::Overflow);
    let whole = vec![pay(AssetId::NATIVE, 1 << 60, to)];
    assert!(matches!(refused(whole), PlanError::NotEnough { asset: AssetId::NATIVE, .. }), "the fee counts");
    let to_account = vec![pay(OTHER, 5, Recipient::Account(Address([1; 32])))];
    let by_account = Request { funding: Funding::Account(&coins), ..request(&[], to_account) };
    assert_eq!(plan(&by_account), Err(PlanError::NotPrivate));
    let poor = Request { funding: Funding::Account(&coins[1..]), ..request(&[], vec![pay(OTHER, 5, to)]) };
    assert!(matches!(plan(&poor), Err(PlanError::NotEnough { asset: AssetId::NATIVE, .. })));
    let dust: Vec<Coin> = (0..200).map(|_| coin(OTHER, 1)).chain([coins[0]]).collect();
    assert_eq!(plan(&request(&dust, vec![pay(OTHER, 150, to)])), Err(PlanError::TooLarge));
}

#[test]
fn a_price_of_zero_still_makes_a_fee_that_can_leave_the_pool() {
    let coins = [coin(AssetId::NATIVE, 1 << 60)];
    let payments = vec![pay(AssetId::NATIVE, 5, Recipient::Shielded(address(1)))];
    let free = Request { price: Price(0), ..request(&coins, payments.clone()) };
    let plan = plan(&free).unwrap();
    check(&plan, &coins, &payments);
    assert!(plan.fee().unwrap() > Amount::ZERO);
}

#[test]
fn values_near_the_limit_do_not_overflow() {
    let coins = [coin(AssetId::NATIVE, u128::MAX), coin(AssetId::NATIVE, u128::MAX), coin(OTHER, u128::MAX)];
    for amount in [u128::MAX, u128::MAX - fee_of(2), 1] {
        let payments = vec![pay(OTHER, amount, Recipient::Shielded(address(1)))];
        let plan = plan(&request(&coins, payments)).unwrap();
        run(&plan, &coins);
    }
}
