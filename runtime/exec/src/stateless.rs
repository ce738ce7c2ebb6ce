//! A transaction alone: everything that can be judged without the state. Cheapest first, signatures and proofs last
//! and in batches.
//!
//! In come [`RawTx`]s, out come [`CheckedTx`]s, which nothing else can make.

use crate::error::Reject;
use crate::gas;
use crate::join_splits;
use crate::proofs::{self, ProofItem};
use crate::rules::Rules;
use crate::signatures::{self, SignatureItem};
use std::sync::Arc;
use tacit_circuits::spend::SpendItem;
use tacit_types::action::{GroupAdd, GroupCreate, Member, Prove};
use tacit_types::asset::AssetCreate;
use tacit_types::contract::ContractPolicy;
use tacit_types::limits::{
    ASSET_DECIMALS_MAX, CONTRACT_PAUSE_MS_MAX, POLL_HEIGHTS_MAX, POLL_OPTIONS_MAX, POOL_PAUSE_HEIGHTS_MAX,
};
use tacit_types::tx::TX_VERSION;
use tacit_types::{
    Action, Address, Authorization, DecodeError, FieldBytes, FullHash, Gas, RawTx, RejectCode, Tx, TxBody, TxId,
};

/// A transaction that is valid by itself on one chain.
#[derive(Debug, Clone)]
pub struct CheckedTx {
    tx: Tx,
    raw: RawTx,
    id: TxId,
    full_hash: FullHash,
    sender: Address,
    intrinsic_gas: Gas,
}

impl CheckedTx {
    /// A transaction that keeps every rule but the last two: its signatures and proofs are there and nobody verified
    /// them. For simulation only, which throws away whatever it does.
    pub(crate) fn unverified(rules: &Rules, tx: &Tx) -> Result<Self, Reject> {
        let raw = RawTx::new(tx.encode()).map_err(|_| Reject::from(RejectCode::TooLong))?;
        Ok(inspect(rules, raw)?.tx)
    }

    /// As [`CheckedTx::unverified`], acting for `sender` whatever key it names: for tests in which somebody acts who
    /// cannot sign, such as a contract.
    ///
    /// # Errors
    /// [`Reject`] of the first rule broken, signatures and proofs aside.
    #[cfg(feature = "testing")]
    pub fn assume(rules: &Rules, tx: &Tx, sender: Address) -> Result<Self, Reject> {
        Ok(Self { sender, ..Self::unverified(rules, tx)? })
    }

    /// The transaction.
    #[must_use]
    pub const fn tx(&self) -> &Tx {
        &self.tx
    }

    /// Its bytes.
    #[must_use]
    pub const fn raw(&self) -> &RawTx {
        &self.raw
    }

    /// Names its effects.
    #[must_use]
    pub const fn id(&self) -> TxId {
        self.id
    }

    /// Names its bytes.
    #[must_use]
    pub const fn full_hash(&self) -> FullHash {
        self.full_hash
    }

    /// Who acts and pays.
    #[must_use]
    pub const fn sender(&self) -> Address {
        self.sender
    }

    /// What it costs before any action runs.
    #[must_use]
    pub const fn intrinsic_gas(&self) -> Gas {
        self.intrinsic_gas
    }

    /// How many proofs it carries.
    #[must_use]
    pub fn proofs(&self) -> usize {
        self.tx.witness.proofs.len()
    }

    /// What only one transaction may spend, as state keys: the nullifiers of notes; group, scope and nullifier of each
    /// membership proof; poll and nullifier of each vote.
    pub fn nullifiers(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.tx.body.actions.iter().flat_map(|action| match action {
            Action::Prove(Prove::Membership(membership)) => {
                vec![tacit_state::key::nullifier(&membership.group, &membership.scope, &membership.nullifier)]
            }
            Action::JoinSplit(join_split) => {
                join_split.nullifiers.as_slice().iter().map(tacit_state::key::note_nullifier).collect()
            }
            Action::PollVote(vote) => vec![tacit_state::key::vote(&vote.poll, &vote.nullifier)],
            _ => Vec::new(),
        })
    }
}

/// Judges one transaction; see [`check_all`].
///
/// # Errors
/// [`Reject`].
pub fn check_one(rules: &Rules, raw: RawTx, seed: [u8; 32]) -> Result<Arc<CheckedTx>, Reject> {
    check_all(rules, vec![raw], seed, 1)
        .pop()
        .unwrap_or_else(|| Err(Reject::new(RejectCode::Malformed, "the checker gave no verdict")))
}

/// Judges every transaction of `raws` with up to `threads` threads. The verdicts stand in the order of `raws` and do
/// not depend on the number of threads, the seed, or the company a transaction is in.
#[must_use]
pub fn check_all(
    rules: &Rules,
    raws: Vec<RawTx>,
    seed: [u8; 32],
    threads: usize,
) -> Vec<Result<Arc<CheckedTx>, Reject>> {
    let share = raws.len().div_ceil(threads.max(1)).max(MIN_SHARE);
    if raws.len() <= share {
        return check_share(rules, raws, seed);
    }
    let mut shares = Vec::new();
    let mut rest = raws;
    while rest.len() > share {
        let tail = rest.split_off(share);
        shares.push(std::mem::replace(&mut rest, tail));
    }
    shares.push(rest);
    std::thread::scope(|scope| {
        let workers: Vec<_> = shares
            .into_iter()
            .zip(0u64..)
            .map(|(share, number)| {
                let seed = derive_seed(seed, number);
                let length = share.len();
                (length, scope.spawn(move || check_share(rules, share, seed)))
            })
            .collect();
        workers.into_iter().flat_map(|(length, worker)| worker.join().unwrap_or_else(|_| unjudged(length))).collect()
    })
}

/// Fewer transactions than this are not worth a thread.
const MIN_SHARE: usize = 32;

fn derive_seed(seed: [u8; 32], number: u64) -> [u8; 32] {
    tacit_types::codec::hash("tacit 2026-11 batch seed share", &[&seed, &number.to_le_bytes()])
}

/// A checker that died judges nothing: refusing is the safe verdict.
fn unjudged(length: usize) -> Vec<Result<Arc<CheckedTx>, Reject>> {
    (0..length).map(|_| Err(Reject::new(RejectCode::Malformed, "the checker failed on this transaction"))).collect()
}

fn check_share(rules: &Rules, raws: Vec<RawTx>, seed: [u8; 32]) -> Vec<Result<Arc<CheckedTx>, Reject>> {
    let mut inspected: Vec<Result<Inspected, Reject>> = raws.into_iter().map(|raw| inspect(rules, raw)).collect();
    refuse_bad_signatures(&mut inspected, seed);
    refuse_bad_spends(&mut inspected, seed);
    refuse_bad_proofs(rules, &mut inspected, seed);
    inspected.into_iter().map(|result| result.map(|inspected| Arc::new(inspected.tx))).collect()
}

/// A transaction whose form is good, and what is left to verify.
struct Inspected {
    tx: CheckedTx,
    signatures: Vec<SignatureItem>,
    spends: Vec<SpendItem>,
    proofs: Vec<ProofItem>,
}

fn inspect(rules: &Rules, raw: RawTx) -> Result<Inspected, Reject> {
    let tx = Tx::decode(raw.as_bytes()).map_err(|error| match error {
        DecodeError::TooLong { .. } => Reject::from(RejectCode::TooLong),
        other => Reject::new(RejectCode::Malformed, other.to_string()),
    })?;
    let body = &tx.body;
    if body.version != TX_VERSION {
        return Err(Reject::new(RejectCode::UnknownVersion, format!("version {}", body.version)));
    }
    if body.genesis_id != rules.genesis_id {
        return Err(Reject::new(RejectCode::WrongGenesis, format!("this chain is {}", rules.genesis_id)));
    }
    if body.actions.is_empty() {
        return Err(RejectCode::NoActions.into());
    }
    if body.max_tip_per_gas > body.max_fee_per_gas {
        return Err(RejectCode::TipAboveMaxFee.into());
    }
    if body.gas_limit > rules.params.block_gas_limit {
        return Err(Reject::new(RejectCode::GasLimitTooHigh, format!("limit {}", rules.params.block_gas_limit)));
    }
    let intrinsic_gas = gas::intrinsic(raw.as_bytes().len(), body, &tx.witness);
    if body.gas_limit < intrinsic_gas {
        return Err(Reject::new(RejectCode::GasLimitTooLow, format!("at least {intrinsic_gas} are needed")));
    }
    if tx.witness.proofs.len() != body.proofs() {
        return Err(Reject::new(RejectCode::ProofCount, format!("{} are needed", body.proofs())));
    }
    for action in body.actions.iter() {
        inspect_action(body, action)?;
    }
    join_splits::inspect(&tx)?;
    let (id, sign_bytes) = body.id_and_sign_bytes();
    let signatures = signature_items(&tx, sign_bytes)?;
    let sender = body.sender();
    let proofs = proofs::items(rules, &sender, &tx, &sign_bytes)?;
    let spends = join_splits::spend_items(&tx, &sign_bytes);
    let full_hash = raw.full_hash();
    Ok(Inspected { tx: CheckedTx { tx, raw, id, full_hash, sender, intrinsic_gas }, signatures, spends, proofs })
}

fn inspect_action(body: &TxBody, action: &Action) -> Result<(), Reject> {
    match action {
        Action::Transfer(transfer) if transfer.amount.0 == 0 => Err(RejectCode::ZeroAmount.into()),
        Action::Prove(Prove::Range(range)) if range.low > range.high => Err(RejectCode::EmptyRange.into()),
        Action::Prove(Prove::Credential(credential)) if credential.low > credential.high => {
            Err(RejectCode::EmptyRange.into())
        }
        Action::PollCreate(create) => {
            within("number of choices", create.options.into(), 2, POLL_OPTIONS_MAX.into())?;
            // How far ahead of the transaction's last height; a height that has passed is the body's affair.
            let ahead = create.closes.0.saturating_sub(body.expiry.0);
            within("closing height beyond the expiry", ahead, 0, POLL_HEIGHTS_MAX)
        }
        Action::CredentialIssue(issue) if issue.leaves.is_empty() => Err(RejectCode::EmptyAction.into()),
        Action::CredentialIssue(issue) => issue.leaves.iter().try_for_each(inspect_leaf),
        Action::GroupAdd(GroupAdd { members, .. }) if members.is_empty() => Err(RejectCode::EmptyAction.into()),
        Action::GroupCreate(GroupCreate { members }) | Action::GroupAdd(GroupAdd { members, .. }) => {
            members.iter().try_for_each(inspect_member)
        }
        Action::Deploy(deploy) if deploy.code.is_empty() => Err(RejectCode::EmptyAction.into()),
        Action::AssetCreate(create) => inspect_asset(create),
        Action::AssetMint(mint) if mint.amount.0 == 0 => Err(RejectCode::ZeroAmount.into()),
        Action::Instantiate(instantiate) => inspect_policy(&instantiate.policy),
        Action::ContractPause(pause) => within("pause", pause.duration_ms, 1, CONTRACT_PAUSE_MS_MAX),
        Action::KeyRegister(register) if register.key.is_empty() => Err(RejectCode::EmptyAction.into()),
        Action::PoolPause(pause) => within("pause", pause.heights, 0, POOL_PAUSE_HEIGHTS_MAX),
        // Join-splits are judged together, in `join_splits`.
        Action::Transfer(_)
        | Action::Prove(_)
        | Action::Deploy(_)
        | Action::Call(_)
        | Action::JoinSplit(_)
        | Action::AssetMint(_)
        | Action::Sweep(_)
        | Action::PollVote(_)
        | Action::IssuerCreate(_)
        | Action::CredentialRevoke(_)
        | Action::Require(_)
        | Action::KeyRegister(_)
        | Action::ContractUnpause(_)
        | Action::UpgradeAnnounce(_)
        | Action::ContractUpgrade(_) => Ok(()),
    }
}

fn inspect_policy(policy: &ContractPolicy) -> Result<(), Reject> {
    policy.check().map_err(|error| Reject::new(RejectCode::OutOfBounds, error.to_string()))
}

fn inspect_asset(create: &AssetCreate) -> Result<(), Reject> {
    within("decimals", create.decimals.into(), 0, ASSET_DECIMALS_MAX.into())?;
    if create.cap.0 == 0 { Err(Reject::new(RejectCode::OutOfBounds, "the cap is zero")) } else { Ok(()) }
}

/// Refuses a number outside its bounds, which are part of the format.
fn within(what: &str, value: u64, least: u64, most: u64) -> Result<(), Reject> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Reject::new(RejectCode::OutOfBounds, format!("{what} is {value}, must be {least} to {most}")))
}

/// Zero is the leaf where no credential stands.
fn inspect_leaf(leaf: &FieldBytes) -> Result<(), Reject> {
    if *leaf == FieldBytes::default() {
        return Err(Reject::new(RejectCode::EmptyAction, "a leaf is zero"));
    }
    if proofs::is_canonical(leaf) { Ok(()) } else { Err(RejectCode::FieldNotCanonical.into()) }
}

fn inspect_member(member: &Member) -> Result<(), Reject> {
    if proofs::is_canonical(&member.identity) { Ok(()) } else { Err(RejectCode::FieldNotCanonical.into()) }
}

/// Pairs signatures with keys. Number and order are fixed, so that one transaction has one witness form per signer set.
fn signature_items(tx: &Tx, message: [u8; 32]) -> Result<Vec<SignatureItem>, Reject> {
    let given = &tx.witness.signatures;
    match &tx.body.authorization {
        Authorization::Account { public_key, .. } => match given.first() {
            Some(only) if given.len() == 1 && only.key_index == 0 => {
                Ok(vec![SignatureItem { public_key: *public_key, message, signature: only.signature }])
            }
            _ => Err(Reject::new(RejectCode::SignatureCount, "one signature with key index 0 is needed")),
        },
        Authorization::Shielded if given.is_empty() => Ok(Vec::new()),
        Authorization::Shielded => {
            Err(Reject::new(RejectCode::SignatureCount, "a shielded transaction has spend signatures only"))
        }
        Authorization::Multisig { policy, .. } => {
            policy.check().map_err(|error| Reject::new(RejectCode::PolicyInvalid, error.to_string()))?;
            let ascending = given.iter().zip(given.iter().skip(1)).all(|(a, b)| a.key_index < b.key_index);
            if given.len() != usize::from(policy.threshold) || !ascending {
                let detail = format!("exactly {} by ascending key index are needed", policy.threshold);
                return Err(Reject::new(RejectCode::SignatureCount, detail));
            }
            let item = |signed: &tacit_types::tx::IndexedSignature| {
                let public_key = policy.keys.get(usize::from(signed.key_index))?;
                Some(SignatureItem { public_key: *public_key, message, signature: signed.signature })
            };
            given.iter().map(|signed| item(signed).ok_or_else(|| RejectCode::SignatureCount.into())).collect()
        }
    }
}

fn refuse_bad_signatures(inspected: &mut [Result<Inspected, Reject>], seed: [u8; 32]) {
    let items: Vec<SignatureItem> =
        inspected.iter().flatten().flat_map(|good| good.signatures.iter().copied()).collect();
    let verdicts = signatures::verify_each(&items, seed);
    refuse(inspected, verdicts, |good| good.signatures.len(), RejectCode::SignatureInvalid);
}

fn refuse_bad_spends(inspected: &mut [Result<Inspected, Reject>], seed: [u8; 32]) {
    let items: Vec<SpendItem> = inspected.iter().flatten().flat_map(|good| good.spends.iter().copied()).collect();
    let verdicts = join_splits::verify_spends(&items, seed);
    refuse(inspected, verdicts, |good| good.spends.len(), RejectCode::SpendSignatureInvalid);
}

fn refuse_bad_proofs(rules: &Rules, inspected: &mut [Result<Inspected, Reject>], seed: [u8; 32]) {
    let items: Vec<&ProofItem> = inspected.iter().flatten().flat_map(|good| good.proofs.iter()).collect();
    let verdicts = proofs::verify_each(rules, &items, seed);
    refuse(inspected, verdicts, |good| good.proofs.len(), RejectCode::ProofInvalid);
}

/// Refuses every transaction that has a bad item. The verdicts stand in the order of the items, of which each good
/// transaction has `count`; a verdict that is missing is a bad one.
fn refuse(
    inspected: &mut [Result<Inspected, Reject>],
    verdicts: Vec<bool>,
    count: fn(&Inspected) -> usize,
    code: RejectCode,
) {
    let mut verdicts = verdicts.into_iter();
    for slot in inspected.iter_mut() {
        let Ok(good) = slot else { continue };
        // Every item of the transaction takes its verdict, also after the first bad one.
        let bad = (0..count(good)).filter(|_| !verdicts.next().unwrap_or(false)).count();
        if bad > 0 {
            *slot = Err(code.into());
        }
    }
}
