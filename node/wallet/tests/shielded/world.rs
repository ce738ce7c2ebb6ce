//! A chain in memory with wallets that see it as compact blocks, as the real ones do.

use super::support::key;
use std::sync::LazyLock;
use tacit_circuits::{FieldBytes, GroupTree, ProvingKeys, VerifyingKeys};
use tacit_exec::testing::{MemoryChain, TestKey};
use tacit_types::shielded::{CompactBlock, CompactOutput};
use tacit_types::{Height, Receipt, Sequence, Tx};
use tacit_wallet::SecretKey;
use tacit_wallet::WalletError;
use tacit_wallet::shielded::build::{BuildProgress, ExtraAction, Ingredients, Payer, build};
use tacit_wallet::shielded::plan::{Coin, Extras, Funding, Payment, Plan, PlanError, Recipient, Request, plan};
use tacit_wallet::shielded::prover::{LocalProver, ProofService};
use tacit_wallet::shielded::{
    IncomingViewingKey, Memo, ShieldedAddress, SpendableNote, SpendingKey, expiry_step, price_step, try_decrypt,
};

static KEYS: LazyLock<ProvingKeys> = LazyLock::new(|| {
    let directory = std::env::temp_dir().join("tacit-wallet-tests-proving-keys");
    ProvingKeys::development(&directory)
});

pub const TOKEN: u128 = 1_000_000_000_000_000_000;

pub fn prover() -> LocalProver {
    LocalProver::new(KEYS.clone())
}

pub fn pay(amount: u128, to: Recipient, memo: &str) -> Payment {
    Payment { asset: tacit_types::AssetId::NATIVE, amount, to, memo: Memo::new(memo).unwrap() }
}

pub struct World {
    pub chain: MemoryChain,
    tree: GroupTree,
    pub blocks: Vec<CompactBlock>,
}

impl World {
    pub fn new() -> Self {
        Self { chain: MemoryChain::new(1, 3), tree: GroupTree::new(), blocks: Vec::new() }
    }

    /// A world in which wallet 1 has shielded this much in so many payments of equal size.
    pub fn funded(amounts: &[u128]) -> Self {
        let mut world = Self::new();
        let to = Recipient::Shielded(key(1).full_viewing_key().address(0).unwrap());
        let payments = amounts.iter().map(|amount| pay(*amount, to, "first money")).collect();
        let tx = world.shield(0, payments).unwrap();
        world.run(&tx);
        world
    }

    /// Commits a transaction, whose body must succeed, and lets the wallets see it.
    pub fn run(&mut self, tx: &Tx) -> Receipt {
        let executed = self.chain.run(std::slice::from_ref(tx));
        let receipt = executed.receipts.into_iter().next().unwrap();
        assert!(receipt.reject().is_none(), "{receipt:?}");
        if let Some(block) = executed.shielded {
            let leaves: Vec<FieldBytes> = block.commitments().map(|leaf| FieldBytes(leaf.0)).collect();
            assert_eq!(block.first_position, self.tree.count());
            self.tree.append(&leaves).unwrap();
            assert_eq!(block.root.0, self.tree.root().0);
            self.blocks.push(block);
        }
        receipt
    }

    pub fn anchor(&self) -> FieldBytes {
        self.tree.root()
    }

    /// What a wallet finds, unspent, with its paths.
    pub fn notes(&self, key: &SpendingKey) -> Vec<SpendableNote> {
        let viewing = key.full_viewing_key();
        let mut found = self.found(viewing.incoming());
        found.retain(|note| {
            let nullifier = note.note.nullifier(viewing.nullifier_key(), note.position).unwrap();
            !self.is_spent(&nullifier) && note.note.value > 0
        });
        found
    }

    fn found(&self, key: &IncomingViewingKey) -> Vec<SpendableNote> {
        let mut notes = Vec::new();
        for block in &self.blocks {
            let outputs: Vec<&CompactOutput> = block.join_splits.iter().flat_map(|it| &it.outputs).collect();
            for (index, received) in try_decrypt(key, &outputs) {
                let position = u32::try_from(block.first_position).unwrap() + u32::try_from(index).unwrap();
                let path = self.tree.path(position).unwrap();
                notes.push(SpendableNote { note: received.note.clone(), position, path });
            }
        }
        notes
    }

    fn is_spent(&self, nullifier: &FieldBytes) -> bool {
        let mut seen = self.blocks.iter().flat_map(|block| block.join_splits.iter());
        seen.any(|join_split| join_split.nullifiers.as_slice().iter().any(|it| it.0 == nullifier.0))
    }

    pub fn balance(&self, number: u8) -> u128 {
        self.notes(&key(number)).iter().map(|note| note.note.value).sum()
    }

    /// The secret key of a funded account.
    pub fn account(number: u64) -> SecretKey {
        SecretKey::from_seed(&TestKey::seed(number))
    }

    /// A transaction with which an account puts money into the pool.
    pub fn shield(&self, account: u64, payments: Vec<Payment>) -> Result<Tx, WalletError> {
        let account = Self::account(account);
        let on_chain = self.chain.account(&account.address());
        let coins = [Coin { asset: tacit_types::AssetId::NATIVE, value: on_chain.balance.0 }];
        let request =
            Request { funding: Funding::Account(&coins), payments, extras: Extras::default(), price: self.price() };
        let payer = Payer::Account(&account, Sequence(on_chain.sequence.0));
        let key = SpendingKey::random()?;
        self.build_with(&plan(&request)?, &key, &[], payer, Vec::new(), &prover())
    }

    pub fn price(&self) -> tacit_types::Price {
        price_step(self.chain.next().base_fee)
    }

    pub fn plan(&self, number: u8, payments: Vec<Payment>) -> Result<(Plan, Vec<SpendableNote>), PlanError> {
        self.plan_with(number, payments, Extras::default())
    }

    pub fn plan_with(
        &self,
        number: u8,
        payments: Vec<Payment>,
        extras: Extras,
    ) -> Result<(Plan, Vec<SpendableNote>), PlanError> {
        let notes = self.notes(&key(number));
        let coins: Vec<Coin> = coins(&notes);
        let request = Request { funding: Funding::Pool(&coins), payments, extras, price: self.price() };
        Ok((plan(&request)?, notes))
    }

    /// A transaction with which a wallet pays out of the pool.
    pub fn send(&self, number: u8, payments: Vec<Payment>) -> Result<Tx, WalletError> {
        let (plan, notes) = self.plan(number, payments)?;
        self.build_with(&plan, &key(number), &notes, Payer::Pool, Vec::new(), &prover())
    }

    pub fn build_with(
        &self,
        plan: &Plan,
        key: &SpendingKey,
        notes: &[SpendableNote],
        payer: Payer<'_>,
        extras: Vec<ExtraAction<'_>>,
        prover: &dyn ProofService,
    ) -> Result<Tx, WalletError> {
        self.build_telling(plan, key, notes, payer, extras, prover, &mut |_| {})
    }

    #[allow(clippy::too_many_arguments, reason = "a test's helper that passes everything on")]
    pub fn build_telling(
        &self,
        plan: &Plan,
        key: &SpendingKey,
        notes: &[SpendableNote],
        payer: Payer<'_>,
        extras: Vec<ExtraAction<'_>>,
        prover: &dyn ProofService,
        progress: &mut dyn FnMut(BuildProgress),
    ) -> Result<Tx, WalletError> {
        let ingredients = Ingredients {
            key,
            notes,
            anchor: self.anchor(),
            genesis_id: self.chain.rules.genesis_id,
            expiry: expiry_step(Height(self.chain.tip.height.0), 1_000),
            payer,
            extras,
        };
        build(plan, ingredients, prover, &VerifyingKeys::development(), progress)
    }

    pub fn refuses(&self, tx: &Tx) -> bool {
        self.chain.check(tx).is_err()
    }
}

pub fn coins(notes: &[SpendableNote]) -> Vec<Coin> {
    notes.iter().map(|note| Coin { asset: note.note.asset, value: note.note.value }).collect()
}

pub fn address(number: u8, index: u64) -> ShieldedAddress {
    key(number).full_viewing_key().address(index).unwrap()
}
