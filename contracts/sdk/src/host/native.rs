//! Off the chain: a chain of one contract, small enough for unit tests of storage, guards and arithmetic. It has no gas, no
//! calls, no code and no cryptography; the simulator has the real ones.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// What the chain knows.
#[derive(Clone)]
pub(crate) struct Chain {
    pub(crate) this: [u8; 32],
    pub(crate) caller: [u8; 32],
    pub(crate) value: u128,
    pub(crate) height: u64,
    pub(crate) now: u64,
    pub(crate) storage: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) transient: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) balances: BTreeMap<([u8; 32], [u8; 32]), u128>,
    pub(crate) events: Vec<([u8; 32], Vec<u8>)>,
    /// The hash of the code that the contract gave itself, and the input of its `migrate`.
    pub(crate) code: Option<([u8; 32], Vec<u8>)>,
    register: Vec<u8>,
}

/// A call that ended with a revert, on its way through the stack.
pub(crate) struct Reverted {
    pub(crate) code: u32,
}

/// A range that was lent to the host: start, length, and whether it may be written.
#[derive(Clone, Copy)]
struct Lent(*mut u8, usize, bool);

thread_local! {
    static CHAIN: RefCell<Chain> = RefCell::new(Chain::new());
    static LENT: RefCell<Vec<Lent>> = const { RefCell::new(Vec::new()) };
}

impl Chain {
    pub(crate) fn new() -> Self {
        Self {
            this: [0xC0; 32],
            caller: [1; 32],
            value: 0,
            height: 1,
            now: 1_700_000_000_000,
            storage: BTreeMap::new(),
            transient: BTreeMap::new(),
            balances: BTreeMap::new(),
            events: Vec::new(),
            code: None,
            register: Vec::new(),
        }
    }
}

/// Looks at the chain of this thread, or changes it.
pub(crate) fn with<T>(act: impl FnOnce(&mut Chain) -> T) -> T {
    CHAIN.with_borrow_mut(act)
}

/// Lends a range until the next host function has run, and gives the number that stands for it.
pub(crate) fn lend(start: *mut u8, len: usize, is_writable: bool) -> i32 {
    LENT.with_borrow_mut(|lent| {
        lent.push(Lent(start, len, is_writable));
        i32::try_from(lent.len()).unwrap_or_default()
    })
}

/// What a host function returns, out of 64 bits.
pub(crate) trait Result {
    fn of(value: i64) -> Self;
}

impl Result for () {
    fn of(_value: i64) {}
}

impl Result for i32 {
    fn of(value: i64) -> Self {
        Self::try_from(value).unwrap_or(Self::MIN)
    }
}

impl Result for i64 {
    fn of(value: i64) -> Self {
        value
    }
}

/// The arguments of one host function, and the ranges lent to it.
struct Call<'a> {
    arguments: &'a [i64],
    lent: Vec<Lent>,
}

#[allow(clippy::panic)] // A mistake of the SDK, or of a test.
impl Call<'_> {
    fn number(&self, at: usize) -> i64 {
        self.arguments.get(at).copied().unwrap_or_default()
    }

    fn range(&self, at: usize) -> Lent {
        let index = usize::try_from(self.number(at)).ok().and_then(|number| number.checked_sub(1));
        match index.and_then(|index| self.lent.get(index)) {
            Some(range) => *range,
            None => panic!("a range was not lent for this host function"),
        }
    }

    /// The bytes that argument `at` points to.
    fn bytes(&self, at: usize, len: usize) -> Vec<u8> {
        let Lent(start, room, _) = self.range(at);
        assert!(len <= room, "a host function reads beyond a range");
        if len == 0 {
            return Vec::new();
        }
        // SAFETY: the range was lent by a caller that still holds it, and `len` bytes of it are initialised.
        unsafe { core::slice::from_raw_parts(start, len) }.to_vec()
    }

    /// The bytes of arguments `at` and `at + 1`, pointer and length.
    fn slice(&self, at: usize) -> Vec<u8> {
        self.bytes(at, usize::try_from(self.number(at.saturating_add(1))).unwrap_or_default())
    }

    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        self.bytes(at, N).try_into().unwrap_or([0; N])
    }

    fn write(&self, at: usize, bytes: &[u8]) {
        let Lent(start, room, is_writable) = self.range(at);
        assert!(is_writable && bytes.len() <= room, "a host function writes beyond a range");
        // SAFETY: the range was lent for writing by a caller that still holds it, and it is long enough.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len()) };
    }

    /// Hands over a value, as the `get` functions do.
    fn answer(&self, value: Option<&Vec<u8>>) -> i64 {
        let Some(value) = value else { return tacit_abi::NOT_FOUND.into() };
        let len = i64::try_from(value.len()).unwrap_or(i64::MAX);
        if len > self.number(3) {
            return tacit_abi::BUFFER_TOO_SMALL.into();
        }
        self.write(2, value);
        len
    }
}

/// Runs a host function.
///
/// # Safety
/// The ranges lent since the last one are still valid.
pub(crate) unsafe fn run(name: &str, arguments: &[i64]) -> i64 {
    let call = Call { arguments, lent: LENT.take() };
    if name == "revert" {
        let code = i32::try_from(call.number(0)).unwrap_or_default().cast_unsigned();
        std::panic::resume_unwind(Box::new(Reverted { code }));
    }
    with(|chain| chain.run(name, &call))
}

#[allow(clippy::panic)] // What a unit test cannot use says so.
impl Chain {
    fn run(&mut self, name: &str, call: &Call<'_>) -> i64 {
        match name {
            "self_address" => call.write(0, &self.this),
            "caller" => call.write(0, &self.caller),
            "value" => call.write(0, &self.value.to_le_bytes()),
            "genesis_id" => call.write(0, &[0x6E; 32]),
            "block_height" => return self.height.cast_signed(),
            "block_time_ms" => return self.now.cast_signed(),
            "gas_left" => return i64::MAX,
            "call_depth" => return 1,
            "log" => println!("{}", String::from_utf8_lossy(&call.slice(0))),
            "is_static" => {}
            "storage_get" => return call.answer(self.storage.get(&call.slice(0))),
            "transient_get" => return call.answer(self.transient.get(&call.slice(0))),
            "storage_has" => return self.storage.contains_key(&call.slice(0)).into(),
            "storage_set" => drop(self.storage.insert(call.slice(0), call.slice(2))),
            "storage_remove" => drop(self.storage.remove(&call.slice(0))),
            "transient_set" if call.number(3) == 0 => drop(self.transient.remove(&call.slice(0))),
            "transient_set" => drop(self.transient.insert(call.slice(0), call.slice(2))),
            "storage_next" => return self.next(&call.slice(0), &call.slice(2)),
            "ret_len" => return i64::try_from(self.register.len()).unwrap_or(i64::MAX),
            "ret_copy" => call.write(0, self.part(call.number(1), call.number(2))),
            "emit" => self.events.push((call.array(0), call.slice(2))),
            "balance" => call.write(1, &self.balance([0; 32], call.array(0)).to_le_bytes()),
            "asset_balance" => call.write(2, &self.balance(call.array(0), call.array(1)).to_le_bytes()),
            "transfer" => return self.transfer([0; 32], call.array(0), call.array(1)),
            "asset_transfer" => return self.transfer(call.array(0), call.array(1), call.array(2)),
            "set_code" => self.code = Some((call.array(0), call.slice(1))),
            _ => panic!("`{name}` needs the real chain: test this in the simulator"),
        }
        tacit_abi::OK.into()
    }

    fn part(&self, offset: i64, len: i64) -> &[u8] {
        let (offset, len) = (usize::try_from(offset).unwrap_or_default(), usize::try_from(len).unwrap_or_default());
        match self.register.get(offset..).and_then(|rest| rest.get(..len)) {
            Some(part) => part,
            None => panic!("read outside the return register"),
        }
    }

    fn next(&mut self, prefix: &[u8], after: &[u8]) -> i64 {
        let found = self
            .storage
            .iter()
            .find(|(key, _)| key.starts_with(prefix) && (after.is_empty() || key.as_slice() > after));
        let Some((key, value)) = found else { return tacit_abi::NOT_FOUND.into() };
        let len = u16::try_from(key.len()).unwrap_or(u16::MAX);
        self.register = [&len.to_le_bytes()[..], key, value].concat();
        i64::try_from(self.register.len()).unwrap_or(i64::MAX)
    }

    fn balance(&self, asset: [u8; 32], of: [u8; 32]) -> u128 {
        self.balances.get(&(asset, of)).copied().unwrap_or_default()
    }

    fn transfer(&mut self, asset: [u8; 32], to: [u8; 32], amount: [u8; 16]) -> i64 {
        let amount = u128::from_le_bytes(amount);
        let Some(left) = self.balance(asset, self.this).checked_sub(amount) else {
            return tacit_abi::INSUFFICIENT_BALANCE.into();
        };
        self.balances.insert((asset, self.this), left);
        let Some(sum) = self.balance(asset, to).checked_add(amount) else {
            self.balances.insert((asset, self.this), left.saturating_add(amount));
            return tacit_abi::RECIPIENT_REFUSED.into();
        };
        self.balances.insert((asset, to), sum);
        tacit_abi::OK.into()
    }
}
