//! What accounts do: deploy, make and call contracts, move money, and several of these in one block.

use crate::chain::Chain;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::step::Pending;
use crate::whole;
use borsh::BorshSerialize;
use tacit_types::action::Transfer;
use tacit_types::asset::{AssetCreate, asset_id};
use tacit_types::contract::ContractPolicy;
use tacit_types::{Action, Address, Amount, AssetId, CodeHash, Name};

/// How a contract is made, beyond its code and arguments.
///
/// ```
/// # use tacit_simulator::{Amount, InstantiateOptions};
/// let options = InstantiateOptions::new().salt([7; 32]).value(Amount(100));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct InstantiateOptions {
    /// Makes several contracts of one code by one creator distinct; a fresh one each time when absent.
    pub salt: Option<[u8; 32]>,
    /// Native money handed to the contract.
    pub value: Amount,
    /// Who may change its code and who may stop it; nobody unless said.
    pub policy: ContractPolicy,
}

impl InstantiateOptions {
    /// A fresh salt and no money.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With this salt: the address is then known before.
    #[must_use]
    pub fn salt(mut self, salt: [u8; 32]) -> Self {
        self.salt = Some(salt);
        self
    }

    /// With this policy.
    #[must_use]
    pub fn policy(mut self, policy: ContractPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// With this much native money.
    #[must_use]
    pub fn value(mut self, value: Amount) -> Self {
        self.value = value;
        self
    }
}

impl Chain {
    /// Deploys a module, by an account named `deployer`, if the chain's own check lets it. Deploying the same again
    /// changes nothing.
    ///
    /// # Errors
    /// [`Failure::Rejected`] with [`tacit_types::RejectCode::CodeRejected`] and the rule that the module breaks.
    ///
    /// # Panics
    /// When the module is longer than a transaction carries.
    #[track_caller]
    pub fn deploy(&mut self, wasm: &[u8]) -> Result<CodeHash, Failure> {
        let deployer = self.account("deployer");
        let pending = self.pending_deploy(deployer, wasm);
        self.run_one(pending).result.map(|_| CodeHash::of(&[wasm]))
    }

    /// As [`Chain::deploy`], and calls the code by `name` in reports.
    ///
    /// # Errors
    /// As [`Chain::deploy`].
    ///
    /// # Panics
    /// As [`Chain::deploy`].
    #[track_caller]
    pub fn deploy_as(&mut self, name: &str, wasm: &[u8]) -> Result<CodeHash, Failure> {
        self.label_code(CodeHash::of(&[wasm]), name);
        self.deploy(wasm)
    }

    /// Makes a contract of deployed code and runs its `init` with `args`: anything that borsh encodes, a tuple for
    /// several arguments, `&()` for none. [`Chain::last`] has its events.
    ///
    /// # Errors
    /// [`Failure`] of the chain or of `init`.
    ///
    /// # Panics
    /// When `creator` has no key and nobody pranked.
    #[track_caller]
    pub fn instantiate(
        &mut self,
        creator: Address,
        code: CodeHash,
        args: &(impl BorshSerialize + ?Sized),
    ) -> Result<Address, Failure> {
        self.instantiate_with(creator, code, args, InstantiateOptions::new())
    }

    /// As [`Chain::instantiate`], with more to say.
    ///
    /// # Errors
    /// As [`Chain::instantiate`].
    ///
    /// # Panics
    /// As [`Chain::instantiate`].
    #[track_caller]
    pub fn instantiate_with(
        &mut self,
        creator: Address,
        code: CodeHash,
        args: &(impl BorshSerialize + ?Sized),
        options: InstantiateOptions,
    ) -> Result<Address, Failure> {
        let number = self.now.instances;
        self.now.instances = number.saturating_add(1);
        let salt = options.salt.unwrap_or_else(|| fresh_salt(number));
        let acting = (creator, self.now.pranked.take());
        let pending = self.pending_instantiate(acting, code, crate::encode(args), salt, &options);
        let contract = Address::of_contract(&pending.sender, &code, &salt);
        let named = self.now.names.codes.get(&code).cloned();
        self.run_one(pending).result?;
        if let Some(name) = named {
            let taken = self.now.names.addresses.values().any(|other| *other == name);
            self.label(contract, &if taken { format!("{name}#{number}") } else { name });
        }
        Ok(contract)
    }

    /// Calls `function` of `contract` in a block of its own, signed by `from`. Arguments as for [`Chain::instantiate`].
    ///
    /// # Panics
    /// When `from` has no key and nobody pranked, or `function` is no name.
    #[track_caller]
    pub fn call(
        &mut self,
        from: Address,
        contract: Address,
        function: &str,
        args: &(impl BorshSerialize + ?Sized),
    ) -> Outcome {
        self.call_paying(from, contract, function, args, Amount::ZERO)
    }

    /// As [`Chain::call`], and hands native money to the contract.
    ///
    /// # Panics
    /// As [`Chain::call`].
    #[track_caller]
    pub fn call_paying(
        &mut self,
        from: Address,
        contract: Address,
        function: &str,
        args: &(impl BorshSerialize + ?Sized),
        value: Amount,
    ) -> Outcome {
        let acting = (from, self.now.pranked.take());
        let pending = self.pending_call(acting, (contract, function), crate::encode(args), value);
        self.run_one(pending)
    }

    /// Moves native money.
    ///
    /// # Panics
    /// When `from` has no key and nobody pranked.
    #[track_caller]
    pub fn transfer(&mut self, from: Address, to: Address, amount: Amount) -> Outcome {
        self.transfer_asset(AssetId::NATIVE, from, to, amount)
    }

    /// Moves an asset.
    ///
    /// # Panics
    /// When `from` has no key and nobody pranked.
    #[track_caller]
    pub fn transfer_asset(&mut self, asset: AssetId, from: Address, to: Address, amount: Amount) -> Outcome {
        let prank = self.now.pranked.take();
        let pending = self.pending_transfer((from, prank), asset, to, amount);
        self.run_one(pending)
    }

    /// Makes an asset whose issuer holds `supply` and may mint up to `cap`.
    ///
    /// # Errors
    /// [`Failure`] of the chain.
    ///
    /// # Panics
    /// When `symbol` is no name, or `issuer` has no key and nobody pranked.
    #[track_caller]
    pub fn create_asset(
        &mut self,
        issuer: Address,
        symbol: &str,
        supply: Amount,
        cap: Amount,
    ) -> Result<AssetId, Failure> {
        let symbol = whole(Name::new(symbol));
        let create = Action::AssetCreate(AssetCreate { symbol, decimals: 18, supply, cap });
        let sender = self.now.pranked.unwrap_or(issuer);
        let sequence = self.account_record(&sender).sequence;
        self.transact(issuer, vec![create]).result.map(|_| asset_id(&sender, sequence, 0))
    }

    /// A transaction of any actions that need no proofs.
    ///
    /// # Panics
    /// When `from` has no key and nobody pranked, or with more actions than a transaction holds.
    #[track_caller]
    pub fn transact(&mut self, from: Address, actions: Vec<Action>) -> Outcome {
        let prank = self.now.pranked.take();
        let pending = self.pending(from, prank, actions, "transaction");
        self.run_one(pending)
    }

    /// Several transactions in one block. The outcomes stand in their order.
    ///
    /// ```
    /// # use tacit_simulator::{Amount, Chain};
    /// # let mut chain = Chain::new();
    /// # let (alice, bob) = (chain.account("alice"), chain.account("bob"));
    /// let height = chain.height();
    /// let outcomes = chain.block(|block| {
    ///     block.transfer(alice, bob, Amount(5));
    ///     block.transfer(bob, alice, Amount(2));
    /// });
    /// outcomes.iter().for_each(|outcome| { outcome.ok(); });
    /// assert_eq!(chain.height(), height.next());
    /// ```
    ///
    /// # Panics
    /// When the block cannot hold them all.
    #[track_caller]
    pub fn block(&mut self, fill: impl FnOnce(&mut BlockBuilder<'_>)) -> Vec<Outcome> {
        let mut block = BlockBuilder { pranked: self.now.pranked, chain: self, pending: Vec::new() };
        fill(&mut block);
        let pending = block.pending;
        self.now.pranked = None;
        if pending.is_empty() {
            self.roll(1);
            return Vec::new();
        }
        self.run_block(pending)
    }

    /// The chain with a sender that need not be named again.
    pub fn as_account(&mut self, from: Address) -> Acting<'_> {
        Acting { chain: self, from }
    }

    #[track_caller]
    fn pending_transfer(
        &self,
        (from, prank): (Address, Option<Address>),
        asset: AssetId,
        to: Address,
        amount: Amount,
    ) -> Pending {
        let what = format!("transfer of {amount} to {}", self.named(&to));
        self.pending(from, prank, vec![Action::Transfer(Transfer { asset, to, amount })], &what)
    }
}

/// Collects the transactions of one block; see [`Chain::block`].
pub struct BlockBuilder<'c> {
    chain: &'c Chain,
    pranked: Option<Address>,
    pending: Vec<Pending>,
}

impl BlockBuilder<'_> {
    /// As [`Chain::prank`], for the next transaction of this block.
    pub fn prank(&mut self, address: Address) -> &mut Self {
        self.pranked = Some(address);
        self
    }

    /// As [`Chain::call`].
    ///
    /// # Panics
    /// As [`Chain::call`].
    #[track_caller]
    pub fn call(&mut self, from: Address, contract: Address, function: &str, args: &(impl BorshSerialize + ?Sized)) {
        self.call_paying(from, contract, function, args, Amount::ZERO);
    }

    /// As [`Chain::call_paying`].
    ///
    /// # Panics
    /// As [`Chain::call`].
    #[track_caller]
    pub fn call_paying(
        &mut self,
        from: Address,
        contract: Address,
        function: &str,
        args: &(impl BorshSerialize + ?Sized),
        value: Amount,
    ) {
        let acting = (from, self.pranked.take());
        self.pending.push(self.chain.pending_call(acting, (contract, function), crate::encode(args), value));
    }

    /// As [`Chain::transfer`].
    ///
    /// # Panics
    /// As [`Chain::transfer`].
    #[track_caller]
    pub fn transfer(&mut self, from: Address, to: Address, amount: Amount) {
        let acting = (from, self.pranked.take());
        self.pending.push(self.chain.pending_transfer(acting, AssetId::NATIVE, to, amount));
    }
}

/// A chain and who acts on it; see [`Chain::as_account`].
pub struct Acting<'c> {
    chain: &'c mut Chain,
    from: Address,
}

impl Acting<'_> {
    /// As [`Chain::instantiate`].
    ///
    /// # Errors
    /// As [`Chain::instantiate`].
    ///
    /// # Panics
    /// As [`Chain::instantiate`].
    #[track_caller]
    pub fn instantiate(&mut self, code: CodeHash, args: &(impl BorshSerialize + ?Sized)) -> Result<Address, Failure> {
        self.chain.instantiate(self.from, code, args)
    }

    /// As [`Chain::call`].
    ///
    /// # Panics
    /// As [`Chain::call`].
    #[track_caller]
    pub fn call(&mut self, contract: Address, function: &str, args: &(impl BorshSerialize + ?Sized)) -> Outcome {
        self.chain.call(self.from, contract, function, args)
    }

    /// As [`Chain::call_paying`].
    ///
    /// # Panics
    /// As [`Chain::call`].
    #[track_caller]
    pub fn call_paying(
        &mut self,
        contract: Address,
        function: &str,
        args: &(impl BorshSerialize + ?Sized),
        value: Amount,
    ) -> Outcome {
        self.chain.call_paying(self.from, contract, function, args, value)
    }

    /// As [`Chain::transfer`].
    ///
    /// # Panics
    /// As [`Chain::transfer`].
    #[track_caller]
    pub fn transfer(&mut self, to: Address, amount: Amount) -> Outcome {
        self.chain.transfer(self.from, to, amount)
    }
}

fn fresh_salt(number: u64) -> [u8; 32] {
    tacit_types::codec::hash("tacit 2026-11 simulator salt", &[&number.to_le_bytes()])
}
