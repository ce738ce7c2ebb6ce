//! `tacit contract bindings`: typed clients of a contract, written from its spec. What is written depends on the spec
//! alone, so that it can be committed and compared.

mod names;
mod rust;
mod typescript;

use super::module::Module;
use crate::commands::output::{say_raw, tell};
use clap::{Args, ValueEnum};
use eyre::{Context, eyre};
use std::path::PathBuf;
use tacit_wallet::contract::{Spec, Type};

/// Write a typed client of a contract.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract bindings typescript token.wasm --out token.ts\n  tacit contract bindings rust token.wasm --out src/token.rs\n\nTypeScript needs nothing but a runtime with fetch; Rust needs the crate borsh with its derive macros."
)]
pub struct Bindings {
    /// The language.
    language: Language,
    /// The module.
    file: PathBuf,
    /// File to write; without it, the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A language of clients.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    Rust,
    Typescript,
}

impl Bindings {
    pub fn run(&self) -> eyre::Result<()> {
        let module = Module::read(&self.file)?;
        let spec = module.spec()?.ok_or_else(|| eyre!("{} has no section tacit.spec", self.file.display()))?;
        check(&spec)?;
        let text = match self.language {
            Language::Rust => rust::write(&spec),
            Language::Typescript => typescript::write(&spec),
        };
        match &self.out {
            Some(out) => {
                std::fs::write(out, text).wrap_err_with(|| format!("{} cannot be written", out.display()))?;
                tell!("{} is written", out.display());
            }
            None => say_raw!("{text}"),
        }
        Ok(())
    }
}

/// Every type that is named must be declared: what is written would not compile otherwise.
fn check(spec: &Spec) -> eyre::Result<()> {
    let functions = spec
        .functions
        .iter()
        .flat_map(|function| function.arguments.iter().map(|field| &field.kind).chain([&function.result]));
    let events = spec.events.iter().flat_map(|event| event.fields.iter().map(|field| &field.kind));
    let structs = spec.structs.values().flatten().map(|field| &field.kind);
    let enums = spec.enums.values().flatten().flat_map(|case| case.fields.iter().map(|field| &field.kind));
    functions.chain(events).chain(structs).chain(enums).try_for_each(|kind| declared(spec, kind))
}

fn declared(spec: &Spec, kind: &Type) -> eyre::Result<()> {
    match kind {
        Type::List(inner, _) | Type::Option(inner) => declared(spec, inner),
        Type::Tuple(parts) => parts.iter().try_for_each(|part| declared(spec, part)),
        Type::Declared(name) if !spec.structs.contains_key(name) && !spec.enums.contains_key(name) => {
            Err(eyre!("the spec does not say what `{name}` is"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]
    use super::*;
    use std::path::Path;

    fn token() -> Spec {
        let code = include_bytes!("../../../../../../contracts/artifacts/token.wasm");
        super::super::module::spec_of(code).unwrap().unwrap()
    }

    #[test]
    fn every_function_and_event_of_a_token_is_in_its_clients() {
        let (rust, typescript) = (rust::write(&token()), typescript::write(&token()));
        assert!(rust.contains("pub fn transfer(to: [u8; 32], amount: u128) -> Vec<u8>"), "{rust}");
        assert!(rust.contains("pub fn balance_of_output(bytes: &[u8]) -> std::io::Result<u128>"), "{rust}");
        assert!(rust.contains("pub struct Transferred"), "{rust}");
        assert!(typescript.contains("async balance_of(args: { holder: string }): Promise<bigint>"), "{typescript}");
        assert!(typescript.contains("transfer(args: { to: string; amount: bigint }): PreparedCall"), "{typescript}");
        assert!(typescript.contains("export interface TransferredEvent"), "{typescript}");
    }

    /// The specs of all committed modules, by file name without its ending.
    fn committed() -> Vec<(String, Spec)> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/artifacts");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let modules = files.filter(|file| file.extension().is_some_and(|extension| extension == "wasm"));
        let specs = modules.map(|file| {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let spec = super::super::module::spec_of(&std::fs::read(&file).unwrap());
            (name.clone(), spec.unwrap_or_else(|error| panic!("{name}: {error}")).unwrap())
        });
        specs.collect()
    }

    #[test]
    fn every_committed_contract_can_be_called_by_its_spec_and_has_clients_that_compile() {
        let all = committed();
        assert!(all.len() >= 12, "the committed modules were not found");
        let folder = tempfile::tempdir().unwrap();
        for (name, spec) in &all {
            assert!(check(spec).is_ok() && !spec.functions.is_empty(), "{name}");
            std::fs::write(folder.path().join(format!("{name}.rs")), rust::write(spec)).unwrap();
            std::fs::write(folder.path().join(format!("{name}.ts")), typescript::write(spec)).unwrap();
        }
        let modules: String = all.iter().map(|(name, _)| format!("pub mod {name};\n")).collect();
        std::fs::write(folder.path().join("clients.rs"), modules).unwrap();
        compile_rust(folder.path(), &["--crate-type=lib", "--emit=metadata", "clients.rs"]);
        let files: Vec<String> = all.iter().map(|(name, _)| format!("{name}.ts")).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        compile_typescript(folder.path(), &[&["--noEmit"], files.as_slice()].concat());
    }

    /// Compiles Rust with the borsh that this test itself was built with.
    fn compile_rust(folder: &Path, arguments: &[&str]) {
        let built = std::env::current_exe().unwrap().parent().unwrap().to_path_buf();
        let files = std::fs::read_dir(&built).unwrap().map(|entry| entry.unwrap().path());
        let is_borsh = |file: &PathBuf| {
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("libborsh-") && name.ends_with(".rlib")
        };
        // An older build may have left another beside it, which this compiler may not be able to read.
        let found: Vec<PathBuf> = files.filter(is_borsh).collect();
        let output = |borsh: &PathBuf, arguments: &[&str]| {
            let mut rustc = std::process::Command::new("rustc");
            rustc.args(["--edition=2024", "-Dwarnings", "--extern"]).arg(format!("borsh={}", borsh.display()));
            rustc.arg("-L").arg(format!("dependency={}", built.display())).args(arguments);
            rustc.current_dir(folder).output().unwrap()
        };
        std::fs::write(folder.join("probe.rs"), "#[derive(borsh::BorshSerialize)]\npub struct Probe(pub u8);\n")
            .unwrap();
        let works =
            |borsh: &&PathBuf| output(borsh, &["--crate-type=lib", "--emit=metadata", "probe.rs"]).status.success();
        let borsh = found.iter().find(works).unwrap_or_else(|| panic!("none of {found:?} can be used"));
        let output = output(borsh, arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn compile_typescript(folder: &Path, arguments: &[&str]) {
        let Some(tsc) = compiler() else { return };
        let options = ["--strict", "--target", "es2022", "--module", "es2022", "--lib", "es2022,dom"];
        assert!(succeeds(&tsc, &[&options, arguments].concat(), folder), "a client does not compile");
    }

    /// Names that a language keeps for itself, that what is written needs, or that stand twice in it.
    const HOSTILE: &str = r#"{"contract":"error","version":"1","spec":1}
{"function":"input","kind":"call","arguments":[{"name":"input","type":"u8"},{"name":"output","type":"u16"}]}
{"function":"url","kind":"view","arguments":[{"name":"url","type":"u8"},{"name":"args","type":"Text<3>"}],"result":"Vec"}
{"function":"contract","kind":"call","arguments":[{"name":"contract","type":"Address"}]}
{"function":"prefix","kind":"view","result":"(class,Self,Tuple)"}
{"function":"constructor","kind":"call","arguments":[{"name":"constructor","type":"u8"},{"name":"writer","type":"u8"}]}
{"function":"get","kind":"view","arguments":[{"name":"bytes","type":"borsh"},{"name":"self","type":"String"},{"name":"self_","type":"u8"}],"result":"List<Ok,3>"}
{"function":"get_output","kind":"view","arguments":[{"name":"ERROR_GONE","type":"u8"},{"name":"Tuple","type":"u8"}],"result":"u8"}
{"function":"match","kind":"call","arguments":[{"name":"match","type":"u8"},{"name":"fn","type":"u8"},{"name":"_","type":"u8"}]}
{"function":"Tuple","kind":"call"}
{"function":"a-b","kind":"call"}
{"function":"a_b","kind":"call"}
{"function":"decodePutIt","kind":"call"}
{"function":"many","kind":"call","arguments":[MANY]}
{"event":"put_it","fields":[{"name":"0","type":"u8"},{"name":"1","type":"Vec"}]}
{"event":"PutIt","fields":[{"name":"type","type":"u8"},{"name":"type_","type":"u8"},{"name":"__proto__","type":"u8"}]}
{"event":"_","fields":[]}
{"error":"Error","cases":[{"name":"Gone","code":7},{"name":"self","code":8},{"name":"Self","code":9}]}
{"error":"ERROR","cases":[{"name":"GONE","code":7}]}
{"struct":"Vec","fields":[{"name":"fn","type":"u8"},{"name":"await","type":"Promise"}]}
{"struct":"String","fields":[{"name":"text","type":"Text<3>"}]}
{"struct":"Promise","fields":[]}
{"struct":"class","fields":[{"name":"self","type":"u8"}]}
{"struct":"Self","fields":[{"name":"super","type":"PutItEvent"}]}
{"struct":"PutItEvent","fields":[{"name":"crate","type":"TextEncoder"}]}
{"struct":"TextEncoder","fields":[{"name":"list","type":"List<u8,3>"}]}
{"struct":"Tuple","fields":[{"name":"0","type":"bool"}]}
{"struct":"borsh","fields":[{"name":"std","type":"u8"}]}
{"enum":"Ok","cases":[{"name":"Some","fields":[{"name":"writer","type":"u8"},{"name":"reader","type":"u8"},{"name":"writer_","type":"u8"},{"name":"variant_idx","type":"u8"}]},{"name":"None"},{"name":"Self","fields":[{"name":"0","type":"Option<u8>"}]}]}
"#;

    #[test]
    fn no_name_in_a_spec_breaks_a_client() {
        let many: Vec<String> = (0..45).map(|number| format!(r#"{{"name":"a{number}","type":"u8"}}"#)).collect();
        let spec = Spec::parse(HOSTILE.replace("MANY", &many.join(",")).as_bytes()).unwrap();
        assert!(check(&spec).is_ok());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("hostile.rs"), rust::write(&spec)).unwrap();
        std::fs::write(folder.path().join("hostile.ts"), typescript::write(&spec)).unwrap();
        let numbers = |count: u8| (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
        let main = format!(
            "mod hostile;\nfn main() {{\n    assert_eq!(hostile::input(1, 2), [1, 2, 0]);\n    assert_eq!(hostile::many({0}), [{0}]);\n    assert!(hostile::Tuple_().is_empty());\n    assert_eq!(hostile::get_output_output(&[9]).unwrap(), 9);\n}}\n",
            numbers(45)
        );
        std::fs::write(folder.path().join("main.rs"), main).unwrap();
        compile_rust(folder.path(), &["main.rs"]);
        assert!(succeeds("./main", &[], folder.path()), "the Rust client encodes otherwise than it should");
        compile_typescript(folder.path(), &["--noEmit", "hostile.ts"]);
    }

    #[test]
    fn a_type_that_nobody_declares_is_refused() {
        let spec = "{\"contract\":\"x\",\"spec\":1}\n{\"event\":\"E\",\"fields\":[{\"name\":\"a\",\"type\":\"Option<Lost>\"}]}\n";
        assert!(check(&Spec::parse(spec.as_bytes()).unwrap()).is_err());
        assert!(check(&token()).is_ok());
    }

    const ALL: &str = r#"{"contract":"all-types","version":"1","spec":1,"doc":"Everything */ at once."}
{"function":"put","kind":"call","arguments":[{"name":"all","type":"All"},{"name":"choices","type":"List<Choice,3>"}],"result":"()"}
{"function":"get","kind":"view","arguments":[{"name":"of","type":"Address"}],"result":"Option<All>","doc":"Asks."}
{"event":"Put","fields":[{"name":"all","type":"All"},{"name":"choices","type":"List<Choice,3>"}]}
{"error":"Error","cases":[{"name":"Gone","code":7}]}
{"struct":"All","fields":[{"name":"flag","type":"bool"},{"name":"small","type":"u8"},{"name":"large","type":"u64"},{"name":"huge","type":"U256"},{"name":"amount","type":"Amount"},{"name":"who","type":"Address"},{"name":"asset","type":"AssetId"},{"name":"array","type":"[u8;3]"},{"name":"bytes","type":"Bytes<4>"},{"name":"text","type":"Text<8>"},{"name":"list","type":"List<u16,3>"},{"name":"option","type":"Option<u8>"},{"name":"nested","type":"Option<Option<bool>>"},{"name":"pair","type":"(u8,bool)"},{"name":"line","type":"Line"}]}
{"struct":"Line","fields":[{"name":"0","type":"u16"},{"name":"1","type":"Option<Text<3>>"}]}
{"enum":"Choice","cases":[{"name":"Nothing"},{"name":"One","fields":[{"name":"of","type":"u8"}]},{"name":"Two","fields":[{"name":"0","type":"bool"},{"name":"1","type":"u8"}]}]}
"#;

    const SCRIPT: &str = r#"
import { AllTypes, ErrorCodes, TacitError } from "./client.js";
const client = new AllTypes("http://127.0.0.1:9", "CONTRACT");
const all = { flag: true, small: 255, large: 2n ** 64n - 1n, huge: 2n ** 256n - 1n, amount: 5n, who: "CONTRACT", asset: "0x" + "00".repeat(32), array: "0x010203", bytes: "0x0a", text: "zü", list: [1, 258], option: null, nested: { some: null }, pair: [1, false], line: [258, "ab"] };
const choices = ["Nothing", { One: { of: 9 } }, { Two: [true, 1] }];
const call = client.put({ all, choices });
if (call.input !== "EXPECTED" || call.function !== "put") throw new Error(`encoded ${call.input}`);
const text = (value) => JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part));
const read = client.decodePut(call.input);
if (text(read) !== text({ all, choices })) throw new Error(`decoded ${text(read)}`);
const fails = (what, run) => { try { run(); } catch { return; } throw new Error(`${what} was taken`); };
fails("a byte too many", () => client.decodePut(call.input + "00"));
fails("a byte too few", () => client.decodePut(call.input.slice(0, -2)));
fails("a number too large", () => client.put({ all: { ...all, small: 256 }, choices }));
fails("a list too long", () => client.put({ all, choices: Array(4).fill("Nothing") }));
fails("an address with a wrong letter", () => client.put({ all: { ...all, who: "CONTRACT".replace(/.$/, (last) => (last === "q" ? "p" : "q")) }, choices }));
if (ErrorCodes.Gone !== 7) throw new Error("codes");
globalThis.fetch = async (url, request) => {
  const asked = JSON.parse(request.body);
  if (asked.method !== "contract_view" || asked.params[1] !== "get") throw new Error(request.body);
  return { json: async () => ({ result: { output: "0x00" } }) };
};
if ((await client.get({ of: "CONTRACT" })) !== null) throw new Error("a view");
globalThis.fetch = async () => ({ json: async () => ({ error: { code: -32004, message: "no" } }) });
await client.get({ of: "CONTRACT" }).then(() => { throw new Error("no error"); }, (error) => { if (!(error instanceof TacitError)) throw error; });
"#;

    fn succeeds(program: &str, arguments: &[&str], folder: &Path) -> bool {
        let output = std::process::Command::new(program).args(arguments).current_dir(folder).output();
        output.is_ok_and(|output| {
            if !output.status.success() {
                eprintln!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            }
            output.status.success()
        })
    }

    /// The TypeScript compiler, which npm brings once. Where it cannot be had, that is said, and what needs it is left out
    /// unless `TACIT_INTEROP=required`.
    fn compiler() -> Option<String> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/typescript/setup.sh");
        let output = std::process::Command::new("sh").arg(script).output().unwrap();
        if output.status.success() {
            return Some(String::from_utf8(output.stdout).unwrap().trim().to_owned());
        }
        eprintln!("left out: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!std::env::var("TACIT_INTEROP").is_ok_and(|value| value == "required"), "TypeScript is required");
        None
    }

    /// A contract of the spec [`ALL`], and the input of `put` for the values in [`SCRIPT`] and [`MAIN`], as the wallet encodes it.
    fn encoded(spec: &Spec) -> (String, String) {
        let contract = tacit_types::Address([7; 32]).to_text(tacit_types::Network::Dev);
        let all = format!(
            r#"all={{"flag":true,"small":255,"large":18446744073709551615,"huge":"{}","amount":5,"who":"{contract}","asset":"native","array":"0x010203","bytes":"0x0a","text":"zü","list":[1,258],"option":null,"nested":{{"some":null}},"pair":[1,false],"line":[258,"ab"]}}"#,
            "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        );
        let typed = [all, r#"choices=["Nothing",{"One":{"of":9}},{"Two":[true,1]}]"#.to_owned()];
        let book = tacit_wallet::contract::AliasBook::default();
        let names = tacit_wallet::contract::Names { network: tacit_types::Network::Dev, aliases: &book };
        let expected = spec.encode_arguments(spec.function("put").unwrap(), &typed, names).unwrap();
        (contract, hex::encode(expected))
    }

    const MAIN: &str = r#"
mod client;
use client::*;
fn main() {
    let line = Line(258, Some("ab".into()));
    let all = All { flag: true, small: 255, large: u64::MAX, huge: [255; 32], amount: 5, who: [7; 32], asset: [0; 32], array: [1, 2, 3], bytes: vec![10], text: "zü".into(), list: vec![1, 258], option: None, nested: Some(None), pair: (1, false), line };
    let choices = vec![Choice::Nothing, Choice::One { of: 9 }, Choice::Two(true, 1)];
    let input = put(all.clone(), choices.clone());
    let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "EXPECTED");
    assert_eq!(Put::decode(&input).unwrap(), Put { all, choices });
    assert!(Put::decode(&input[1..]).is_err() && Put::decode(&[input.as_slice(), &[0]].concat()).is_err());
    assert_eq!((get_output(&[0]).unwrap(), Put::NAME, ERROR_GONE), (None, "Put", 7));
}
"#;

    #[test]
    fn the_rust_client_encodes_and_decodes_every_type() {
        let spec = Spec::parse(ALL.as_bytes()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("client.rs"), rust::write(&spec)).unwrap();
        std::fs::write(folder.path().join("main.rs"), MAIN.replace("EXPECTED", &encoded(&spec).1)).unwrap();
        compile_rust(folder.path(), &["main.rs"]);
        assert!(succeeds("./main", &[], folder.path()), "the client works otherwise than it should");
    }

    #[test]
    fn the_typescript_client_encodes_and_decodes_every_type() {
        let spec = Spec::parse(ALL.as_bytes()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("client.ts"), typescript::write(&spec)).unwrap();
        std::fs::write(folder.path().join("package.json"), "{\"type\":\"module\"}").unwrap();
        if compiler().is_none() {
            return;
        }
        compile_typescript(folder.path(), &["client.ts"]);
        let (contract, expected) = encoded(&spec);
        let script = SCRIPT.replace("CONTRACT", &contract).replace("EXPECTED", &format!("0x{expected}"));
        std::fs::write(folder.path().join("test.mjs"), script).unwrap();
        assert!(succeeds("node", &["test.mjs"], folder.path()), "the client works otherwise than it should");
    }
}
