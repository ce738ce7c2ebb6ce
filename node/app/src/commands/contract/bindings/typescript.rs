//! A TypeScript client without dependencies: views ask a node, calls are prepared for a wallet to sign.
//!
//! What the class keeps for itself has names with `#`, and functions beside it names with `$`, which no spec can have.

use super::names::{camel, comment, given};
use std::collections::BTreeMap;
use std::fmt::Write;
use tacit_wallet::contract::{Case, Field, Function, Kind, Spec, Type};

const RUNTIME: &str = include_str!("../../../../templates/bindings/runtime.ts");
/// Words of the language, and what is written here beside the names of [`RUNTIME`].
const KEYWORDS: &str = "break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield any bigint boolean never number object string symbol undefined unknown BigInt Number Promise TextEncoder";

/// The client's source.
pub fn write(spec: &Spec) -> String {
    Client::new(spec).write()
}

/// Whether no type, class or constant can have this name: all of them stand in one file with [`RUNTIME`].
fn is_reserved(name: &str) -> bool {
    let code = RUNTIME.lines().filter(|line| !line.starts_with("//") && !line.starts_with("/*"));
    let mut words = code
        .flat_map(|line| line.split(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | '$')));
    KEYWORDS.split(' ').any(|word| word == name) || words.any(|word| word == name)
}

/// A spec, and how its names are written.
struct Client<'a> {
    spec: &'a Spec,
    class: String,
    /// Structs and enums by the spec's names.
    types: BTreeMap<&'a str, String>,
    events: Vec<String>,
    /// Tables of codes, one for each enum of errors.
    codes: Vec<String>,
    functions: Vec<String>,
    /// The functions that read events.
    decoders: Vec<String>,
}

impl<'a> Client<'a> {
    fn new(spec: &'a Spec) -> Self {
        let declared = || spec.structs.keys().chain(spec.enums.keys()).map(String::as_str);
        let events = spec.events.iter().map(|event| format!("{}Event", camel(&event.name)));
        let codes = spec.errors.iter().map(|errors| format!("{}Codes", errors.name));
        let wanted = declared().map(str::to_owned).chain(events).chain(codes).chain([camel(&spec.name)]);
        let mut types = given(&wanted.collect::<Vec<_>>(), is_reserved);
        let mut events = types.split_off(declared().count());
        let mut codes = events.split_off(spec.events.len());
        let class = codes.pop().unwrap_or_default();
        let mut named = BTreeMap::new();
        for (name, own) in declared().zip(types) {
            // A struct comes before an enum of the same name, here and in what values are.
            named.entry(name).or_insert(own);
        }
        let decoders = spec.events.iter().map(|event| format!("decode{}", camel(&event.name)));
        let wanted: Vec<String> = spec.functions.iter().map(|function| function.name.clone()).chain(decoders).collect();
        let mut functions = given(&wanted, |name| name == "constructor");
        let decoders = functions.split_off(spec.functions.len());
        Self { spec, class, types: named, events, codes, functions, decoders }
    }

    fn write(&self) -> String {
        let spec = self.spec;
        let mut text = format!(
            "// Typed access to the contract `{}` {}.\n// Written by `tacit contract bindings`; change the contract and write it again.\n",
            spec.name, spec.version
        );
        for (name, fields) in &spec.structs {
            let _ = write!(text, "\nexport type {} = {};\n", self.own(name), self.fields_type(fields));
        }
        for (name, cases) in self.enums() {
            let cases: Vec<String> = cases
                .iter()
                .map(|case| match case.fields.is_empty() {
                    true => format!("\"{}\"", case.name),
                    false => format!("{{ {}: {} }}", key(&case.name), self.fields_type(&case.fields)),
                })
                .collect();
            let cases = if cases.is_empty() { "never".to_owned() } else { cases.join(" | ") };
            let _ = write!(text, "\nexport type {} = {cases};\n", self.own(name));
        }
        for (event, own) in spec.events.iter().zip(&self.events) {
            let (doc, fields) = (comment(&event.doc), self.fields_type(&event.fields));
            let _ = match Field::are_numbered(&event.fields) {
                true => write!(text, "\n/** {doc} */\nexport type {own} = {fields};\n"),
                false => write!(text, "\n/** {doc} */\nexport interface {own} {fields}\n"),
            };
        }
        for (errors, own) in spec.errors.iter().zip(&self.codes) {
            let _ = write!(text, "\nexport const {own} = {{\n");
            for case in &errors.cases {
                let _ = write!(text, "  /** {} */\n  {}: {},\n", comment(&case.doc), key(&case.name), case.code);
            }
            text.push_str("} as const;\n");
        }
        self.class(&mut text);
        self.codecs(&mut text);
        text.push('\n');
        text.push_str(RUNTIME);
        text
    }

    /// How a struct or an enum is written.
    fn own(&self, name: &str) -> String {
        self.types.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The enums that no struct hides.
    fn enums(&self) -> impl Iterator<Item = (&'a String, &'a Vec<Case>)> {
        self.spec.enums.iter().filter(|(name, _)| !self.spec.structs.contains_key(*name))
    }

    fn class(&self, text: &mut String) {
        let spec = self.spec;
        let _ = write!(
            text,
            "\n/** {} */\nexport class {} {{\n  #url: string;\n  #contract: string;\n  #prefix: string;\n\n  /** A contract at an address, asked through a node such as http://127.0.0.1:26602. */\n  constructor(url: string, contract: string) {{\n    addressBytes(contract);\n    this.#url = url;\n    this.#contract = contract;\n    this.#prefix = contract.slice(0, contract.lastIndexOf(\"1\"));\n  }}\n",
            comment(&spec.doc),
            self.class
        );
        for (function, own) in spec.functions.iter().zip(&self.functions) {
            self.method(text, function, own);
        }
        for ((event, own), decoder) in spec.events.iter().zip(&self.events).zip(&self.decoders) {
            let _ = write!(
                text,
                "\n  /** Reads the data of an event `{}`. */\n  {decoder}(data: Hex): {own} {{\n    const reader = new $Reader(fromHex(data), this.#prefix);\n    const value: {own} = {};\n    reader.end();\n    return value;\n  }}\n",
                event.name,
                self.read_fields(&event.fields)
            );
        }
        text.push_str("}\n");
    }

    fn method(&self, text: &mut String, function: &Function, own: &str) {
        let arguments = match function.arguments.is_empty() {
            true => String::new(),
            false => format!("args: {}", self.fields_type(&function.arguments)),
        };
        let mut body = "    const writer = new $Writer();\n".to_owned();
        self.write_fields(&mut body, &function.arguments, "args", 4);
        let _ = write!(text, "\n  /** {} */\n", comment(&function.doc));
        let (name, result) = (&function.name, self.kind(&function.result));
        let _ = match function.kind {
            Kind::View => write!(
                text,
                "  async {own}({arguments}): Promise<{result}> {{\n{body}    const reader = new $Reader(await $view(this.#url, this.#contract, \"{name}\", writer.finish()), this.#prefix);\n    const value: {result} = {};\n    reader.end();\n    return value;\n  }}\n",
                self.read_value(&function.result)
            ),
            Kind::Call | Kind::Init | Kind::Migrate => write!(
                text,
                "  {own}({arguments}): PreparedCall {{\n{body}    return {{ contract: this.#contract, function: \"{name}\", input: toHex(writer.finish()) }};\n  }}\n"
            ),
        };
    }

    /// A function to write and one to read for every declared type: types may hold each other.
    fn codecs(&self, text: &mut String) {
        for (name, fields) in &self.spec.structs {
            let name = self.own(name);
            let _ = write!(text, "\nfunction $write_{name}(writer: $Writer, value: {name}): void {{\n");
            self.write_fields(text, fields, "value", 2);
            let _ = write!(
                text,
                "}}\n\nfunction $read_{name}(reader: $Reader): {name} {{\n  return {};\n}}\n",
                self.read_fields(fields)
            );
        }
        for (name, cases) in self.enums() {
            let name = self.own(name);
            let _ = write!(text, "\nfunction $write_{name}(writer: $Writer, value: {name}): void {{\n");
            for (number, case) in cases.iter().enumerate() {
                match case.fields.is_empty() {
                    true => {
                        let _ = writeln!(text, "  if (value === \"{}\") return writer.tag({number});", case.name);
                    }
                    false => {
                        let _ = write!(
                            text,
                            "  if (typeof value === \"object\" && \"{0}\" in value) {{\n    const held = value.{0};\n    writer.tag({number});\n",
                            case.name
                        );
                        self.write_fields(text, &case.fields, "held", 4);
                        text.push_str("    return;\n  }\n");
                    }
                }
            }
            text.push_str("  throw new Error(\"no such case\");\n}\n");
            let reads: Vec<String> = cases
                .iter()
                .map(|case| match case.fields.is_empty() {
                    true => format!("() => \"{}\"", case.name),
                    false => format!("() => ({{ {}: {} }})", key(&case.name), self.read_fields(&case.fields)),
                })
                .collect();
            let _ = write!(
                text,
                "\nfunction $read_{name}(reader: $Reader): {name} {{\n  const cases: (() => {name})[] = [{}];\n  return cases[reader.tag({})]!();\n}}\n",
                reads.join(", "),
                cases.len()
            );
        }
    }

    fn fields_type(&self, fields: &[Field]) -> String {
        if fields.is_empty() {
            return "{}".into();
        }
        if Field::are_numbered(fields) {
            return format!("[{}]", fields.iter().map(|field| self.kind(&field.kind)).collect::<Vec<_>>().join(", "));
        }
        let fields: Vec<String> =
            fields.iter().map(|field| format!("{}: {}", key(&field.name), self.kind(&field.kind))).collect();
        format!("{{ {} }}", fields.join("; "))
    }

    fn kind(&self, of: &Type) -> String {
        match of {
            Type::Bool => "boolean".into(),
            Type::Unsigned(1 | 2 | 4) => "number".into(),
            Type::Unsigned(_) | Type::U256 | Type::Units(_) | Type::Rate => "bigint".into(),
            Type::Timestamp | Type::Duration | Type::Height => "bigint".into(),
            Type::Address | Type::Text(_) => "string".into(),
            Type::AssetId | Type::Array(_) | Type::Bytes(_) => "Hex".into(),
            Type::List(element, _) => format!("({})[]", self.kind(element)),
            // An option of an option must tell nothing from something that is nothing.
            Type::Option(inner) if matches!(**inner, Type::Option(_)) => {
                format!("{{ some: {} }} | null", self.kind(inner))
            }
            Type::Option(inner) => format!("{} | null", self.kind(inner)),
            Type::Tuple(parts) if parts.is_empty() => "[]".into(),
            Type::Tuple(parts) => {
                format!("[{}]", parts.iter().map(|part| self.kind(part)).collect::<Vec<_>>().join(", "))
            }
            Type::Declared(name) => self.own(name),
        }
    }

    fn write_fields(&self, text: &mut String, fields: &[Field], value: &str, indent: usize) {
        for field in fields {
            let place = if Field::are_numbered(fields) {
                format!("{value}[{}]", field.name)
            } else {
                format!("{value}.{}", field.name)
            };
            self.write_value(text, &field.kind, &place, indent, 0);
        }
    }

    /// Lines that write `value`; `depth` keeps the names of nested elements apart.
    fn write_value(&self, text: &mut String, of: &Type, value: &str, indent: usize, depth: usize) {
        let space = " ".repeat(indent);
        let _ = match of {
            Type::Bool => writeln!(text, "{space}writer.bool({value});"),
            Type::Unsigned(bytes @ (1 | 2 | 4)) => writeln!(text, "{space}writer.number(BigInt({value}), {bytes});"),
            Type::Unsigned(bytes) => writeln!(text, "{space}writer.number({value}, {bytes});"),
            Type::Units(_) | Type::Rate => writeln!(text, "{space}writer.number({value}, 16);"),
            Type::Timestamp | Type::Duration | Type::Height => writeln!(text, "{space}writer.number({value}, 8);"),
            Type::U256 => writeln!(text, "{space}writer.number({value}, 32);"),
            Type::Address => writeln!(text, "{space}writer.address({value});"),
            Type::AssetId => writeln!(text, "{space}writer.fixed({value}, 32);"),
            Type::Array(length) => writeln!(text, "{space}writer.fixed({value}, {length});"),
            Type::Bytes(most) => writeln!(text, "{space}writer.counted(fromHex({value}), {most});"),
            Type::Text(most) => writeln!(text, "{space}writer.counted(new TextEncoder().encode({value}), {most});"),
            Type::List(element, most) => {
                let item = format!("item{depth}");
                let _ = write!(
                    text,
                    "{space}writer.count({value}.length, {most});\n{space}for (const {item} of {value}) {{\n"
                );
                self.write_value(text, element, &item, indent + 2, depth + 1);
                writeln!(text, "{space}}}")
            }
            Type::Option(inner) => {
                let held = format!("held{depth}");
                let some = if matches!(**inner, Type::Option(_)) { ".some" } else { "" };
                let _ = write!(
                    text,
                    "{space}if ({value} === null) {{\n{space}  writer.tag(0);\n{space}}} else {{\n{space}  writer.tag(1);\n{space}  const {held} = {value}{some};\n"
                );
                self.write_value(text, inner, &held, indent + 2, depth + 1);
                writeln!(text, "{space}}}")
            }
            Type::Tuple(parts) => {
                for (place, part) in parts.iter().enumerate() {
                    self.write_value(text, part, &format!("{value}[{place}]"), indent, depth);
                }
                Ok(())
            }
            Type::Declared(name) => writeln!(text, "{space}$write_{}(writer, {value});", self.own(name)),
        };
    }

    fn read_fields(&self, fields: &[Field]) -> String {
        if Field::are_numbered(fields) {
            return format!(
                "[{}]",
                fields.iter().map(|field| self.read_value(&field.kind)).collect::<Vec<_>>().join(", ")
            );
        }
        let fields: Vec<String> =
            fields.iter().map(|field| format!("{}: {}", key(&field.name), self.read_value(&field.kind))).collect();
        format!("{{ {} }}", fields.join(", "))
    }

    /// An expression that reads a value. The parts of literals are evaluated in their order.
    fn read_value(&self, of: &Type) -> String {
        match of {
            Type::Bool => "reader.tag(2) === 1".into(),
            Type::Unsigned(bytes @ (1 | 2 | 4)) => format!("Number(reader.number({bytes}))"),
            Type::Unsigned(bytes) => format!("reader.number({bytes})"),
            Type::Units(_) | Type::Rate => "reader.number(16)".into(),
            Type::Timestamp | Type::Duration | Type::Height => "reader.number(8)".into(),
            Type::U256 => "reader.number(32)".into(),
            Type::Address => "reader.address()".into(),
            Type::AssetId => "toHex(reader.take(32))".into(),
            Type::Array(length) => format!("toHex(reader.take({length}))"),
            Type::Bytes(most) => format!("toHex(reader.take(reader.count({most})))"),
            Type::Text(most) => format!("reader.text({most})"),
            Type::List(element, most) => {
                format!("reader.list({most}, (): {} => {})", self.kind(element), self.read_value(element))
            }
            Type::Option(inner) if matches!(**inner, Type::Option(_)) => {
                format!("(reader.tag(2) === 1 ? {{ some: {} }} : null)", self.read_value(inner))
            }
            Type::Option(inner) => format!("(reader.tag(2) === 1 ? {} : null)", self.read_value(inner)),
            Type::Tuple(parts) => {
                format!("[{}]", parts.iter().map(|part| self.read_value(part)).collect::<Vec<_>>().join(", "))
            }
            Type::Declared(name) => format!("$read_{}(reader)", self.own(name)),
        }
    }
}

/// The name of a property. Said plainly, this one name would set what an object inherits from.
fn key(name: &str) -> &str {
    if name == "__proto__" { "[\"__proto__\"]" } else { name }
}
