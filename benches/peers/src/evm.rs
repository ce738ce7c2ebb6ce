//! revm with OpenZeppelin's ERC-20 in memory. It knows no bare calls: everything is a transaction with nonce, fee and
//! commit, signed and recovered where the case says so.

use crate::measure::{self, Draw, Work, thread_time};
use alloy_consensus::crypto::secp256k1::{recover_signer, sign_message};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_consensus::{SignableTransaction, Signed, Transaction, TxEip1559};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use eyre::{Result, ensure, eyre};
use revm::context::TxEnv;
use revm::context::result::{ExecutionResult, Output};
use revm::database::{CacheDB, EmptyDB};
use revm::handler::{MainnetContext, MainnetEvm};
use revm::primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use revm::state::{AccountInfo, Bytecode};
use revm::{Context, ExecuteCommitEvm, ExecuteEvm, MainBuilder, MainContext};
use std::time::Duration;

type Memory = CacheDB<EmptyDB>;
type Machine = MainnetEvm<MainnetContext<Memory>>;

const CREATOR: Address = Address::repeat_byte(0xa1);
const BASE_FEE: u64 = 1;
const MAX_FEE: u128 = 3;
const TIP: u128 = 1;
const CALL_GAS: u64 = 100_000;
const DEPLOY_GAS: u64 = 5_000_000;
/// Tokens that everybody holds.
const SHARE: u64 = 1 << 60;

/// Whether the senders of a block are known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Signatures {
    /// Transactions are decoded and their senders known.
    Recovered,
    /// There are bytes only.
    ToRecover,
}

/// The creation code in a compiler's artifact.
pub fn bytecode(artifact: &str) -> Result<Bytes> {
    let artifact: serde_json::Value = serde_json::from_str(artifact)?;
    let text = artifact["bytecode"].as_str().ok_or_else(|| eyre!("the artifact has no bytecode"))?;
    Ok(text.parse()?)
}

/// A transaction to a contract whose code stops at once.
pub fn noop() -> Result<Work> {
    let contract = Address::repeat_byte(1);
    let mut memory = funded([CREATOR]);
    // STOP.
    let code = Bytecode::new_legacy(Bytes::from_static(&[0]));
    memory.insert_account_info(contract, AccountInfo::from_bytecode(code));
    let mut machine = machine(memory);
    let mut nonce = 0;
    Ok(measure::each(move || {
        succeed(&mut machine, tx(CREATOR, nonce, TxKind::Call(contract), Bytes::new(), CALL_GAS));
        nonce += 1;
    }))
}

/// Transfers between `accounts` accounts that hold the token, their senders known.
pub fn transfers(code: &Bytes, accounts: usize) -> Result<Work> {
    let holders: Vec<Address> = (0..accounts).map(|number| address_of(number).1).collect();
    let (memory, token) = token(code, &holders)?;
    let mut machine = machine(memory);
    let mut nonces = vec![0; accounts];
    let mut draw = Draw::new(accounts);
    Ok(measure::each(move || {
        let (from, to) = draw.pair();
        succeed(&mut machine, tx(holders[from], nonces[from], token, transfer(&holders[to], 1), CALL_GAS));
        nonces[from] += 1;
    }))
}

/// Transfers of `count` holders, each to the next. The state before them comes back after each block, off the clock.
pub fn blocks(code: &Bytes, count: usize, signatures: Signatures) -> Result<Work> {
    let holders: Vec<(B256, Address)> = (0..count).map(address_of).collect();
    let addresses: Vec<Address> = holders.iter().map(|(_, address)| *address).collect();
    let (memory, token) = token(code, &addresses)?;
    let next = addresses.iter().cycle().skip(1);
    let signed: Vec<Signed<TxEip1559>> =
        holders.iter().zip(next).map(|((key, _), to)| sign(key, token, to)).collect::<Result<_>>()?;
    let bytes: Vec<Vec<u8>> = signed.iter().map(Encodable2718::encoded_2718).collect();
    let known: Vec<TxEnv> = signed.iter().map(recover).collect::<Result<_>>()?;
    ensure!(known.iter().map(|tx| tx.caller).eq(addresses.iter().copied()), "a signature names somebody else");
    Ok(Box::new(move |operations| {
        let blocks = operations.div_ceil(count as u64);
        let mut spent = Duration::ZERO;
        for _ in 0..blocks {
            let mut machine = machine(memory.clone());
            let start = thread_time();
            match signatures {
                Signatures::Recovered => known.iter().for_each(|tx| succeed(&mut machine, tx.clone())),
                Signatures::ToRecover => bytes.iter().for_each(|bytes| {
                    let decoded = Signed::<TxEip1559>::decode_2718(&mut bytes.as_slice()).expect("our own encoding");
                    succeed(&mut machine, recover(&decoded).expect("our own signature"));
                }),
            }
            spent += thread_time() - start;
        }
        (blocks * count as u64, spent)
    }))
}

/// A key and its account.
fn address_of(number: usize) -> (B256, Address) {
    let key = keccak256(format!("peers' bench, key {number}"));
    let signature = sign_message(key, B256::repeat_byte(1)).expect("a good key");
    let address = recover_signer(&signature, B256::repeat_byte(1));
    (key, address.expect("our own signature"))
}

/// Accounts with money.
fn funded(accounts: impl IntoIterator<Item = Address>) -> Memory {
    let mut memory = Memory::default();
    for account in accounts {
        memory.insert_account_info(account, AccountInfo::from_balance(U256::MAX >> 16));
    }
    memory
}

fn machine(memory: Memory) -> Machine {
    let context = Context::mainnet().with_db(memory).modify_block_chained(|block| block.basefee = BASE_FEE);
    context.build_mainnet()
}

/// The token, with a share for each of `holders`.
fn token(code: &Bytes, holders: &[Address]) -> Result<(Memory, TxKind)> {
    let mut machine = machine(funded(holders.iter().copied().chain([CREATOR])));
    let made = machine.transact_commit(tx(CREATOR, 0, TxKind::Create, constructor(code), DEPLOY_GAS));
    let token = match made.map_err(|error| eyre!("{error:?}"))? {
        ExecutionResult::Success { output: Output::Create(_, Some(address)), .. } => address,
        other => return Err(eyre!("the ERC-20 was not made: {other:?}")),
    };
    for (to, nonce) in holders.iter().zip(1..) {
        succeed(&mut machine, tx(CREATOR, nonce, TxKind::Call(token), transfer(to, SHARE), CALL_GAS));
    }
    let owner = holders.last().ok_or_else(|| eyre!("a token needs holders"))?;
    let balance_of = [&[0x70, 0xa0, 0x82, 0x31], &word(owner)[..]].concat();
    let answer = machine.transact(tx(*owner, 0, TxKind::Call(token), balance_of.into(), CALL_GAS));
    let answer = answer.map_err(|error| eyre!("{error:?}"))?.result;
    let balance = answer.output().map(|bytes| U256::from_be_slice(bytes));
    ensure!(balance == Some(U256::from(SHARE)), "the ERC-20 token did not move: {balance:?}");
    Ok((machine.ctx.journaled_state.database, TxKind::Call(token)))
}

/// `constructor(string name, string symbol, uint256 supply, address owner)`.
fn constructor(code: &Bytes) -> Bytes {
    let text = |text: &str| {
        let mut padded = [0; 32];
        padded[..text.len()].copy_from_slice(text.as_bytes());
        [number(text.len() as u64), padded].concat()
    };
    let heads = [number(128), number(192), U256::MAX.to_be_bytes(), word(&CREATOR)];
    [code.as_ref(), &heads.concat(), &text("Peer"), &text("PEER")].concat().into()
}

/// `transfer(address to, uint256 amount)`.
fn transfer(to: &Address, amount: u64) -> Bytes {
    [&[0xa9, 0x05, 0x9c, 0xbb], &word(to)[..], &number(amount)].concat().into()
}

fn word(address: &Address) -> [u8; 32] {
    address.into_word().0
}

fn number(number: u64) -> [u8; 32] {
    U256::from(number).to_be_bytes()
}

fn tx(caller: Address, nonce: u64, kind: TxKind, data: Bytes, gas_limit: u64) -> TxEnv {
    TxEnv {
        tx_type: 2,
        caller,
        gas_limit,
        gas_price: MAX_FEE,
        gas_priority_fee: Some(TIP),
        kind,
        data,
        nonce,
        ..TxEnv::default()
    }
}

fn succeed(machine: &mut Machine, tx: TxEnv) {
    let result = machine.transact_commit(tx).expect("a valid transaction");
    assert!(result.is_success(), "a transaction failed: {result:?}");
}

fn sign(key: &B256, token: TxKind, to: &Address) -> Result<Signed<TxEip1559>> {
    let tx = TxEip1559 {
        chain_id: 1,
        nonce: 0,
        gas_limit: CALL_GAS,
        max_fee_per_gas: MAX_FEE,
        max_priority_fee_per_gas: TIP,
        to: token,
        value: U256::ZERO,
        access_list: Default::default(),
        input: transfer(to, 1),
    };
    let signature = sign_message(*key, tx.signature_hash()).map_err(|error| eyre!("{error}"))?;
    Ok(tx.into_signed(signature))
}

/// What the machine is given of a signed transaction.
fn recover(signed: &Signed<TxEip1559>) -> Result<TxEnv> {
    let caller = SignerRecoverable::recover_signer(signed).map_err(|error| eyre!("{error}"))?;
    let tx = signed.tx();
    Ok(TxEnv {
        tx_type: 2,
        caller,
        gas_limit: tx.gas_limit,
        gas_price: tx.max_fee_per_gas,
        gas_priority_fee: Some(tx.max_priority_fee_per_gas),
        kind: tx.to,
        value: tx.value,
        data: tx.input.clone(),
        nonce: tx.nonce,
        chain_id: tx.chain_id(),
        ..TxEnv::default()
    })
}
