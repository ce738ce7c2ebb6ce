//! From a chain spec to a checked genesis: every field judged, the initial state made by `exec`, the id computed.

use crate::error::GenesisError;
use crate::spec::{ChainSpec, NetworkName, ProofsSpec, SPEC_FORMAT};
use borsh::BorshSerialize;
use std::collections::BTreeMap;
use tacit_circuits::{Statement, VerifyingKeys};
use tacit_exec::Tip;
use tacit_exec::init::{InitError, InitialState, initial_writes};
use tacit_state::WriteSet;
use tacit_state::root_of;
use tacit_types::limits::{PRODUCTION_BASE_FEE_FLOOR_MIN, VERIFYING_KEYS_MAX};
use tacit_types::receipt::receipts_root;
use tacit_types::{
    Address, Amount, BlockId, ChainParams, Gas, GenesisId, Height, List, Name, Network, Power, Price, PublicKey,
    StateRoot, UnixMillis, Validator, ValidatorSet, codec,
};

/// A checked genesis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// Names the chain.
    pub id: GenesisId,
    /// Parameters.
    pub params: ChainParams,
    /// Validators of the first height.
    pub validators: ValidatorSet,
    /// Time of genesis.
    pub time_ms: UnixMillis,
    /// The initial state, as changes to an empty one.
    pub writes: WriteSet,
    /// Root of the initial state.
    pub state_root: StateRoot,
    /// Digest over the transcripts of the ceremony that made the chain's keys.
    pub ceremony: Option<[u8; 32]>,
}

/// What the genesis id hashes, in canonical borsh.
#[derive(BorshSerialize)]
struct Preimage<'a> {
    format: u32,
    time_ms: UnixMillis,
    params: &'a ChainParams,
    validators: &'a ValidatorSet,
    state_root: StateRoot,
}

impl Genesis {
    /// Checks `spec`, which was read from `file`, and builds the state it describes.
    ///
    /// # Errors
    /// [`GenesisError::Field`], naming the first field that is wrong.
    pub fn build(file: &str, spec: &ChainSpec) -> Result<Self, GenesisError> {
        let check = Check { file };
        if spec.format != SPEC_FORMAT {
            return Err(check.refuse("format", format!("is {}, this version reads {SPEC_FORMAT}", spec.format)));
        }
        let network = network(spec.network);
        let params = ChainParams {
            chain_id: Name::new(&spec.chain_id).map_err(|error| check.refuse("chain_id", error.to_string()))?,
            network,
            production: spec.production,
            block_gas_limit: Gas(spec.params.block_gas_limit),
            block_bytes_max: spec.params.block_bytes_max,
            block_txs_max: spec.params.block_txs_max,
            block_proofs_max: spec.params.block_proofs_max,
            verifying_key_digests: check.digests(spec)?,
            base_fee_floor: check.base_fee_floor(spec)?,
            guardian: check.guardian(spec, network)?,
        };
        let initial =
            InitialState { params, validators: check.validators(spec)?, balances: check.balances(spec, network)? };
        let writes = initial_writes(&initial).map_err(|error| check.init_error(error))?;
        let state_root = root_of(writes.0.iter().filter_map(|change| Some((&*change.key, change.new.as_deref()?))))
            .map_err(|error| check.refuse("accounts", error.to_string()))?;
        let InitialState { params, validators, .. } = initial;
        let time_ms = UnixMillis(spec.time_ms);
        let preimage = Preimage { format: SPEC_FORMAT, time_ms, params: &params, validators: &validators, state_root };
        let ceremony = check.ceremony(spec)?;
        let preimage = codec::encode(&preimage);
        let id = match &ceremony {
            None => GenesisId::of(&[&preimage]),
            Some(digest) => GenesisId::of(&[&preimage, digest]),
        };
        Ok(Self { id, params, validators, time_ms, writes, state_root, ceremony })
    }

    /// Parses and builds in one step.
    ///
    /// # Errors
    /// [`GenesisError`].
    pub fn from_toml(file: &str, text: &str) -> Result<Self, GenesisError> {
        Self::build(file, &ChainSpec::parse(file, text)?)
    }

    /// The end of a chain that has no block yet.
    #[must_use]
    pub fn tip(&self) -> Tip {
        Tip {
            height: Height::ZERO,
            block_id: BlockId::default(),
            time_ms: self.time_ms,
            state_root: self.state_root,
            receipts_root: receipts_root(&[]),
            signers: self.validators.clone(),
        }
    }
}

/// Checks fields of one file.
struct Check<'a> {
    file: &'a str,
}

impl Check<'_> {
    fn refuse(&self, field: &str, reason: String) -> GenesisError {
        GenesisError::Field { file: self.file.into(), field: field.into(), reason }
    }

    fn number<T: std::str::FromStr>(&self, field: &str, text: &str) -> Result<T, GenesisError> {
        // `parse` also takes a plus sign and leading zeros; one number has one spelling here.
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let canonical = plain && (text == "0" || !text.starts_with('0'));
        match text.parse() {
            Ok(number) if canonical => Ok(number),
            _ => {
                Err(self.refuse(field, "must be a decimal number in quotes, without sign, and within its range".into()))
            }
        }
    }

    fn bytes(&self, field: &str, text: &str) -> Result<[u8; 32], GenesisError> {
        let mut bytes = [0u8; 32];
        let digits = text.strip_prefix("0x").unwrap_or_default();
        match hex::decode_to_slice(digits, &mut bytes) {
            Ok(()) => Ok(bytes),
            Err(_) => Err(self.refuse(field, "must be 0x and 64 hex digits".into())),
        }
    }

    fn digests(&self, spec: &ChainSpec) -> Result<List<[u8; 32], VERIFYING_KEYS_MAX>, GenesisError> {
        let ProofsSpec { development, keys, .. } = &spec.proofs;
        let digests =
            if *development { self.development_digests(spec, keys)? } else { self.given_digests(spec, keys)? };
        List::new(digests).map_err(|error| self.refuse("proofs", error.to_string()))
    }

    fn development_digests(
        &self,
        spec: &ChainSpec,
        given: &BTreeMap<String, String>,
    ) -> Result<Vec<[u8; 32]>, GenesisError> {
        if !given.is_empty() {
            return Err(
                self.refuse("proofs", "either `development = true` or the digests of all keys, not both".into())
            );
        }
        if spec.production {
            let reason = "development keys can be forged by anybody; a production chain needs ceremony keys";
            return Err(self.refuse("proofs.development", reason.into()));
        }
        let keys = VerifyingKeys::development();
        Ok(Statement::ALL.iter().map(|statement| keys.digest(*statement)).collect())
    }

    fn given_digests(&self, spec: &ChainSpec, given: &BTreeMap<String, String>) -> Result<Vec<[u8; 32]>, GenesisError> {
        if let Some(unknown) = given.keys().find(|name| Statement::ALL.iter().all(|known| known.name() != *name)) {
            return Err(self.refuse(&format!("proofs.keys.{unknown}"), "is no statement".into()));
        }
        let digest_of = |statement: &Statement| {
            let field = format!("proofs.keys.{statement}");
            let text = given.get(statement.name()).ok_or_else(|| self.refuse(&field, "is missing".into()))?;
            let digest = self.bytes(&field, text)?;
            if spec.production && tacit_circuits::is_development_key(&digest) {
                let reason = "is the development key, which anybody can forge; a production chain needs ceremony keys";
                return Err(self.refuse(&field, reason.into()));
            }
            Ok(digest)
        };
        Statement::ALL.iter().map(digest_of).collect()
    }

    /// Keys alone do not say that anybody contributed to them; the transcripts do.
    fn ceremony(&self, spec: &ChainSpec) -> Result<Option<[u8; 32]>, GenesisError> {
        match &spec.proofs.ceremony {
            Some(_) if spec.proofs.development => {
                Err(self.refuse("proofs.ceremony", "development keys come from no ceremony".into()))
            }
            Some(text) => self.bytes("proofs.ceremony", text).map(Some),
            None if spec.production => {
                let reason = "is missing; a production chain names the digest of its ceremony's transcripts";
                Err(self.refuse("proofs.ceremony", reason.into()))
            }
            None => Ok(None),
        }
    }

    /// What is left out of a spec costs next to nothing, which only a chain without value can afford.
    fn base_fee_floor(&self, spec: &ChainSpec) -> Result<Price, GenesisError> {
        let field = "params.base_fee_floor";
        let floor = self.number(field, &spec.params.base_fee_floor)?;
        if spec.production && floor < PRODUCTION_BASE_FEE_FLOOR_MIN {
            let reason = format!(
                "is {floor}; a production chain names a floor of at least {PRODUCTION_BASE_FEE_FLOOR_MIN} base units per gas, or \
                 anybody fills its blocks for nothing"
            );
            return Err(self.refuse(field, reason));
        }
        Ok(Price(floor))
    }

    fn guardian(&self, spec: &ChainSpec, network: Network) -> Result<Option<Address>, GenesisError> {
        let Some(text) = &spec.guardian else { return Ok(None) };
        Address::from_text(text, network).map(Some).map_err(|error| self.refuse("guardian", error.to_string()))
    }

    fn validators(&self, spec: &ChainSpec) -> Result<ValidatorSet, GenesisError> {
        let mut validators = Vec::with_capacity(spec.validators.len().min(tacit_types::limits::VALIDATORS_MAX));
        for (index, validator) in spec.validators.iter().enumerate() {
            let public_key = PublicKey(self.bytes(&format!("validators[{index}].public_key"), &validator.public_key)?);
            validators.push(Validator { public_key, power: Power(validator.power) });
        }
        ValidatorSet::new(validators).map_err(|error| self.refuse("validators", error.to_string()))
    }

    fn balances(&self, spec: &ChainSpec, network: Network) -> Result<Vec<(Address, Amount)>, GenesisError> {
        let mut balances = Vec::with_capacity(spec.accounts.len());
        for (index, account) in spec.accounts.iter().enumerate() {
            let address = Address::from_text(&account.address, network)
                .map_err(|error| self.refuse(&format!("accounts[{index}].address"), error.to_string()))?;
            let field = format!("accounts[{index}].balance");
            let amount = Amount(self.number(&field, &account.balance)?);
            if amount == Amount::ZERO {
                return Err(self.refuse(&field, "is zero; leave the account out".into()));
            }
            balances.push((address, amount));
        }
        Ok(balances)
    }

    fn init_error(&self, error: InitError) -> GenesisError {
        let field = match &error {
            InitError::Params(params) => format!("params.{}", params.field),
            InitError::DuplicateAccount(_) | InitError::SupplyOverflow => "accounts".into(),
            InitError::Fault(_) => "state".into(),
        };
        self.refuse(&field, error.to_string())
    }
}

const fn network(name: NetworkName) -> Network {
    match name {
        NetworkName::Main => Network::Main,
        NetworkName::Test => Network::Test,
        NetworkName::Dev => Network::Dev,
    }
}
