//! Families of generated contracts that call the host, and each other, with arguments that are right, nearly right and wild.
//! What every call answered and wrote ends up in one hash, which the contract returns.

use super::support::{Chain, Engines, MemoryWorld};
use crate::{CallOutcome, VmReject};
use arbitrary::Unstructured;
use std::borrow::Cow;
use std::collections::BTreeMap;
use tacit_abi::{ACCESS_LAYOUT, ACCESS_LOCK_GROUP, ACCESS_REENTRANT, ACCESS_SECTION, Function as HostFunction, Type};
use tacit_types::{Address, AssetId, CodeHash, Height, ProofId};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, CustomSection, DataSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, ImportSection, Instruction, MemArg, MemorySection, MemoryType, Module, TypeSection, ValType,
};

/// Contracts of one family.
const MEMBERS: usize = 3;
/// Exports of each; all names have the same length, so that a right length is easy to guess.
const NAMES: [&str; 4] = ["run", "foo", "bar", "baz"];
const NAME_LEN: i32 = 3;
/// Gas of a call from outside.
const GAS: u64 = 20_000_000;
/// Money that there is.
const MONEY: u128 = 1_000;

// Where things lie in the memory of every member.
const ADDRESSES: i32 = 0;
const NAME_TEXTS: i32 = 192;
const VALUES: i32 = 224;
const CODES: i32 = 320;
const ASSET: i32 = 448;
const KEY: i32 = 480;
const PROOF: i32 = 512;
const NOISE: i32 = 1_024;
const NOISE_BYTES: usize = 512;
const ANSWERS: i32 = 2_048;
const OUT: i32 = 4_096;
/// The part of the memory that is hashed in the end; the hash is written behind it.
const HASHED: i32 = 8_192;

/// A call of the host with constants.
struct Step {
    function: &'static HostFunction,
    arguments: Vec<i64>,
}

/// Contracts on a chain of their own.
pub(super) struct Family {
    chain: Chain,
    members: Vec<Address>,
    inputs: Vec<Vec<u8>>,
}

impl Family {
    /// The family that follows from these bytes; a few make a small one.
    pub(super) fn new(bytes: &[u8], engines: Engines) -> Self {
        let mut source = Unstructured::new(bytes);
        let mut chain = Chain::on(engines);
        let mut codes: Vec<CodeHash> = Vec::new();
        let mut members = Vec::new();
        for _ in 0..MEMBERS {
            let code = guest(&mut source, &codes);
            codes.push(CodeHash::of(&[&code]));
            // It keeps the rules: a contract that does not cannot be placed.
            members.push(chain.place(&code));
        }
        chain.world.balances.insert(members[0], MONEY);
        chain.world.assets.insert((AssetId([7; 32]), members[0]), MONEY);
        chain.world.keys.insert([8; 32], vec![1]);
        chain.world.proofs.insert(ProofId([9; 32]), Height(5));
        chain.world.governed.insert(members[0]);
        let inputs = (0..2).map(|_| some_bytes(&mut source, 48)).collect();
        Self { chain, members, inputs }
    }

    /// What they have left.
    pub(super) fn world(&self) -> &MemoryWorld {
        &self.chain.world
    }

    /// Calls members from outside. What must hold whatever they do is checked here; that all engines agree, by [`Chain`].
    pub(super) fn run(&mut self) -> Vec<CallOutcome> {
        let mut outcomes = Vec::new();
        for (member, input) in self.members.clone().iter().zip(self.inputs.clone()) {
            for function in [NAMES[0], NAMES[1]] {
                let outcome = self.chain.call_with_gas(*member, function, &input, GAS);
                assert_ne!(outcome.result, Err(VmReject::HostInternal), "a host function panicked");
                assert_eq!(self.chain.world.balances.values().sum::<u128>(), MONEY, "money was made or lost");
                assert_eq!(self.chain.world.assets.values().sum::<u128>(), MONEY, "units were made or lost");
                outcomes.push(outcome);
            }
        }
        outcomes
    }
}

/// Bytes from the source, zeros where it has no more.
fn some_bytes(source: &mut Unstructured<'_>, most: usize) -> Vec<u8> {
    let length = source.int_in_range(0..=most).unwrap_or_default();
    (0..length).map(|_| source.arbitrary().unwrap_or_default()).collect()
}

fn choose<T: Copy>(source: &mut Unstructured<'_>, of: &[T]) -> T {
    source.choose(of).copied().unwrap_or(of[0])
}

fn one_in(source: &mut Unstructured<'_>, times: u8) -> bool {
    source.arbitrary::<u8>().unwrap_or(1) % times == 0
}

fn steps(source: &mut Unstructured<'_>) -> Vec<Step> {
    let count = source.int_in_range(1..=10).unwrap_or(1);
    let functions = tacit_abi::functions();
    let calls = ["call", "try_call", "static_call", "defer_call", "storage_set", "storage_get"];
    (0..count)
        .map(|_| {
            let usual = one_in(source, 2).then(|| choose(source, &calls)).and_then(tacit_abi::find);
            let function =
                usual.unwrap_or_else(|| &functions[source.int_in_range(0..=functions.len() - 1).unwrap_or(0)]);
            let arguments = function.names.iter().zip(function.parameters);
            let arguments = arguments.map(|(name, kind)| argument(source, name, *kind)).collect();
            Step { function, arguments }
        })
        .collect()
}

/// An argument that suits its name, or now and then a wild one.
fn argument(source: &mut Unstructured<'_>, name: &str, kind: Option<Type>) -> i64 {
    if one_in(source, 16) {
        let wild =
            [0, -1, 65_535, 65_536, 65_537, 131_071, i64::from(i32::MAX), i64::from(i32::MIN), i64::MAX, i64::MIN];
        return choose(source, &wild);
    }
    if kind == Some(Type::I64) {
        return choose(source, &[-1, 300_000, 1_000_000, 3_000_000, 0, 1, 5_000]);
    }
    let of = |base: i32, step: i32, count: i32, source: &mut Unstructured<'_>| {
        base + step * source.int_in_range(0..=count - 1).unwrap_or_default()
    };
    i64::from(match name {
        "address" | "to" | "sender" => of(ADDRESSES, 32, 4, source),
        "function" => of(NAME_TEXTS, NAME_LEN, NAMES.len() as i32, source),
        "function_len" => NAME_LEN,
        "value" | "amount" => of(VALUES, 16, 3, source),
        "code_hash" => of(CODES, 32, 4, source),
        "asset" => ASSET,
        "key_id" => KEY,
        "id" => PROOF,
        "flags" => of(0, 1, 9, source),
        "policy_len" => choose(source, &[0, 2]),
        "policy" => NOISE - 64,
        "out" => of(OUT, 64, 8, source),
        _ if name.ends_with("len") || name.ends_with("count") || name == "capacity" => {
            choose(source, &[1, 2, 4, 8, 32, 64, 0, 256])
        }
        _ => of(NOISE, 32, 15, source),
    })
}

/// A contract; `codes` are those of earlier members, which it can make again and change to.
fn guest(source: &mut Unstructured<'_>, codes: &[CodeHash]) -> Vec<u8> {
    let bodies: Vec<Vec<Step>> = NAMES.iter().map(|_| steps(source)).collect();
    // Imports of what is called, and of the two with which every function ends.
    let mut imports: BTreeMap<&str, u32> = BTreeMap::new();
    let ends = ["blake3", "return_data"].into_iter();
    for name in bodies.iter().flatten().map(|step| step.function.name).chain(ends) {
        let next = imports.len() as u32;
        imports.entry(name).or_insert(next);
    }
    let mut by_index: Vec<(&str, u32)> = imports.iter().map(|(name, index)| (*name, *index)).collect();
    by_index.sort_by_key(|(_, index)| *index);

    let mut module = Module::new();
    let (mut types, mut imported) = (TypeSection::new(), ImportSection::new());
    for (name, index) in &by_index {
        let function = tacit_abi::find(name).expect("names of the table");
        let parameters: Vec<ValType> = function.parameters.iter().filter_map(|kind| value_type(*kind)).collect();
        types.ty().function(parameters, value_type(function.result));
        imported.import(tacit_abi::MODULE, name, EntityType::Function(*index));
    }
    let plain = by_index.len() as u32;
    types.ty().function([], []);
    module.section(&types).section(&imported);
    let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    for (number, (name, steps)) in NAMES.iter().zip(&bodies).enumerate() {
        functions.function(plain);
        exports.export(name, ExportKind::Func, plain + number as u32);
        code.function(&body(source, steps, &imports));
    }
    let mut memory = MemorySection::new();
    let kind = MemoryType { minimum: 1, maximum: Some(3), memory64: false, shared: false, page_size_log2: None };
    memory.memory(kind);
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(0), memory_image(source, codes));
    module.section(&functions).section(&memory).section(&exports).section(&code).section(&data);
    module.section(&CustomSection { name: Cow::Borrowed(ACCESS_SECTION), data: Cow::Owned(access(source)) });
    module.finish()
}

fn value_type(kind: Option<Type>) -> Option<ValType> {
    kind.map(|kind| match kind {
        Type::I32 => ValType::I32,
        Type::I64 => ValType::I64,
    })
}

/// What the members find in their memory.
fn memory_image(source: &mut Unstructured<'_>, codes: &[CodeHash]) -> Vec<u8> {
    let mut image = vec![0; NOISE as usize + NOISE_BYTES];
    let mut put = |at: i32, bytes: &[u8]| image[at as usize..at as usize + bytes.len()].copy_from_slice(bytes);
    for member in 0..MEMBERS as u8 {
        put(ADDRESSES + 32 * i32::from(member), &[member + 1; 32]);
    }
    for (number, name) in NAMES.iter().enumerate() {
        put(NAME_TEXTS + NAME_LEN * number as i32, name.as_bytes());
    }
    for (number, value) in [0, 5, MONEY + 1].iter().enumerate() {
        put(VALUES + 16 * number as i32, &value.to_le_bytes());
    }
    for (number, code) in codes.iter().enumerate() {
        put(CODES + 32 * number as i32, &code.0);
    }
    put(ASSET, &[7; 32]);
    put(KEY, &[8; 32]);
    put(PROOF, &[9; 32]);
    put(NOISE, &some_bytes(source, NOISE_BYTES));
    image
}

/// Which exports may be entered again, a lock group, a layout: each now and then.
fn access(source: &mut Unstructured<'_>) -> Vec<u8> {
    let mut records = Vec::new();
    let mut record = |kind: u8, bytes: &[u8]| {
        records.extend([kind, bytes.len() as u8]);
        records.extend_from_slice(bytes);
    };
    for name in NAMES {
        if one_in(source, 2) {
            record(ACCESS_REENTRANT, name.as_bytes());
        }
    }
    if one_in(source, 4) {
        record(ACCESS_LOCK_GROUP, &[1; 32]);
    }
    if one_in(source, 2) {
        let version = choose(source, &[1_u32, 2]);
        record(
            ACCESS_LAYOUT,
            &[&version.to_le_bytes()[..], &(version - 1).to_le_bytes(), &[version as u8; 32]].concat(),
        );
    }
    records
}

/// Makes the steps, some of them several times, and returns the hash of the memory's beginning.
fn body(source: &mut Unstructured<'_>, steps: &[Step], imports: &BTreeMap<&str, u32>) -> Function {
    let mut body = Function::new([(1, ValType::I32)]);
    for (number, step) in steps.iter().enumerate() {
        let rounds = if one_in(source, 4) { choose(source, &[2, 3, 17]) } else { 1 };
        body.instruction(&Instruction::I32Const(rounds)).instruction(&Instruction::LocalSet(0));
        body.instruction(&Instruction::Loop(BlockType::Empty));
        memory_work(source, &mut body);
        call_of(step, number as i32, imports[step.function.name], &mut body);
        body.instruction(&Instruction::LocalGet(0)).instruction(&Instruction::I32Const(1));
        body.instruction(&Instruction::I32Sub).instruction(&Instruction::LocalTee(0));
        body.instruction(&Instruction::BrIf(0)).instruction(&Instruction::End);
    }
    for argument in [0, HASHED, HASHED] {
        body.instruction(&Instruction::I32Const(argument));
    }
    body.instruction(&Instruction::Call(imports["blake3"]));
    body.instruction(&Instruction::I32Const(HASHED)).instruction(&Instruction::I32Const(32));
    body.instruction(&Instruction::Call(imports["return_data"])).instruction(&Instruction::End);
    body
}

/// Now and then fills, copies or grows.
fn memory_work(source: &mut Unstructured<'_>, body: &mut Function) {
    let (to, from, length) = (OUT + 512, NOISE, choose(source, &[0, 1, 63, 512]));
    match source.int_in_range(0..=7).unwrap_or(7) {
        0 => {
            for argument in [to, from, length] {
                body.instruction(&Instruction::I32Const(argument));
            }
            body.instruction(&Instruction::MemoryCopy { src_mem: 0, dst_mem: 0 });
        }
        1 => {
            for argument in [to, 0x5a, length] {
                body.instruction(&Instruction::I32Const(argument));
            }
            body.instruction(&Instruction::MemoryFill(0));
        }
        2 => {
            body.instruction(&Instruction::I32Const(ANSWERS - 8)).instruction(&Instruction::I32Const(1));
            body.instruction(&Instruction::MemoryGrow(0)).instruction(&Instruction::I32Store(AT));
        }
        _ => {}
    }
}

const AT: MemArg = MemArg { offset: 0, align: 0, memory_index: 0 };

/// The call, whose answer is stored.
fn call_of(step: &Step, number: i32, index: u32, body: &mut Function) {
    body.instruction(&Instruction::I32Const(ANSWERS + 8 * number));
    for (argument, kind) in step.arguments.iter().zip(step.function.parameters) {
        body.instruction(&match kind {
            Some(Type::I64) => Instruction::I64Const(*argument),
            _ => Instruction::I32Const(*argument as i32),
        });
    }
    body.instruction(&Instruction::Call(index));
    body.instruction(&match step.function.result {
        Some(Type::I32) => Instruction::I32Store(AT),
        Some(Type::I64) => Instruction::I64Store(AT),
        None => Instruction::Drop,
    });
}
