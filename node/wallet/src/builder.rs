//! Builds transactions: pure, without I/O, clock or randomness. The command line, the tests and the benches all make
//! their transactions here.

use crate::secret::SecretKey;
use tacit_types::action::{Call, Deploy, GroupAdd, GroupCreate, Instantiate, Member, Prove, Transfer};
use tacit_types::bounded::{BadName, TooLong};
use tacit_types::contract::{
    ContractPause, ContractPolicy, ContractUnpause, ContractUpgrade, KeyRegister, UpgradeAnnounce,
};
use tacit_types::keys::MultisigPolicy;
use tacit_types::tx::{IndexedSignature, TX_VERSION};
use tacit_types::{
    Action, Address, Amount, AssetId, Authorization, CodeHash, Gas, GenesisId, GroupId, Height, List, Name, Price,
    ProofBytes, Sequence, Signature, Tx, TxBody, Witness,
};

/// Why a transaction cannot be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// More of something than a transaction holds.
    #[error("too many or too long {what}: {source}")]
    TooLong {
        /// Of what.
        what: &'static str,
        /// By how much.
        source: TooLong,
    },
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] BadName),
    /// Nothing to do.
    #[error("a transaction needs at least one action")]
    Empty,
    /// Not the number of proofs that the actions need.
    #[error("{found} proofs for actions that need {needed}")]
    Proofs {
        /// Needed.
        needed: usize,
        /// Found.
        found: usize,
    },
}

/// A transaction in the making. Without further calls it has no actions and never expires soon enough to be valid:
/// set at least expiry, gas limit and price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxBuilder {
    genesis_id: GenesisId,
    expiry: Height,
    gas_limit: Gas,
    max_fee_per_gas: Price,
    max_tip_per_gas: Price,
    actions: Vec<Action>,
    proofs: Vec<ProofBytes>,
}

impl TxBuilder {
    /// A transaction for one chain.
    #[must_use]
    pub const fn new(genesis_id: GenesisId) -> Self {
        Self {
            genesis_id,
            expiry: Height::ZERO,
            gas_limit: Gas::ZERO,
            max_fee_per_gas: Price::ZERO,
            max_tip_per_gas: Price::ZERO,
            actions: Vec::new(),
            proofs: Vec::new(),
        }
    }

    /// Whether an action runs a contract's code, whose way may depend on how much gas is left. Every other action costs the same
    /// under any limit that suffices.
    #[must_use]
    pub fn runs_contracts(&self) -> bool {
        let runs =
            |action: &Action| matches!(action, Action::Instantiate(_) | Action::Call(_) | Action::ContractUpgrade(_));
        self.actions.iter().any(runs)
    }

    /// The last height that may include it.
    #[must_use]
    pub const fn expiry(mut self, expiry: Height) -> Self {
        self.expiry = expiry;
        self
    }

    /// The most gas it may use.
    #[must_use]
    pub const fn gas_limit(mut self, gas_limit: Gas) -> Self {
        self.gas_limit = gas_limit;
        self
    }

    /// The most it pays per gas, tip included, and the most of that which is tip.
    #[must_use]
    pub const fn price(mut self, max_fee_per_gas: Price, max_tip_per_gas: Price) -> Self {
        self.max_fee_per_gas = max_fee_per_gas;
        self.max_tip_per_gas = max_tip_per_gas;
        self
    }

    /// Any action that needs no proof.
    #[must_use]
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Any action that takes one proof.
    #[must_use]
    pub fn proven(mut self, action: Action, proof: ProofBytes) -> Self {
        self.proofs.push(proof);
        self.action(action)
    }

    /// Moves native money.
    #[must_use]
    pub fn transfer(self, to: Address, amount: Amount) -> Self {
        self.action(Action::Transfer(Transfer { asset: AssetId::NATIVE, to, amount }))
    }

    /// Has the chain verify and record a proof.
    #[must_use]
    pub fn prove(self, statement: Prove, proof: ProofBytes) -> Self {
        self.proven(Action::Prove(statement), proof)
    }

    /// Makes a group.
    ///
    /// # Errors
    /// [`BuildError::TooLong`].
    pub fn group_create(self, members: Vec<Member>) -> Result<Self, BuildError> {
        let members = bounded("members", members)?;
        Ok(self.action(Action::GroupCreate(GroupCreate { members })))
    }

    /// Adds members to a group.
    ///
    /// # Errors
    /// [`BuildError::TooLong`].
    pub fn group_add(self, group: GroupId, members: Vec<Member>) -> Result<Self, BuildError> {
        let members = bounded("members", members)?;
        Ok(self.action(Action::GroupAdd(GroupAdd { group, members })))
    }

    /// Stores wasm code.
    ///
    /// # Errors
    /// [`BuildError::TooLong`].
    pub fn deploy(self, code: Vec<u8>) -> Result<Self, BuildError> {
        let code = bounded("bytes of code", code)?;
        Ok(self.action(Action::Deploy(Deploy { code })))
    }

    /// Makes a contract whose code never changes and which nobody stops, unless `policy` says otherwise.
    ///
    /// # Errors
    /// [`BuildError::TooLong`].
    pub fn instantiate(
        self,
        code_hash: CodeHash,
        salt: [u8; 32],
        input: Vec<u8>,
        value: Amount,
        policy: ContractPolicy,
    ) -> Result<Self, BuildError> {
        let input = bounded("bytes of input", input)?;
        Ok(self.action(Action::Instantiate(Instantiate { code_hash, salt, input, value, policy })))
    }

    /// Stops a contract for a while.
    #[must_use]
    pub fn contract_pause(self, contract: Address, duration_ms: u64) -> Self {
        self.action(Action::ContractPause(ContractPause { contract, duration_ms }))
    }

    /// Lets a stopped contract go on.
    #[must_use]
    pub fn contract_unpause(self, contract: Address) -> Self {
        self.action(Action::ContractUnpause(ContractUnpause { contract }))
    }

    /// Announces the code that a contract will change to, and what its `migrate` will get.
    ///
    /// # Errors
    /// [`BuildError::TooLong`].
    pub fn upgrade_announce(self, contract: Address, code_hash: CodeHash, input: Vec<u8>) -> Result<Self, BuildError> {
        let input = bounded("bytes of input", input)?;
        Ok(self.action(Action::UpgradeAnnounce(UpgradeAnnounce { contract, code_hash, input })))
    }

    /// Changes a contract to its announced code.
    #[must_use]
    pub fn contract_upgrade(self, contract: Address) -> Self {
        self.action(Action::ContractUpgrade(ContractUpgrade { contract }))
    }

    /// Registers a verifying key.
    ///
    /// # Errors
    /// [`BuildError::TooLong`].
    pub fn key_register(self, key: Vec<u8>) -> Result<Self, BuildError> {
        let key = bounded("bytes of key", key)?;
        Ok(self.action(Action::KeyRegister(KeyRegister { key })))
    }

    /// Calls a contract.
    ///
    /// # Errors
    /// [`BuildError::TooLong`], [`BuildError::Name`].
    pub fn call(self, contract: Address, function: &str, input: Vec<u8>, value: Amount) -> Result<Self, BuildError> {
        let function = Name::new(function)?;
        let input = bounded("bytes of input", input)?;
        Ok(self.action(Action::Call(Call { contract, function, input, value })))
    }

    /// The body for some authorisation, for signing elsewhere.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn body(self, authorization: Authorization) -> Result<(TxBody, Vec<ProofBytes>), BuildError> {
        if self.actions.is_empty() {
            return Err(BuildError::Empty);
        }
        let body = TxBody {
            version: TX_VERSION,
            genesis_id: self.genesis_id,
            expiry: self.expiry,
            gas_limit: self.gas_limit,
            max_fee_per_gas: self.max_fee_per_gas,
            max_tip_per_gas: self.max_tip_per_gas,
            authorization,
            actions: bounded("actions", self.actions)?,
        };
        let (needed, found) = (body.proofs(), self.proofs.len());
        if needed != found {
            return Err(BuildError::Proofs { needed, found });
        }
        Ok((body, self.proofs))
    }

    /// The transaction of one account, signed.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn sign(self, key: &SecretKey, sequence: Sequence) -> Result<Tx, BuildError> {
        let (body, proofs) = self.body(Authorization::Account { public_key: key.public_key(), sequence })?;
        let signature = IndexedSignature { key_index: 0, signature: key.sign(&body) };
        assemble(body, vec![signature], proofs)
    }

    /// The transaction of one account with a signature of zeros and, for `sign`ing later, the same length: what a node
    /// simulates to say how much gas it needs.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn unsigned(self, authorization: Authorization) -> Result<Tx, BuildError> {
        let signatures = match &authorization {
            Authorization::Account { .. } => 1,
            Authorization::Multisig { policy, .. } => policy.threshold,
            Authorization::Shielded => 0,
        };
        let zeros = |key_index| IndexedSignature { key_index, signature: Signature([0; 64]) };
        let (body, proofs) = self.body(authorization)?;
        assemble(body, (0..signatures).map(zeros).collect(), proofs)
    }

    /// The body of a multisig account's transaction.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn multisig_body(
        self,
        policy: MultisigPolicy,
        sequence: Sequence,
    ) -> Result<(TxBody, Vec<ProofBytes>), BuildError> {
        self.body(Authorization::Multisig { policy, sequence })
    }
}

/// A transaction from its parts.
///
/// # Errors
/// [`BuildError::TooLong`].
pub fn assemble(body: TxBody, signatures: Vec<IndexedSignature>, proofs: Vec<ProofBytes>) -> Result<Tx, BuildError> {
    let witness = Witness {
        signatures: bounded("signatures", signatures)?,
        proofs: bounded("proofs", proofs)?,
        ..Witness::default()
    };
    Ok(Tx { body, witness })
}

fn bounded<T, const MAX: usize>(what: &'static str, items: Vec<T>) -> Result<List<T, MAX>, BuildError> {
    List::new(items).map_err(|source| BuildError::TooLong { what, source })
}
