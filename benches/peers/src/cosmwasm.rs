//! cosmwasm-vm with cw20-base. Every call has an instance of its own from the pinned module, as on its chains; storage is
//! the library's own map in memory, addresses are its bech32 ones.

use crate::measure::{self, Draw, Work};
use cosmwasm_std::{Checksum, Empty, Env};
use cosmwasm_vm::testing::{MockApi, MockQuerier, MockStorage, mock_backend, mock_env, mock_info};
use cosmwasm_vm::{
    Backend, Cache, CacheOptions, Instance, InstanceOptions, Size, VmResult, call_execute, call_instantiate,
    call_query, capabilities_from_csv,
};
use eyre::{Result, ensure, eyre};

/// More than any call uses.
const GAS_LIMIT: u64 = 1_000_000_000_000;
/// What everybody holds.
const SHARE: u64 = 1 << 50;

/// The smallest contract: its three answers are one constant, its allocator never frees.
const NOOP: &str = r#"(module
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 1024))
    (data (i32.const 16) "\20\00\00\00\80\00\00\00\3e\00\00\00")
    (data (i32.const 32) "{\22ok\22:{\22messages\22:[],\22attributes\22:[],\22events\22:[],\22data\22:null}}")
    (func (export "interface_version_8"))
    (func (export "allocate") (param $size i32) (result i32)
        (local $region i32)
        (local.set $region (global.get $top))
        (i32.store (local.get $region) (i32.add (local.get $region) (i32.const 12)))
        (i32.store offset=4 (local.get $region) (local.get $size))
        (i32.store offset=8 (local.get $region) (i32.const 0))
        (global.set $top (i32.add (i32.add (local.get $region) (i32.const 12)) (local.get $size)))
        (local.get $region))
    (func (export "deallocate") (param i32))
    (func (export "instantiate") (param i32 i32 i32) (result i32) (i32.const 16))
    (func (export "execute") (param i32 i32 i32) (result i32) (i32.const 16))
    (func (export "query") (param i32 i32) (result i32) (i32.const 16)))"#;

type Parts = Backend<MockApi, MockStorage, MockQuerier>;

/// One contract and its storage.
struct Contract {
    cache: Cache<MockApi, MockStorage, MockQuerier>,
    checksum: Checksum,
    backend: Option<Parts>,
    env: Env,
    _folder: tempfile::TempDir,
}

impl Contract {
    fn new(code: &[u8]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let capabilities = capabilities_from_csv("iterator,staking,stargate,cosmwasm_1_1,cosmwasm_1_2");
        let options = CacheOptions::new(folder.path(), capabilities, Size::mebi(100), Size::mebi(32));
        // SAFETY: the folder was made above and nobody else writes to it.
        let cache = unsafe { Cache::new(options) }?;
        let checksum = cache.store_code(code, true, true)?;
        cache.pin(&checksum)?;
        Ok(Self { cache, checksum, backend: Some(mock_backend(&[])), env: mock_env(), _folder: folder })
    }

    /// Runs `act` in a new instance, which is dropped afterwards.
    fn enter<R>(
        &mut self,
        act: impl FnOnce(&mut Instance<MockApi, MockStorage, MockQuerier>, &Env) -> VmResult<R>,
    ) -> R {
        let backend = self.backend.take().expect("the storage of the last call");
        let options = InstanceOptions { gas_limit: GAS_LIMIT };
        let mut instance = self.cache.get_instance(&self.checksum, backend, options).expect("a pinned module");
        let result = act(&mut instance, &self.env).expect("a call that runs");
        self.backend = instance.recycle();
        result
    }

    fn instantiate(&mut self, sender: &str, message: &str) {
        let info = mock_info(sender, &[]);
        let result =
            self.enter(|instance, env| call_instantiate::<_, _, _, Empty>(instance, env, &info, message.as_bytes()));
        result.into_result().expect("a contract that starts");
    }

    fn execute(&mut self, sender: &str, message: &str) {
        let info = mock_info(sender, &[]);
        let result =
            self.enter(|instance, env| call_execute::<_, _, _, Empty>(instance, env, &info, message.as_bytes()));
        result.into_result().expect("a call that succeeds");
    }

    fn query(&mut self, message: &str) -> String {
        let answer = self.enter(|instance, env| call_query(instance, env, message.as_bytes()));
        String::from_utf8_lossy(answer.into_result().expect("an answer").as_slice()).into_owned()
    }
}

/// A call that does nothing.
pub fn noop() -> Result<Work> {
    let mut contract = Contract::new(&wat::parse_str(NOOP)?)?;
    let sender = MockApi::default().addr_make("creator");
    Ok(measure::each(move || contract.execute(&sender, "{}")))
}

/// Transfers between `accounts` accounts that hold the token.
pub fn transfers(code: &[u8], accounts: usize) -> Result<Work> {
    let mut contract = Contract::new(code)?;
    let api = MockApi::default();
    let creator = api.addr_make("creator");
    contract.instantiate(
        &creator,
        &format!(
            r#"{{"name":"Peer","symbol":"PEER","decimals":6,"initial_balances":[{{"address":"{creator}","amount":"{}"}}]}}"#,
            u128::MAX
        ),
    );
    let holders: Vec<String> = (0..accounts).map(|number| api.addr_make(&format!("holder {number}"))).collect();
    for to in &holders {
        contract.execute(&creator, &transfer(to, SHARE));
    }
    contract.execute(&holders[0], &transfer(&holders[1], 1));
    let balance = contract.query(&format!(r#"{{"balance":{{"address":"{}"}}}}"#, holders[1]));
    ensure!(balance == format!(r#"{{"balance":"{}"}}"#, SHARE + 1), eyre!("the cw20 token did not move: {balance}"));
    let mut draw = Draw::new(accounts);
    Ok(measure::each(move || {
        let (from, to) = draw.pair();
        contract.execute(&holders[from], &transfer(&holders[to], 1));
    }))
}

fn transfer(to: &str, amount: u64) -> String {
    format!(r#"{{"transfer":{{"recipient":"{to}","amount":"{amount}"}}}}"#)
}
