//! A Rust client: inputs, outputs and events of a contract. The encoding of contracts' values is borsh's for these types.
//!
//! The functions have no variables of their own, so that an argument may have any name.

use super::names::{camel, comment, given, shouting};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use tacit_wallet::contract::{Case, Field, Function, Kind, Spec, Type};

const DERIVE: &str = "#[derive(Debug, Clone, PartialEq, Eq, borsh::BorshSerialize, borsh::BorshDeserialize)]";
/// Most values that borsh takes together.
const TOGETHER: usize = 20;
/// Words of the language.
const KEYWORDS: &str = "abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true try type typeof unsafe unsized use virtual where while yield Self _";
/// What is written here by these names, or by what borsh derives.
const USED: &str = "Vec String Option Some None Ok Err bool u8 u16 u32 u64 u128 str std core borsh";
/// Variables of the functions that borsh derives for an enum, beside those of the values in its cases.
const DERIVED: &str = "reader writer variant_idx variant_tag discriminant";

/// The client's source.
pub fn write(spec: &Spec) -> String {
    Client::new(spec).write()
}

fn is_reserved(name: &str) -> bool {
    [KEYWORDS, USED].iter().any(|list| is_among(list, name))
}

fn is_among(list: &str, name: &str) -> bool {
    list.split(' ').any(|word| word == name)
}

/// A spec, and how its names are written.
struct Client<'a> {
    spec: &'a Spec,
    /// Structs and enums by the spec's names.
    types: BTreeMap<&'a str, String>,
    events: Vec<String>,
    functions: Vec<String>,
    /// The functions that read what the spec's functions return.
    outputs: Vec<String>,
    /// Codes of errors, in the order of the spec.
    codes: Vec<String>,
    /// What no argument can be named: Rust would take the name for the constant or the tuple.
    constants: BTreeSet<String>,
}

impl<'a> Client<'a> {
    fn new(spec: &'a Spec) -> Self {
        let declared = || spec.structs.keys().chain(spec.enums.keys()).map(String::as_str);
        let events = spec.events.iter().map(|event| camel(&event.name));
        let mut types = given(&declared().map(str::to_owned).chain(events).collect::<Vec<_>>(), is_reserved);
        let events = types.split_off(declared().count());
        let mut named = BTreeMap::new();
        for (name, own) in declared().zip(types) {
            // A struct comes before an enum of the same name, here and in what values are.
            named.entry(name).or_insert(own);
        }
        let tuples = spec.structs.iter().filter(|(_, fields)| Field::are_numbered(fields));
        let tuples = tuples.filter_map(|(name, _)| named.get(name.as_str()).cloned());
        let event_tuples = spec.events.iter().zip(&events).filter(|(event, _)| Field::are_numbered(&event.fields));
        let tuples: Vec<String> = tuples.chain(event_tuples.map(|(_, own)| own.clone())).collect();
        let functions = spec.functions.iter().map(|function| function.name.clone());
        let outputs = spec.functions.iter().map(|function| format!("{}_output", function.name));
        let codes = spec.errors.iter().flat_map(|errors| {
            errors.cases.iter().map(|case| format!("{}_{}", shouting(&errors.name), shouting(&case.name)))
        });
        let wanted: Vec<String> = tuples.iter().cloned().chain(functions).chain(outputs).chain(codes).collect();
        let mut functions = given(&wanted, is_reserved).split_off(tuples.len());
        let mut outputs = functions.split_off(spec.functions.len());
        let codes = outputs.split_off(spec.functions.len());
        let constants = tuples.into_iter().chain(codes.iter().cloned()).collect();
        Self { spec, types: named, events, functions, outputs, codes, constants }
    }

    fn write(&self) -> String {
        let spec = self.spec;
        let mut text = format!(
            "//! Typed access to the contract `{}` {}: inputs for `tx_submit` and `contract_view`, outputs and events.\n//! Written by `tacit contract bindings`; change the contract and write it again.\n#![allow(dead_code, non_camel_case_types, non_snake_case)]\n",
            spec.name, spec.version
        );
        for (name, fields) in &spec.structs {
            self.declare(&mut text, &self.own(name), fields);
        }
        for (name, cases) in spec.enums.iter().filter(|(name, _)| !spec.structs.contains_key(*name)) {
            self.enumerate(&mut text, &self.own(name), cases);
        }
        for (event, own) in spec.events.iter().zip(&self.events) {
            let _ = write!(text, "\n/// {}", comment(&event.doc));
            self.declare(&mut text, own, &event.fields);
            let _ = write!(
                text,
                "\nimpl {own} {{\n    /// The event's first topic is this name, padded with zeros.\n    pub const NAME: &'static str = \"{}\";\n\n    /// Reads an event's data.\n    pub fn decode(bytes: &[u8]) -> std::io::Result<Self> {{\n        borsh::from_slice(bytes)\n    }}\n}}\n",
                event.name
            );
        }
        for ((function, own), output) in spec.functions.iter().zip(&self.functions).zip(&self.outputs) {
            self.input(&mut text, function, own);
            if function.kind == Kind::Call || function.kind == Kind::View {
                let _ = write!(
                    text,
                    "\n/// What `{}` returned.\npub fn {output}(bytes: &[u8]) -> std::io::Result<{}> {{\n    borsh::from_slice(bytes)\n}}\n",
                    function.name,
                    self.kind(&function.result)
                );
            }
        }
        let cases = spec.errors.iter().flat_map(|errors| &errors.cases);
        for (case, own) in cases.zip(&self.codes) {
            let _ = write!(text, "\n/// {}\npub const {own}: u32 = {};\n", comment(&case.doc), case.code);
        }
        text
    }

    /// How a struct or an enum is written.
    fn own(&self, name: &str) -> String {
        self.types.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    fn declare(&self, text: &mut String, own: &str, fields: &[Field]) {
        if Field::are_numbered(fields) {
            let parts: Vec<String> = fields.iter().map(|field| format!("pub {}", self.kind(&field.kind))).collect();
            let _ = write!(text, "\n{DERIVE}\npub struct {own}({});\n", parts.join(", "));
            return;
        }
        let _ = write!(text, "\n{DERIVE}\npub struct {own} {{\n");
        for (field, name) in fields.iter().zip(given(&names(fields), is_reserved)) {
            if !field.doc.is_empty() {
                let _ = writeln!(text, "    /// {}", comment(&field.doc));
            }
            let _ = writeln!(text, "    pub {name}: {},", self.kind(&field.kind));
        }
        text.push_str("}\n");
    }

    fn enumerate(&self, text: &mut String, own: &str, cases: &[Case]) {
        let _ = write!(text, "\n{DERIVE}\npub enum {own} {{\n");
        let wanted: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        for (case, name) in cases.iter().zip(given(&wanted, is_reserved)) {
            let kinds = case.fields.iter().map(|field| self.kind(&field.kind));
            let held = match (case.fields.is_empty(), Field::are_numbered(&case.fields)) {
                (true, _) => String::new(),
                (_, true) => format!("({})", kinds.collect::<Vec<_>>().join(", ")),
                _ => {
                    let is_reserved = |name: &str| is_reserved(name) || is_among(DERIVED, name);
                    let names = given(&names(&case.fields), is_reserved);
                    let fields = names.iter().zip(kinds).map(|(name, kind)| format!("{name}: {kind}"));
                    format!(" {{ {} }}", fields.collect::<Vec<_>>().join(", "))
                }
            };
            let _ = writeln!(text, "    {name}{held},");
        }
        text.push_str("}\n");
    }

    fn input(&self, text: &mut String, function: &Function, own: &str) {
        let is_reserved = |name: &str| is_reserved(name) || self.constants.contains(name);
        let names = given(&names(&function.arguments), is_reserved);
        let parameters = names.iter().zip(&function.arguments);
        let parameters: Vec<String> =
            parameters.map(|(name, field)| format!("{name}: {}", self.kind(&field.kind))).collect();
        let body = match names.is_empty() {
            true => "Vec::new()".to_owned(),
            false => format!("borsh::to_vec(&{}).expect(\"a vector takes everything\")", together(&names)),
        };
        let _ = write!(
            text,
            "\n/// The input of `{}`. {}\npub fn {own}({}) -> Vec<u8> {{\n    {body}\n}}\n",
            function.name,
            comment(&function.doc),
            parameters.join(", ")
        );
    }

    fn kind(&self, of: &Type) -> String {
        match of {
            Type::Bool => "bool".into(),
            Type::Unsigned(bytes) => format!("u{}", bytes * 8),
            Type::Units(_) | Type::Rate => "u128".into(),
            Type::Timestamp | Type::Duration | Type::Height => "u64".into(),
            Type::U256 | Type::Address | Type::AssetId => "[u8; 32]".into(),
            Type::Array(length) => format!("[u8; {length}]"),
            Type::Bytes(_) => "Vec<u8>".into(),
            Type::Text(_) => "String".into(),
            Type::List(element, _) => format!("Vec<{}>", self.kind(element)),
            Type::Option(inner) => format!("Option<{}>", self.kind(inner)),
            Type::Tuple(parts) => match parts.as_slice() {
                [only] => format!("({},)", self.kind(only)),
                parts => format!("({})", parts.iter().map(|part| self.kind(part)).collect::<Vec<_>>().join(", ")),
            },
            Type::Declared(name) => self.own(name),
        }
    }
}

fn names(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|field| field.name.as_str()).collect()
}

/// The values as one tuple, whose encoding is theirs one after the other.
fn together(names: &[String]) -> String {
    let parts = |names: &[String]| names.iter().map(|name| format!("&{name}, ")).collect::<String>();
    if names.len() <= TOGETHER {
        return format!("({})", parts(names).trim_end());
    }
    let groups = names.chunks(TOGETHER).map(|group| format!("({}), ", parts(group).trim_end()));
    format!("({})", groups.collect::<String>().trim_end())
}
