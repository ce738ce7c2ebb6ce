//! `tacit contract bindings`: typed clients of a contract, written from its spec. What is written depends on the spec
//! alone, so that it can be committed and compared.

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

/// `total_supply` as `TotalSupply`.
fn camel(name: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    name.split(['_', '-']).map(capital).collect()
}

/// A sentence of documentation that cannot end the comment around it.
fn comment(text: &str) -> String {
    text.replace("*/", "* /")
}

/// Whether the fields are a tuple's, whose names are numbers.
fn is_tuple(fields: &[tacit_wallet::contract::Field]) -> bool {
    fields.first().is_some_and(|field| field.name.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]
    use super::*;

    fn token() -> Spec {
        let code = include_bytes!("../../../../../../contracts/artifacts/token.wasm");
        super::super::module::spec_of(code).unwrap().unwrap()
    }

    #[test]
    fn names_become_names_of_types() {
        assert_eq!(
            (camel("total_supply"), camel("my-token"), camel("x")),
            ("TotalSupply".into(), "MyToken".into(), "X".into())
        );
        assert_eq!(comment("ends */ early"), "ends * / early");
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
            assert!(rust::write(spec).contains("pub fn "), "{name}");
            std::fs::write(folder.path().join(format!("{name}.ts")), typescript::write(spec)).unwrap();
        }
        let Some(tsc) = compiler() else { return };
        let files: Vec<String> = all.iter().map(|(name, _)| format!("{name}.ts")).collect();
        let mut options =
            vec!["--strict", "--noEmit", "--target", "es2022", "--module", "es2022", "--lib", "es2022,dom"];
        options.extend(files.iter().map(String::as_str));
        assert!(succeeds(&tsc, &options, folder.path()), "a client does not compile");
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

    fn succeeds(program: &str, arguments: &[&str], folder: &std::path::Path) -> bool {
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

    #[test]
    fn the_typescript_client_encodes_and_decodes_every_type() {
        let spec = Spec::parse(ALL.as_bytes()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("client.ts"), typescript::write(&spec)).unwrap();
        std::fs::write(folder.path().join("package.json"), "{\"type\":\"module\"}").unwrap();
        let Some(tsc) = compiler() else { return };
        let options = ["--strict", "--target", "es2022", "--module", "es2022", "--lib", "es2022,dom", "client.ts"];
        assert!(succeeds(&tsc, &options, folder.path()), "the client does not compile");
        let contract = tacit_types::Address([7; 32]).to_text(tacit_types::Network::Dev);
        let all = format!(
            r#"all={{"flag":true,"small":255,"large":18446744073709551615,"huge":"{}","amount":5,"who":"{contract}","asset":"native","array":"0x010203","bytes":"0x0a","text":"zü","list":[1,258],"option":null,"nested":{{"some":null}},"pair":[1,false],"line":[258,"ab"]}}"#,
            "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        );
        let typed = [all, r#"choices=["Nothing",{"One":{"of":9}},{"Two":[true,1]}]"#.to_owned()];
        let book = tacit_wallet::contract::AliasBook::default();
        let names = tacit_wallet::contract::Names { network: tacit_types::Network::Dev, aliases: &book };
        let expected = spec.encode_arguments(spec.function("put").unwrap(), &typed, names).unwrap();
        let script = SCRIPT.replace("CONTRACT", &contract).replace("EXPECTED", &format!("0x{}", hex::encode(expected)));
        std::fs::write(folder.path().join("test.mjs"), script).unwrap();
        assert!(succeeds("node", &["test.mjs"], folder.path()), "the client works otherwise than it should");
    }
}
