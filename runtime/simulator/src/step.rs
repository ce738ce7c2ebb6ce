//! Transactions and the blocks that hold them, through the chain's own stations: check alone, charge, build, validate,
//! execute. What is bypassed for a prank or an assumed proof is the check alone, and nothing after it.

use crate::act::InstantiateOptions;
use crate::chain::{Chain, function_name};
use crate::event::contract_event;
use crate::failure::Failure;
use crate::outcome::{Outcome, Trace};
use crate::whole;
use std::collections::BTreeMap;
use std::sync::Arc;
use tacit_exec::build::{Proposal, build};
use tacit_exec::stateless::check_one;
use tacit_exec::testing::{sign, with_proofs};
use tacit_exec::tip::NextBlock;
use tacit_exec::tx::{BodyFailure, BodyOutcome};
use tacit_exec::validate::{CheckCache, Context};
use tacit_exec::{
    CheckedTx, ExecutedBlock, Mode, Refusal, Reject, Tip, ValidBlock, charge, execute_watched, gas, validate,
};
use tacit_state::Overlay;
use tacit_state::record::Account;
use tacit_types::action::{Call, Deploy, Instantiate};
use tacit_types::tx::TX_VERSION;
use tacit_types::vote::{SignedStep, sign_bytes};
use tacit_types::{
    Action, Address, Amount, Authorization, Block, Bytes, CodeHash, CommitCertificate, FullHash, Gas, Height, List,
    ProofBytes, PublicKey, RawTx, Receipt, RejectCode, Round, Sequence, Tx, TxBody, Witness, limits,
};

/// Blocks that a transaction may wait for; it never does.
const EXPIRY: u64 = 100;

/// A transaction to be.
pub(crate) struct Pending {
    /// What it does, in words.
    pub step: String,
    pub sender: Address,
    /// The sender does not sign.
    pub pranked: bool,
    pub actions: Vec<Action>,
    pub proofs: Vec<ProofBytes>,
    /// Nobody looks at the proofs.
    pub assumed: bool,
    pub gas_limit: Gas,
    /// The code and function that its gas counts for.
    pub counted: Option<(CodeHash, String)>,
}

impl Chain {
    /// A transaction of `sender`, or of whom a prank names.
    ///
    /// # Panics
    /// When the sender has no key and nobody pranked.
    #[track_caller]
    pub(crate) fn pending(&self, sender: Address, prank: Option<Address>, actions: Vec<Action>, what: &str) -> Pending {
        assert!(
            prank.is_some() || self.has_key(&sender),
            "{sender} has no key: make it with `account`, or say `prank` first"
        );
        let acting = prank.unwrap_or(sender);
        Pending {
            step: format!("{what} by {}", self.named(&acting)),
            sender: acting,
            pranked: prank.is_some(),
            actions,
            proofs: Vec::new(),
            assumed: false,
            gas_limit: self.now.gas_limit,
            counted: None,
        }
    }

    #[track_caller]
    pub(crate) fn pending_call(
        &self,
        (sender, prank): (Address, Option<Address>),
        (contract, function): (Address, &str),
        input: Vec<u8>,
        value: Amount,
    ) -> Pending {
        let name = function_name(function);
        let action = Action::Call(Call { contract, function: name, input: input_bytes(input), value });
        let what = format!("call of `{function}` on {}", self.named(&contract));
        let counted = self.code_of(contract).map(|code| (code, function.to_string()));
        Pending { counted, ..self.pending(sender, prank, vec![action], &what) }
    }

    #[track_caller]
    pub(crate) fn pending_deploy(&self, sender: Address, code: &[u8]) -> Pending {
        let Ok(code) = Bytes::new(code.to_vec()) else {
            panic!("the module has {} bytes, a transaction holds at most {}", code.len(), limits::CODE_BYTES_MAX)
        };
        let pending = self.pending(sender, None, vec![Action::Deploy(Deploy { code })], "deploy");
        Pending { gas_limit: self.rules.params.block_gas_limit, ..pending }
    }

    #[track_caller]
    pub(crate) fn pending_instantiate(
        &self,
        (sender, prank): (Address, Option<Address>),
        code: CodeHash,
        input: Vec<u8>,
        salt: [u8; 32],
        options: &InstantiateOptions,
    ) -> Pending {
        let action = Action::Instantiate(Instantiate {
            code_hash: code,
            salt,
            input: input_bytes(input),
            value: options.value,
            policy: options.policy.clone(),
        });
        let what = format!("instantiation of {}", self.now.names.code(&code));
        Pending { counted: Some((code, "init".into())), ..self.pending(sender, prank, vec![action], &what) }
    }

    /// One transaction in a block of its own.
    #[track_caller]
    pub(crate) fn run_one(&mut self, pending: Pending) -> Outcome {
        match self.run_block(vec![pending]).pop() {
            Some(outcome) => outcome,
            None => panic!("a block lost its transaction"),
        }
    }

    /// A block of the transactions that it can hold. One that is invalid alone or cannot be charged leaves no trace on
    /// the chain, as the proposer would leave it out. Without any left, there is no block.
    #[track_caller]
    pub(crate) fn run_block(&mut self, pending: Vec<Pending>) -> Vec<Outcome> {
        self.begin_step();
        let next = self.next();
        let admitted = self.admit(&pending, &next);
        let txs: Vec<Arc<CheckedTx>> = admitted.iter().filter_map(|tx| tx.as_ref().ok().cloned()).collect();
        let signed = !pending.iter().any(|pending| pending.pranked || pending.assumed);
        let keyless: BTreeMap<Address, Sequence> = pending
            .iter()
            .filter(|one| !self.has_key(&one.sender))
            .map(|one| (one.sender, self.account_record(&one.sender).sequence))
            .collect();
        let done = if txs.is_empty() { Vec::new() } else { self.commit(&txs, signed) };
        keyless.into_iter().for_each(|(address, sequence)| self.set_sequence(address, sequence));
        let mut done = done.into_iter();
        let outcomes: Vec<Outcome> = pending
            .iter()
            .zip(admitted)
            .map(|(pending, admitted)| match admitted {
                Ok(tx) => match done.next() {
                    Some((receipt, failure)) => self.outcome(pending, &tx, receipt, failure),
                    None => panic!("a block lost a receipt"),
                },
                Err(reject) => self.refused(pending, reject),
            })
            .collect();
        self.now.last = outcomes.last().cloned();
        let steps: Vec<&str> = outcomes.iter().map(Outcome::step).collect();
        self.end_step(&steps.join(", then "));
        outcomes
    }

    /// A block without transactions.
    pub(crate) fn empty_block(&mut self) {
        self.commit(&[], true);
    }

    /// What each transaction is on the chain: checked alone, and charged after those before it.
    fn admit(&self, pending: &[Pending], next: &NextBlock) -> Vec<Result<Arc<CheckedTx>, Reject>> {
        let count = u64::try_from(pending.len()).unwrap_or(u64::MAX);
        let share = Gas(self.rules.params.block_gas_limit.0.checked_div(count).unwrap_or(0));
        let mut overlay = Overlay::new(&self.now.state);
        let mut admit_one = |pending: &Pending| {
            let account: Option<Account> = whole(overlay.read(&tacit_state::key::account(&pending.sender)));
            let tx = self.tx(pending, account.unwrap_or_default().sequence, share, next);
            let checked = self.check(pending, &tx)?;
            match charge::charge(&mut overlay, &checked, next.height, next.base_fee) {
                Ok(_) => Ok(checked),
                Err(Refusal::Reject(reject)) => Err(reject),
                Err(Refusal::Fault(fault)) => whole(Err(fault)),
            }
        };
        pending.iter().map(&mut admit_one).collect()
    }

    fn tx(&self, pending: &Pending, sequence: Sequence, share: Gas, next: &NextBlock) -> Tx {
        let key = self.now.keys.get(&pending.sender);
        // Who has no key cannot be told from one: its address stands in the place of the key.
        let public_key = key.map_or(PublicKey(pending.sender.0), |key| key.public());
        let body = TxBody {
            version: TX_VERSION,
            genesis_id: self.rules.genesis_id,
            expiry: Height(next.height.0.saturating_add(EXPIRY)),
            gas_limit: pending.gas_limit.min(share),
            max_fee_per_gas: next.base_fee,
            max_tip_per_gas: tacit_types::Price(0),
            authorization: Authorization::Account { public_key, sequence },
            actions: whole(List::new(pending.actions.clone())),
        };
        let tx = match key {
            Some(key) => sign(key, body),
            None => {
                let empty =
                    tacit_types::tx::IndexedSignature { key_index: 0, signature: tacit_types::Signature([0; 64]) };
                let signatures = whole(List::new(vec![empty]));
                Tx { body, witness: Witness { signatures, ..Witness::default() } }
            }
        };
        with_proofs(tx, pending.proofs.clone())
    }

    fn check(&self, pending: &Pending, tx: &Tx) -> Result<Arc<CheckedTx>, Reject> {
        if pending.pranked || pending.assumed {
            return CheckedTx::assume(&self.rules, tx, pending.sender).map(Arc::new);
        }
        let raw = RawTx::new(tx.encode()).map_err(|error| Reject::new(RejectCode::TooLong, error.to_string()))?;
        check_one(&self.rules, raw, [0; 32])
    }

    /// Builds, validates, executes and commits a block. Gives receipts, and why bodies failed.
    fn commit(&mut self, txs: &[Arc<CheckedTx>], signed: bool) -> Vec<(Receipt, Option<BodyFailure>)> {
        self.now.tip.state_root = self.state_root();
        let block = self.build(txs);
        assert_eq!(block.body.txs.len(), txs.len(), "the block is full: put fewer transactions into it");
        let valid = if signed { self.validate(&block, txs) } else { ValidBlock::assume(block.clone(), txs.to_vec()) };
        // Receipts keep numbers alone; the words are said while the block runs.
        let mut failures = Vec::with_capacity(txs.len());
        let watch = |outcome: &BodyOutcome| failures.push(outcome.result.as_ref().err().cloned());
        let executed = whole(execute_watched(&self.now.state, &self.rules, &self.vm, &valid, watch));
        self.advance(&block, &executed);
        executed.receipts.into_iter().zip(failures).collect()
    }

    fn build(&self, txs: &[Arc<CheckedTx>]) -> Block {
        let next = self.next();
        let proposal = Proposal {
            rules: &self.rules,
            tip: &self.now.tip,
            state: &self.now.state,
            proposer: next.validators.proposer(next.height, Round(0)).address(),
            round: Round(0),
            now: self.now.next_time,
            last_commit: self.now.last_commit.clone(),
        };
        whole(build(&proposal, txs))
    }

    fn validate(&self, block: &Block, checked: &[Arc<CheckedTx>]) -> ValidBlock {
        let (rules, tip, state) = (&self.rules, &self.now.tip, &self.now.state);
        let context = Context { rules, tip, state, cache: &Checked(checked), seed: [0; 32], threads: 1 };
        whole(validate(&context, &block.encode(), Mode::Decided))
    }

    fn advance(&mut self, block: &Block, executed: &ExecutedBlock) {
        let id = block.header.id();
        let signers = self.next().validators;
        let message =
            sign_bytes(&self.rules.genesis_id, SignedStep::Precommit, block.header.height, Round(0), Some(&id));
        let signed = signers.index_of(&self.validator.address()).map(|index| (index, self.validator.sign(&message)));
        let certificate =
            CommitCertificate::new(block.header.height, Round(0), id, &signers, signed.into_iter().collect());
        self.now.last_commit = Some(whole(certificate));
        self.now.state.apply(&executed.writes);
        self.now.tip = Tip {
            height: block.header.height,
            block_id: id,
            time_ms: block.header.time_ms,
            // Computed when the next block needs it: cheat codes may come before.
            state_root: self.now.tip.state_root,
            receipts_root: executed.receipts_root,
            signers,
        };
        self.now.next_time = Self::after(block.header.time_ms);
        self.make_gas_free();
    }

    fn outcome(&mut self, pending: &Pending, tx: &CheckedTx, receipt: Receipt, failed: Option<BodyFailure>) -> Outcome {
        let mut trace = Trace::default();
        let result = match failed {
            None => Ok(receipt.output.to_vec()),
            Some(failed) => {
                trace.0.extend(failed.reject.detail.lines().map(str::to_string));
                Err(Failure::of(failed.reject, failed.contract_code))
            }
        };
        if let (Ok(_), Some((code, function))) = (&result, &pending.counted) {
            let actions = pending.actions.iter().map(|action| gas::action(action).0).fold(0, u64::saturating_add);
            let own = receipt.gas_used.0.saturating_sub(tx.intrinsic_gas().0).saturating_sub(actions);
            self.now.gas.count(self.now.names.code(code), function.clone(), own);
        }
        let events = receipt.events.to_vec();
        self.now.events.extend(events.iter().filter_map(contract_event));
        let (step, names) = (pending.step.clone(), Arc::clone(&self.now.names));
        Outcome { result, gas_used: receipt.gas_used, events, trace, step, names }
    }

    fn refused(&self, pending: &Pending, reject: Reject) -> Outcome {
        Outcome {
            result: Err(Failure::of(reject, 0)),
            gas_used: Gas::ZERO,
            events: Vec::new(),
            trace: Trace::default(),
            step: pending.step.clone(),
            names: Arc::clone(&self.now.names),
        }
    }
}

/// Verdicts on the transactions of a block from when they were checked alone, as a node remembers those of its pool.
struct Checked<'a>(&'a [Arc<CheckedTx>]);

impl CheckCache for Checked<'_> {
    fn get(&self, hash: &FullHash) -> Option<Arc<CheckedTx>> {
        self.0.iter().find(|tx| tx.full_hash() == *hash).cloned()
    }

    fn put(&self, _tx: Arc<CheckedTx>) {}
}

/// # Panics
/// When the arguments are longer than a transaction carries.
#[track_caller]
pub(crate) fn input_bytes<const MAX: usize>(input: Vec<u8>) -> Bytes<MAX> {
    let length = input.len();
    match Bytes::new(input) {
        Ok(input) => input,
        Err(_) => panic!("the arguments take {length} bytes, a call carries {MAX}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_does_the_same_whether_or_not_somebody_watches() {
        let wasm = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/artifacts/token.wasm")).unwrap();
        let mut chain = Chain::new();
        let (alice, bob) = (chain.account("alice"), chain.account("bob"));
        let code = chain.deploy(&wasm).unwrap();
        let token = chain.instantiate(alice, code, &(Amount(1_000),)).unwrap();
        // One that succeeds, one that reverts, one whose arguments are none, one that runs out of gas.
        let calls = [(alice, 7_u128, 0), (alice, 9_999, 0), (bob, 1, 1), (alice, 1, 0)];
        let mut pending: Vec<Pending> = calls
            .into_iter()
            .map(|(by, amount, cut)| {
                let mut input = crate::encode(&(bob, Amount(amount)));
                input.truncate(input.len() - cut);
                chain.pending_call((by, None), (token, "transfer"), input, Amount::ZERO)
            })
            .collect();
        pending[3].gas_limit = Gas(60_000);
        let txs: Vec<_> = chain.admit(&pending, &chain.next()).into_iter().map(Result::unwrap).collect();
        chain.now.tip.state_root = chain.state_root();
        let block = chain.build(&txs);
        let valid = chain.validate(&block, &txs);
        let plain = tacit_exec::execute(&chain.now.state, &chain.rules, &chain.vm, &valid).unwrap();
        let mut said = Vec::new();
        let watch = |outcome: &BodyOutcome| said.push(outcome.result.as_ref().err().cloned());
        let watched = execute_watched(&chain.now.state, &chain.rules, &chain.vm, &valid, watch).unwrap();
        assert_eq!(plain, watched);
        let codes: Vec<u16> = plain.receipts.iter().map(|receipt| receipt.code).collect();
        assert!(codes[0] == 0 && codes[1..].iter().all(|code| *code != 0), "{codes:?}");
        let heard = said.iter().map(|failure| failure.as_ref().map_or(0, |failure| failure.reject.code.number()));
        assert_eq!(heard.collect::<Vec<_>>(), codes);
    }
}
