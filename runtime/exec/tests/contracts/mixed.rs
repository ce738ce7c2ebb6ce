//! Many blocks of everything at once: money neither appears nor vanishes, and a second chain that executes the same
//! blocks with an engine of its own ends in the same state.

use crate::frames::seed_of_this_run;
use crate::life::{PURSE, to};
use crate::support::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::BTreeMap;
use tacit_exec::gas;
use tacit_exec::testing::{MemoryChain, START_BALANCE, TestKey, later, sign, transfer};
use tacit_types::action::{GroupAdd, GroupCreate, Member};
use tacit_types::*;

const ACCOUNTS: u64 = 8;
const BLOCKS: usize = 12;
const TXS: usize = 20;
const TOKENS: u128 = 1_000_000;

struct Mix {
    rng: ChaCha20Rng,
    chain: MemoryChain,
    blocks: Vec<Block>,
    codes: BTreeMap<u16, usize>,
    contracts: [Address; 3],
}

impl Mix {
    fn start(seed: u64) -> Self {
        let chain = MemoryChain::new(4, ACCOUNTS);
        let maker = chain.accounts[0].clone();
        let codes = [artifact("token"), artifact("counter"), module(PURSE)];
        let contracts = codes.each_ref().map(|code| contract_at(&maker, code, 0));
        let inputs = [TOKENS.to_le_bytes().to_vec(), 0u64.to_le_bytes().to_vec(), vec![]];
        let make = |(code, input): (&Vec<u8>, &Vec<u8>)| [deploy(code), instantiate(code, 0, input, 0)];
        let actions = codes.iter().zip(&inputs).flat_map(make).collect();
        let rng = ChaCha20Rng::seed_from_u64(seed);
        let mut mix = Self { rng, chain, blocks: Vec::new(), codes: BTreeMap::new(), contracts };
        let tx = tx(&mix.chain, &maker, actions);
        mix.commit(&[tx]);
        assert_eq!(mix.codes[&0], 1, "the contracts are there");
        mix
    }

    fn commit(&mut self, txs: &[Tx]) {
        let block = self.chain.build(txs);
        let executed = self.chain.commit(&block);
        for receipt in &executed.receipts {
            *self.codes.entry(receipt.code).or_default() += 1;
        }
        self.blocks.push(block);
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.rng.next_u64() % limit as u64).unwrap()
    }

    fn somebody(&mut self) -> TestKey {
        let index = self.below(self.chain.accounts.len());
        self.chain.accounts[index].clone()
    }

    fn amount(&mut self) -> u128 {
        let size = self.below(5);
        [1, 1_000, TOKENS / 3, START_BALANCE.0 / 3, u128::MAX][size]
    }

    fn action(&mut self) -> Action {
        let [token, counter, purse] = self.contracts;
        let (whom, amount) = (self.somebody().address(), self.amount());
        match self.below(13) {
            0 | 1 => transfer(whom, amount),
            2 | 3 => call(token, "transfer", &to(whom, amount), 0),
            4 => call(token, "approve", &to(whom, amount), 0),
            5 => call(token, "transfer_from", &[&whom.0[..], &to(whom, amount)].concat(), 0),
            6 => call(counter, "add", &(u64::MAX / 5).to_le_bytes(), 0),
            7 => call(purse, "pay", &[], amount),
            8 => call(purse, "take", &amount.to_le_bytes(), 0),
            9 => call(counter, "absent", &[], amount),
            10 => {
                let salt = u8::try_from(self.below(3)).unwrap();
                instantiate(&artifact("counter"), salt, &[0; 8], 7)
            }
            11 => deploy(b"no module"),
            _ => self.group(),
        }
    }

    fn group(&mut self) -> Action {
        let member = Member { identity: FieldBytes([3; 32]), weight: self.rng.next_u64() };
        let members = List::new(vec![member]).unwrap();
        if self.below(2) == 0 {
            return Action::GroupCreate(GroupCreate { members });
        }
        Action::GroupAdd(GroupAdd { group: GroupId::of(&[b"none"]), members })
    }

    fn tx(&mut self, used: &mut BTreeMap<Address, u64>) -> Tx {
        let sender = self.somebody();
        let count = 1 + self.below(3);
        let actions = (0..count).map(|_| self.action()).collect();
        let mut body = self.chain.body(&sender, actions);
        let ahead = used.entry(sender.address()).or_default();
        let sequence = later(body.authorization.sequence(), *ahead);
        *ahead += 1;
        body.authorization = Authorization::Account { public_key: sender.public(), sequence };
        body.max_tip_per_gas = Price(self.rng.next_u64() % 4);
        body.gas_limit = Gas(20_000_000);
        if self.below(8) == 0 {
            // Enough to be valid, not enough for everything.
            let signed = sign(&sender, body.clone());
            let intrinsic = gas::intrinsic(signed.encode().len(), &signed.body, &signed.witness);
            body.gas_limit = Gas(intrinsic.0 + self.rng.next_u64() % 150_000);
        }
        sign(&sender, body)
    }

    fn tokens_held(&self) -> u128 {
        let holdings = self.chain.accounts.iter().map(|key| {
            let output = view(&self.chain, self.contracts[0], "balance_of", &key.address().0).result.unwrap();
            u128::from_le_bytes(output.try_into().unwrap())
        });
        holdings.sum()
    }
}

#[test]
fn random_blocks_keep_the_supplies_and_give_equal_roots_when_executed_again() {
    let mut mix = Mix::start(seed_of_this_run());
    for _ in 0..BLOCKS {
        let mut used = BTreeMap::new();
        let txs: Vec<Tx> = (0..TXS).map(|_| mix.tx(&mut used)).collect();
        // Committing compares the sum of all balances with the supply record, and two executions with each other.
        mix.commit(&txs);
        assert_eq!(mix.tokens_held(), TOKENS);
    }
    println!("receipts by code: {:?}", mix.codes);
    let expected = [
        RejectCode::InsufficientBalance,
        RejectCode::GroupUnknown,
        RejectCode::CodeRejected,
        RejectCode::FunctionUnknown,
        RejectCode::OutOfGas,
        RejectCode::ContractReverted,
    ];
    for code in expected {
        assert!(mix.codes.contains_key(&code.number()), "the mix never failed with {code}");
    }
    assert!(mix.codes[&0] > BLOCKS, "the mix hardly ever succeeds: {:?}", mix.codes);

    let mut again = MemoryChain::new(4, ACCOUNTS);
    for block in &mix.blocks {
        // Each header holds the state and receipts roots after the block before, so a difference makes a block invalid.
        again.commit(block);
    }
    assert_eq!(again.tip, mix.chain.tip);
    assert_eq!(contents(&again), contents(&mix.chain));
}
