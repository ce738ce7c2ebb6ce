//! From a plan to a transaction: notes are made and encrypted, the body is fixed, every join-split is proven against
//! it, every proof is verified, and only then is anything signed.
//!
//! Nothing leaves this module that the chain would refuse for its proofs or signatures, whoever made the proofs.

mod draft;
mod progress;

pub use progress::{BuildProgress, Stage};

use super::keys::SpendingKey;
use super::note::SpendableNote;
use super::plan::{Plan, Step};
use super::prover::{ProofService, ProverError};
use crate::error::WalletError;
use crate::secret::SecretKey;
use draft::Draft;
use progress::Clock;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use tacit_circuits::{
    FieldBytes, ProofBytes as CircuitProof, Public, Statement, VerifyItem, VerifyingKeys, note, spend, verify_batch,
};
use tacit_types::Price;
use tacit_types::asset::Sweep;
use tacit_types::shielded::{JoinSplit, SpendSignature};
use tacit_types::tx::{IndexedSignature, TX_VERSION};
use tacit_types::{Action, Address, Authorization, GenesisId, Height, List, ProofBytes, Sequence, Tx, TxBody, Witness};
use zeroize::Zeroizing;

/// Who pays the fee.
#[derive(Debug, Clone, Copy)]
pub enum Payer<'a> {
    /// The pool: the transaction has no account.
    Pool,
    /// This account.
    Account(&'a SecretKey, Sequence),
}

/// What an action of the caller must know of the transaction that it will be part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TxContext {
    /// The chain.
    pub genesis_id: GenesisId,
    /// Who acts: an account, or a one-time address that nobody has seen before.
    pub sender: Address,
}

/// An action of the caller, with its proof if it needs one, made when the transaction's sender is known.
pub type ExtraAction<'a> = Box<dyn FnOnce(&TxContext) -> Result<(Action, Option<ProofBytes>), WalletError> + 'a>;

/// What a transaction is built from, beside its plan.
pub struct Ingredients<'a> {
    /// Spends the notes. An account that shields without having a shielded key uses [`SpendingKey::random`].
    pub key: &'a SpendingKey,
    /// The notes, in the order of the coins that the plan was made of.
    pub notes: &'a [SpendableNote],
    /// The root of the note tree to which the notes' paths lead. A transaction that spends nothing names it too.
    pub anchor: FieldBytes,
    /// The chain.
    pub genesis_id: GenesisId,
    /// Last height that may include it; see [`super::expiry_step`].
    pub expiry: Height,
    /// Who pays.
    pub payer: Payer<'a>,
    /// What [`Step::Extras`] of the plan stands for.
    pub extras: Vec<ExtraAction<'a>>,
}

/// Builds the transaction. The progress callback runs on the calling thread.
///
/// # Errors
/// [`WalletError::Prover`], [`WalletError::Plan`] for a plan that does not fit the notes, [`WalletError::Statement`]
/// for notes that do not fit the anchor, [`WalletError::BadProof`] when a prover's proof does not verify.
pub fn build(
    plan: &Plan,
    ingredients: Ingredients<'_>,
    prover: &dyn ProofService,
    keys: &VerifyingKeys,
    progress: &mut dyn FnMut(BuildProgress),
) -> Result<Tx, WalletError> {
    let mut clock = Clock::start(progress);
    clock.tell(Stage::Preparing, 0, plan.join_splits().count());
    let drafts = drafts(plan, &ingredients)?;
    let (key, extras) = (ingredients.key, ingredients.extras);
    let header = Header {
        genesis_id: ingredients.genesis_id,
        expiry: ingredients.expiry,
        payer: ingredients.payer,
        shielded: plan.shielded,
    };
    let (actions, proofs) = actions(plan, &drafts, extras, &header)?;
    let body = header.body(plan, actions)?;
    let sign_bytes = body.sign_bytes();
    let sighash = note::sighash(&sign_bytes);
    let made = prove_all(&drafts, &sighash, prover, &mut clock)?;
    clock.tell(Stage::Verifying, 0, drafts.len());
    verify_all(&drafts, &sighash, &made, keys)?;
    clock.tell(Stage::Signing, 0, drafts.len());
    let witness = witness(&body, key, &drafts, made, proofs, header.payer)?;
    finished(Tx { body, witness })
}

fn drafts(plan: &Plan, ingredients: &Ingredients<'_>) -> Result<Vec<Draft>, WalletError> {
    let drafts = plan.join_splits().map(|planned| Draft::new(planned, ingredients));
    drafts.collect()
}

/// What the body says beside its actions.
struct Header<'a> {
    genesis_id: GenesisId,
    expiry: Height,
    payer: Payer<'a>,
    shielded: bool,
}

impl Header<'_> {
    fn authorization(&self) -> Result<Authorization, WalletError> {
        match (self.payer, self.shielded) {
            (Payer::Pool, true) => Ok(Authorization::Shielded),
            (Payer::Account(key, sequence), false) => {
                Ok(Authorization::Account { public_key: key.public_key(), sequence })
            }
            _ => Err(WalletError::PlanMismatch("it is paid by somebody else than planned")),
        }
    }

    /// The pool's fee is taken whole, and the chain wants it declared as tip. An account gets back what is not used, so
    /// it offers a tenth.
    fn tip(&self, price: Price) -> Price {
        if self.shielded { price } else { Price((price.0 / 10).max(1)) }
    }

    fn context(&self, drafts: &[Draft]) -> Result<TxContext, WalletError> {
        let sender = match self.payer {
            Payer::Account(key, _) => key.address(),
            Payer::Pool => {
                let first = drafts.first().ok_or(WalletError::PlanMismatch("no join-split pays the fee"))?;
                first.join_split.one_time_address()
            }
        };
        Ok(TxContext { genesis_id: self.genesis_id, sender })
    }

    fn body(&self, plan: &Plan, actions: Vec<Action>) -> Result<TxBody, WalletError> {
        Ok(TxBody {
            version: TX_VERSION,
            genesis_id: self.genesis_id,
            expiry: self.expiry,
            gas_limit: plan.gas_limit,
            max_fee_per_gas: plan.price,
            max_tip_per_gas: self.tip(plan.price),
            authorization: self.authorization()?,
            actions: bounded("actions", actions)?,
        })
    }
}

/// The actions in order, and for each proof slot the proof that the caller made, or none where ours comes.
type Actions = (Vec<Action>, Vec<Option<ProofBytes>>);

fn actions(
    plan: &Plan,
    drafts: &[Draft],
    extras: Vec<ExtraAction<'_>>,
    header: &Header<'_>,
) -> Result<Actions, WalletError> {
    let (mut actions, mut proofs) = (Vec::new(), Vec::new());
    let (mut extras, mut drafts_left) = (Some(extras), drafts.iter());
    for step in &plan.steps {
        match step {
            Step::JoinSplit(_) => {
                let draft = drafts_left.next().ok_or(WalletError::PlanMismatch("a join-split is missing"))?;
                actions.push(Action::JoinSplit(Box::new(draft.join_split.clone())));
                proofs.push(None);
            }
            Step::Sweep(asset, to) => actions.push(Action::Sweep(Sweep { asset: *asset, to: *to })),
            Step::Extras => {
                let context = header.context(drafts)?;
                for extra in extras.take().unwrap_or_default() {
                    let (action, proof) = extra(&context)?;
                    actions.push(action);
                    proofs.extend(proof.map(Some));
                }
            }
        }
    }
    match extras {
        Some(left) if !left.is_empty() => Err(WalletError::PlanMismatch("it has no place for the given actions")),
        _ => Ok((actions, proofs)),
    }
}

/// Makes the proofs, several at a time, in the order of the drafts.
fn prove_all(
    drafts: &[Draft],
    sighash: &FieldBytes,
    prover: &dyn ProofService,
    clock: &mut Clock<'_>,
) -> Result<Vec<CircuitProof>, WalletError> {
    let (next, made) = (AtomicUsize::new(0), Mutex::new(vec![None; drafts.len()]));
    let workers = prover.parallel().clamp(1, drafts.len().max(1));
    let (sender, receiver) = mpsc::channel::<Result<(), ProverError>>();
    clock.tell(Stage::Proving, 0, drafts.len());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, made) = (sender.clone(), &next, &made);
            scope.spawn(move || {
                while let Some((index, draft)) = claim(next, drafts) {
                    let proof = prover.prove(&draft.job(sighash));
                    let told = proof.map(|proof| {
                        let mut made = made.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        if let Some(slot) = made.get_mut(index) {
                            *slot = Some(proof);
                        }
                    });
                    // After a failure nobody needs the other proofs any more.
                    if told.is_err() {
                        next.store(drafts.len(), Ordering::SeqCst);
                    }
                    let _ = sender.send(told);
                }
            });
        }
        drop(sender);
        let mut done = 0usize;
        for told in receiver {
            told?;
            done = done.saturating_add(1);
            clock.tell(Stage::Proving, done, drafts.len());
        }
        Ok::<(), ProverError>(())
    })?;
    let made = made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    made.into_iter().collect::<Option<Vec<_>>>().ok_or(WalletError::BadProof)
}

fn claim<'a>(next: &AtomicUsize, drafts: &'a [Draft]) -> Option<(usize, &'a Draft)> {
    // Stays within bounds: after the end every worker adds once and stops.
    let index = next.fetch_add(1, Ordering::SeqCst);
    drafts.get(index).map(|draft| (index, draft))
}

/// Verifies every proof against what the chain will see, not against what the prover was asked.
fn verify_all(
    drafts: &[Draft],
    sighash: &FieldBytes,
    proofs: &[CircuitProof],
    keys: &VerifyingKeys,
) -> Result<(), WalletError> {
    let items = drafts.iter().zip(proofs).map(|(draft, proof)| {
        let public = transfer_public(&draft.join_split, sighash)?;
        Ok(VerifyItem { public, proof: *proof })
    });
    let items = items.collect::<Result<Vec<_>, WalletError>>()?;
    let mut seed = [0u8; 32];
    crate::random(&mut seed)?;
    let verdicts = verify_batch(keys, &items, seed, 1);
    let all = verdicts.len() == drafts.len() && verdicts.iter().all(Result::is_ok);
    if all { Ok(()) } else { Err(WalletError::BadProof) }
}

/// The public inputs of a join-split's proof, from what the chain sees.
///
/// # Errors
/// [`WalletError::Statement`] for bytes that are malformed.
pub fn transfer_public(join_split: &JoinSplit, sighash: &FieldBytes) -> Result<Public, WalletError> {
    use tacit_types::shielded::{PublicValue, Shape};
    let (asset, public_in, public_out) = match join_split.public_value {
        PublicValue::None => (FieldBytes::ZERO, 0, 0),
        PublicValue::In { asset, amount } => (note::asset_field(&asset.0), amount.0, 0),
        PublicValue::Out { asset, amount } => (note::asset_field(&asset.0), 0, amount.0),
    };
    let key = spend::SpendKey::from_bytes(&join_split.spend_key.0)?;
    let mut inputs = vec![FieldBytes(join_split.anchor.0)];
    inputs.extend(join_split.nullifiers.as_slice().iter().map(|nullifier| FieldBytes(nullifier.0)));
    inputs.extend(join_split.outputs.iter().map(|output| FieldBytes(output.commitment.0)));
    inputs.extend([asset, public_in.into(), public_out.into(), *sighash, key.x(), key.y()]);
    let statement = match join_split.nullifiers.shape() {
        Shape::OneIn => Statement::Transfer1x2,
        Shape::TwoIn => Statement::Transfer2x2,
        Shape::EightIn => Statement::Transfer8x2,
    };
    Ok(Public::from_inputs(statement, &inputs)?)
}

fn witness(
    body: &TxBody,
    key: &SpendingKey,
    drafts: &[Draft],
    made: Vec<CircuitProof>,
    slots: Vec<Option<ProofBytes>>,
    payer: Payer<'_>,
) -> Result<Witness, WalletError> {
    let sign_bytes = body.sign_bytes();
    let mut spend_signatures = Vec::with_capacity(drafts.len());
    for draft in drafts {
        spend_signatures.push(sign(key, draft, &sign_bytes)?);
    }
    let mut made = made.into_iter().map(|proof| ProofBytes(proof.0));
    let proofs: Vec<ProofBytes> = slots.into_iter().filter_map(|slot| slot.or_else(|| made.next())).collect();
    let signatures = match payer {
        Payer::Pool => Vec::new(),
        Payer::Account(key, _) => vec![IndexedSignature { key_index: 0, signature: key.sign_message(&sign_bytes) }],
    };
    Ok(Witness {
        signatures: bounded("signatures", signatures)?,
        proofs: bounded("proofs", proofs)?,
        spend_signatures: bounded("spend signatures", spend_signatures)?,
    })
}

/// Signs for one join-split, and checks the signature under the key that the chain will see.
fn sign(key: &SpendingKey, draft: &Draft, sign_bytes: &[u8; 32]) -> Result<SpendSignature, WalletError> {
    let mut random = Zeroizing::new([0u8; 80]);
    crate::random(random.as_mut())?;
    let signature = key.secret().randomized(&draft.alpha).sign(sign_bytes, &random);
    spend::verify(&draft.join_split.spend_key.0, sign_bytes, &signature)?;
    Ok(SpendSignature(signature))
}

/// The transaction, if it is one that a node reads.
fn finished(tx: Tx) -> Result<Tx, WalletError> {
    let proofs = (tx.body.proofs(), tx.witness.proofs.len());
    if proofs.0 != proofs.1 {
        return Err(crate::builder::BuildError::Proofs { needed: proofs.0, found: proofs.1 }.into());
    }
    match Tx::decode(&tx.encode()) {
        Ok(read) if read == tx => Ok(tx),
        _ => Err(WalletError::PlanMismatch("it is longer than a transaction may be")),
    }
}

fn bounded<T, const MAX: usize>(what: &'static str, items: Vec<T>) -> Result<List<T, MAX>, WalletError> {
    List::new(items).map_err(|source| crate::builder::BuildError::TooLong { what, source }.into())
}
