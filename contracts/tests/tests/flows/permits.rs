//! Permits of `token_plus` in the hands of other contracts: who brings a permit first must not break what it was for.

use tacit_contract_tests::deploy;
use tacit_contract_tests::guest::{escaped, guest};
use tacit_exec::testing::TestKey;
use tacit_simulator::{Address, Amount, Chain, Outcome};

const INSUFFICIENT_ALLOWANCE: u32 = 2;
const BAD_PERMIT: u32 = 7;

/// Key, spender, expected, amount, deadline, signature.
type Permit = ([u8; 32], Address, Amount, Amount, u64, Vec<u8>);

struct World {
    chain: Chain,
    token: Address,
    mallory: Address,
    /// Holds tokens and never sends a transaction.
    owner: TestKey,
}

impl World {
    fn new() -> Self {
        let mut chain = Chain::new();
        let [alice, mallory] = ["alice", "mallory"].map(|name| chain.account(name));
        let code = deploy(&mut chain, "token_plus");
        let token = chain.instantiate(alice, code, &("Gold", "GLD", 6_u8, Amount(1_000), Amount(1_000))).unwrap();
        let owner = TestKey::new(77);
        chain.call(alice, token, "transfer", &(owner.address(), Amount(100))).ok();
        Self { chain, token, mallory, owner }
    }

    /// A contract that takes tokens with a permit: it brings the permit, whether or not that does anything, and takes. One
    /// that is `careless` insists on bringing the permit itself.
    fn taker(&mut self, careless: bool) -> Address {
        let call = if careless { "$must_call" } else { "$call" };
        let body = format!(
            r#"(data (i32.const 512) "{token}") (data (i32.const 544) "permit") (data (i32.const 560) "transfer_from")
            (func (export "take")
                (call $input_copy (i32.const 0) (i32.const 0) (i32.const 216))
                (drop (call {call} (i32.const 512) (i32.const 544) (i32.const 6) (i32.const 0) (i32.const 168)
                    (i32.const 400) (i64.const -1) (i32.const 0)))
                ;; The owner and the amount follow; between them goes this contract.
                (memory.copy (i32.const 256) (i32.const 168) (i32.const 32)) (call $self (i32.const 288))
                (memory.copy (i32.const 320) (i32.const 200) (i32.const 16))
                (drop (call $must_call (i32.const 512) (i32.const 560) (i32.const 13) (i32.const 256) (i32.const 80)
                    (i32.const 400) (i64.const -1) (i32.const 0))))"#,
            token = escaped(&self.token.0)
        );
        guest(&mut self.chain, if careless { "careless taker" } else { "taker" }, &body)
    }

    /// What the owner signs for a spender, as the token itself says it.
    fn permit(&self, spender: Address, amount: u128) -> Permit {
        let deadline = self.chain.time().0 + 1_000_000;
        let asked = (self.owner.address(), spender, Amount(0), Amount(amount), deadline);
        let digest: [u8; 32] = self.chain.view(self.token, "permit_digest", &asked).unwrap();
        (self.owner.public().0, spender, Amount(0), Amount(amount), deadline, self.owner.sign(&digest).0.to_vec())
    }

    /// Anybody has a taker take with a permit.
    fn take(&mut self, taker: Address, permit: &Permit, amount: u128) -> Outcome {
        let owner = self.owner.address();
        self.chain.call(self.mallory, taker, "take", &(Encoded(permit), owner, Amount(amount)))
    }

    /// Mallory brings a permit straight to the token.
    fn bring(&mut self, permit: &Permit) -> Outcome {
        self.chain.call(self.mallory, self.token, "permit", &Encoded(permit))
    }

    fn held(&self, who: Address) -> u128 {
        self.chain.view(self.token, "balance_of", &(who,)).unwrap()
    }
}

/// A permit as the token reads it: the signature has a fixed length.
struct Encoded<'a>(&'a Permit);

impl borsh::BorshSerialize for Encoded<'_> {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        let (key, spender, expected, amount, deadline, signature) = self.0;
        (key, spender, expected, amount, deadline).serialize(writer)?;
        writer.write_all(signature)
    }
}

#[test]
fn a_contract_takes_with_a_permit_in_one_call() {
    let mut world = World::new();
    let taker = world.taker(false);
    let permit = world.permit(taker, 40);
    world.take(taker, &permit, 40).ok();
    assert_eq!((world.held(taker), world.held(world.owner.address())), (40, 60));
    world.take(taker, &permit, 1).expect_revert(INSUFFICIENT_ALLOWANCE);
}

#[test]
fn front_run_permit_does_not_break_the_contract_that_it_is_for() {
    let mut world = World::new();
    let taker = world.taker(false);
    let permit = world.permit(taker, 40);
    world.bring(&permit).ok();
    world.take(taker, &permit, 40).ok();
    assert_eq!(world.held(taker), 40);
}

#[test]
fn front_run_permit_stops_a_contract_that_insists_on_bringing_it() {
    let mut world = World::new();
    let careless = world.taker(true);
    let permit = world.permit(careless, 40);
    world.bring(&permit).ok();
    world.take(careless, &permit, 40).expect_revert(BAD_PERMIT);
    assert_eq!(world.held(careless), 0, "nobody loses anything, but the call is lost");
}

#[test]
fn a_permit_for_one_contract_is_nothing_to_another() {
    let mut world = World::new();
    let (taker, thief) = (world.taker(false), world.taker(true));
    let permit = world.permit(taker, 40);
    world.take(thief, &permit, 40).expect_revert(INSUFFICIENT_ALLOWANCE);
    assert_eq!((world.held(thief), world.held(world.owner.address())), (0, 100));
    // The thief's call brought the permit and was undone, so it still works for whom it is.
    world.take(taker, &permit, 40).ok();
}
