//! A chain in memory with the token contract and many holders: signed token transfers, each by another holder.

use tacit_exec::testing::{MemoryChain, TestKey, sign};
use tacit_exec::validate::ValidBlock;
use tacit_exec::{Mode, execute};
use tacit_types::action::{Call, Deploy, Instantiate};
use tacit_types::contract::ContractPolicy;
use tacit_types::{Action, Address, Amount, Bytes, CodeHash, Gas, Name, Receipt, Tx};

/// Gas of one call; what is not used is given back.
const CALL_GAS: Gas = Gas(550_000);

/// Gas of the deploy.
const DEPLOY_GAS: Gas = Gas(60_000_000);

/// The chain, its token, and its holders.
pub struct TokenChain {
    chain: MemoryChain,
    token: Address,
    holders: Vec<TestKey>,
}

impl TokenChain {
    /// Deploys `code`, makes the token and gives some to each of `holders` accounts.
    ///
    /// # Panics
    /// When the code is not the token, or anything is refused.
    #[must_use]
    pub fn new(code: &[u8], holders: usize) -> Self {
        let mut chain = MemoryChain::new(1, holders as u64);
        let creator = chain.accounts.first().expect("an account").clone();
        let code_hash = CodeHash::of(&[code]);
        let deploy = Action::Deploy(Deploy { code: Bytes::new(code.to_vec()).expect("short code") });
        let instantiate = Action::Instantiate(Instantiate {
            code_hash,
            salt: [0; 32],
            input: Bytes::new(u128::MAX.to_le_bytes().to_vec()).expect("16 bytes"),
            value: Amount::ZERO,
            policy: ContractPolicy::default(),
        });
        let made = tx(&chain, &creator, vec![deploy, instantiate], DEPLOY_GAS);
        succeeded(&chain.run(&[made]).receipts);
        let token = Address::of_contract(&creator.address(), &code_hash, &[0; 32]);
        let holders = chain.accounts.clone();
        for share in holders.chunks(16) {
            let gifts = share.iter().map(|holder| transfer(token, holder.address(), 1_000)).collect();
            let gift = tx(&chain, &creator, gifts, DEPLOY_GAS);
            succeeded(&chain.run(&[gift]).receipts);
        }
        Self { chain, token, holders }
    }

    /// A block in which every holder gives one token to the next.
    ///
    /// # Panics
    /// When the holders do not fit in a block.
    #[must_use]
    pub fn block(&self) -> Vec<u8> {
        let next = self.holders.iter().cycle().skip(1);
        let one = |(from, to): (&TestKey, &TestKey)| {
            tx(&self.chain, from, vec![transfer(self.token, to.address(), 1)], CALL_GAS)
        };
        let txs: Vec<Tx> = self.holders.iter().zip(next).map(one).collect();
        let block = self.chain.build(&txs);
        assert_eq!(block.body.txs.len(), txs.len(), "a transfer was left out of the block");
        block.encode()
    }

    /// Validates `block` on one thread: decoding, signatures, charges.
    ///
    /// # Panics
    /// When it is refused.
    #[must_use]
    pub fn validate(&self, block: &[u8]) -> ValidBlock {
        self.chain.validate(block, Mode::Decided).expect("a valid block")
    }

    /// Executes `block` and throws the result away.
    ///
    /// # Panics
    /// When a transfer fails.
    pub fn execute(&self, block: &ValidBlock) {
        let done = execute(&self.chain.state, &self.chain.rules, &self.chain.vm, block).expect("no fault");
        succeeded(&done.receipts);
    }

    /// Validates and executes `block` on one thread and throws the result away.
    ///
    /// # Panics
    /// When it is refused, or a transfer fails.
    pub fn run(&self, block: &[u8]) {
        self.execute(&self.validate(block));
    }
}

fn tx(chain: &MemoryChain, sender: &TestKey, actions: Vec<Action>, gas_limit: Gas) -> Tx {
    let mut body = chain.body(sender, actions);
    body.gas_limit = gas_limit;
    sign(sender, body)
}

fn transfer(contract: Address, to: Address, amount: u128) -> Action {
    let input = [to.0.as_slice(), &amount.to_le_bytes()].concat();
    Action::Call(Call {
        contract,
        function: Name::new("transfer").expect("a valid name"),
        input: Bytes::new(input).expect("48 bytes"),
        value: Amount::ZERO,
    })
}

fn succeeded(receipts: &[Receipt]) {
    assert!(receipts.iter().all(Receipt::succeeded), "a transaction failed: {:?}", receipts.first());
}
