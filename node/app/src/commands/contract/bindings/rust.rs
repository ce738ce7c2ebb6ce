//! A Rust client: inputs, outputs and events of a contract. The encoding of contracts' values is borsh's for these types.

use super::{camel, comment, is_tuple};
use std::fmt::Write;
use tacit_wallet::contract::{Field, Function, Kind, Spec, Type};

const DERIVE: &str = "#[derive(Debug, Clone, PartialEq, Eq, borsh::BorshSerialize, borsh::BorshDeserialize)]";

/// The client's source.
pub fn write(spec: &Spec) -> String {
    let mut text = format!(
        "//! Typed access to the contract `{}` {}: inputs for `tx_submit` and `contract_view`, outputs and events.\n//! Written by `tacit contract bindings`; change the contract and write it again.\n#![allow(dead_code)]\n\nuse borsh::{{BorshDeserialize, BorshSerialize}};\n",
        spec.name, spec.version
    );
    for (name, fields) in &spec.structs {
        declare(&mut text, name, fields);
    }
    for (name, cases) in &spec.enums {
        let _ = write!(text, "\n{DERIVE}\npub enum {name} {{\n");
        for case in cases {
            let fields = case.fields.iter();
            let held = match (case.fields.is_empty(), is_tuple(&case.fields)) {
                (true, _) => String::new(),
                (_, true) => format!("({})", fields.map(|field| kind(&field.kind)).collect::<Vec<_>>().join(", ")),
                _ => format!(
                    " {{ {} }}",
                    fields.map(|field| format!("{}: {}", field.name, kind(&field.kind))).collect::<Vec<_>>().join(", ")
                ),
            };
            let _ = writeln!(text, "    {}{held},", case.name);
        }
        text.push_str("}\n");
    }
    for event in &spec.events {
        let _ = write!(text, "\n/// {}", comment(&event.doc));
        declare(&mut text, &camel(&event.name), &event.fields);
        let _ = write!(
            text,
            "\nimpl {} {{\n    /// The event's first topic is this name, padded with zeros.\n    pub const NAME: &str = \"{}\";\n\n    /// Reads an event's data.\n    pub fn decode(bytes: &[u8]) -> std::io::Result<Self> {{\n        Self::try_from_slice(bytes)\n    }}\n}}\n",
            camel(&event.name),
            event.name
        );
    }
    for function in &spec.functions {
        input(&mut text, function);
        if function.kind == Kind::Call || function.kind == Kind::View {
            let _ = write!(
                text,
                "\n/// What `{0}` returned.\npub fn {0}_output(bytes: &[u8]) -> std::io::Result<{1}> {{\n    BorshDeserialize::try_from_slice(bytes)\n}}\n",
                function.name,
                kind(&function.result)
            );
        }
    }
    for errors in &spec.errors {
        for case in &errors.cases {
            let _ = write!(
                text,
                "\n/// {}\npub const {}_{}: u32 = {};\n",
                comment(&case.doc),
                shouting(&errors.name),
                shouting(&case.name),
                case.code
            );
        }
    }
    text
}

fn declare(text: &mut String, name: &str, fields: &[Field]) {
    if is_tuple(fields) {
        let parts: Vec<String> = fields.iter().map(|field| format!("pub {}", kind(&field.kind))).collect();
        let _ = write!(text, "\n{DERIVE}\npub struct {name}({});\n", parts.join(", "));
        return;
    }
    let _ = write!(text, "\n{DERIVE}\npub struct {name} {{\n");
    for field in fields {
        if !field.doc.is_empty() {
            let _ = writeln!(text, "    /// {}", comment(&field.doc));
        }
        let _ = writeln!(text, "    pub {}: {},", field.name, kind(&field.kind));
    }
    text.push_str("}\n");
}

fn input(text: &mut String, function: &Function) {
    let arguments: Vec<String> =
        function.arguments.iter().map(|field| format!("{}: {}", field.name, kind(&field.kind))).collect();
    let names: Vec<&str> = function.arguments.iter().map(|field| field.name.as_str()).collect();
    let _ = write!(
        text,
        "\n/// The input of `{}`. {}\npub fn {}({}) -> Vec<u8> {{\n    let mut input = Vec::new();\n",
        function.name,
        comment(&function.doc),
        function.name,
        arguments.join(", ")
    );
    for name in names {
        let _ = writeln!(text, "    {name}.serialize(&mut input).expect(\"a vector takes everything\");");
    }
    text.push_str("    input\n}\n");
    if function.arguments.is_empty() {
        *text = text.replace("let mut input = Vec::new();\n    input\n", "Vec::new()\n");
    }
}

fn kind(of: &Type) -> String {
    match of {
        Type::Bool => "bool".into(),
        Type::Unsigned(bytes) => format!("u{}", bytes * 8),
        Type::Units(_) | Type::Rate => "u128".into(),
        Type::Timestamp | Type::Duration | Type::Height => "u64".into(),
        Type::U256 | Type::Address | Type::AssetId => "[u8; 32]".into(),
        Type::Array(length) => format!("[u8; {length}]"),
        Type::Bytes(_) => "Vec<u8>".into(),
        Type::Text(_) => "String".into(),
        Type::List(element, _) => format!("Vec<{}>", kind(element)),
        Type::Option(inner) => format!("Option<{}>", kind(inner)),
        Type::Tuple(parts) => match parts.as_slice() {
            [only] => format!("({},)", kind(only)),
            parts => format!("({})", parts.iter().map(kind).collect::<Vec<_>>().join(", ")),
        },
        Type::Declared(name) => name.clone(),
    }
}

/// `InsufficientBalance` as `INSUFFICIENT_BALANCE`.
fn shouting(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}
