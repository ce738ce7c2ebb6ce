//! A TypeScript client without dependencies: views ask a node, calls are prepared for a wallet to sign.

use super::{camel, comment, is_tuple};
use std::fmt::Write;
use tacit_wallet::contract::{Field, Kind, Spec, Type};

const RUNTIME: &str = include_str!("../../../../templates/bindings/runtime.ts");

/// The client's source.
pub fn write(spec: &Spec) -> String {
    let mut text = format!(
        "// Typed access to the contract `{}` {}.\n// Written by `tacit contract bindings`; change the contract and write it again.\n",
        spec.name, spec.version
    );
    for (name, fields) in &spec.structs {
        let _ = write!(text, "\nexport type {name} = {};\n", fields_type(fields));
    }
    for (name, cases) in &spec.enums {
        let cases: Vec<String> = cases
            .iter()
            .map(|case| match case.fields.is_empty() {
                true => format!("\"{}\"", case.name),
                false => format!("{{ {}: {} }}", case.name, fields_type(&case.fields)),
            })
            .collect();
        let cases = if cases.is_empty() { "never".to_owned() } else { cases.join(" | ") };
        let _ = write!(text, "\nexport type {name} = {cases};\n");
    }
    for event in &spec.events {
        let _ = write!(
            text,
            "\n/** {} */\nexport interface {}Event {}\n",
            comment(&event.doc),
            camel(&event.name),
            fields_type(&event.fields)
        );
    }
    for errors in &spec.errors {
        let _ = write!(text, "\nexport const {}Codes = {{\n", errors.name);
        for case in &errors.cases {
            let _ = write!(text, "  /** {} */\n  {}: {},\n", comment(&case.doc), case.name, case.code);
        }
        text.push_str("} as const;\n");
    }
    class(&mut text, spec);
    codecs(&mut text, spec);
    text.push('\n');
    text.push_str(RUNTIME);
    text
}

fn class(text: &mut String, spec: &Spec) {
    let _ = write!(
        text,
        "\n/** {} */\nexport class {} {{\n  url: string;\n  contract: string;\n  prefix: string;\n\n  /** A contract at an address, asked through a node such as http://127.0.0.1:26602. */\n  constructor(url: string, contract: string) {{\n    addressBytes(contract);\n    this.url = url;\n    this.contract = contract;\n    this.prefix = contract.slice(0, contract.lastIndexOf(\"1\"));\n  }}\n",
        comment(&spec.doc),
        camel(&spec.name)
    );
    for function in &spec.functions {
        let arguments = match function.arguments.is_empty() {
            true => String::new(),
            false => format!("args: {}", fields_type(&function.arguments)),
        };
        let mut body = "    const writer = new $Writer();\n".to_owned();
        for field in &function.arguments {
            write_value(&mut body, &field.kind, &format!("args.{}", field.name), 4, 0);
        }
        let _ = write!(text, "\n  /** {} */\n", comment(&function.doc));
        match function.kind {
            Kind::View => {
                let mut read = String::new();
                let expression = read_value(&function.result);
                let _ = write!(
                    read,
                    "    const reader = new $Reader(await $view(this.url, this.contract, \"{}\", writer.finish()), this.prefix);\n    const value: {} = {expression};\n    reader.end();\n    return value;\n",
                    function.name,
                    kind(&function.result)
                );
                let _ = write!(
                    text,
                    "  async {}({arguments}): Promise<{}> {{\n{body}{read}  }}\n",
                    function.name,
                    kind(&function.result)
                );
            }
            Kind::Call | Kind::Init | Kind::Migrate => {
                let _ = write!(
                    text,
                    "  {0}({arguments}): PreparedCall {{\n{body}    return {{ contract: this.contract, function: \"{0}\", input: toHex(writer.finish()) }};\n  }}\n",
                    function.name
                );
            }
        }
    }
    for event in &spec.events {
        let _ = write!(
            text,
            "\n  /** Reads the data of an event `{0}`. */\n  decode{1}(data: Hex): {1}Event {{\n    const reader = new $Reader(fromHex(data), this.prefix);\n    const value: {1}Event = {2};\n    reader.end();\n    return value;\n  }}\n",
            event.name,
            camel(&event.name),
            read_fields(&event.fields)
        );
    }
    text.push_str("}\n");
}

/// A function to write and one to read for every declared type: types may hold each other.
fn codecs(text: &mut String, spec: &Spec) {
    for (name, fields) in &spec.structs {
        let _ = write!(text, "\nfunction $write_{name}(writer: $Writer, value: {name}): void {{\n");
        write_fields(text, fields, "value", 2);
        let _ = write!(
            text,
            "}}\n\nfunction $read_{name}(reader: $Reader): {name} {{\n  return {};\n}}\n",
            read_fields(fields)
        );
    }
    for (name, cases) in &spec.enums {
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
                    write_fields(text, &case.fields, "held", 4);
                    text.push_str("    return;\n  }\n");
                }
            }
        }
        text.push_str("  throw new Error(\"no such case\");\n}\n");
        let reads: Vec<String> = cases
            .iter()
            .map(|case| match case.fields.is_empty() {
                true => format!("() => \"{}\"", case.name),
                false => format!("() => ({{ {}: {} }})", case.name, read_fields(&case.fields)),
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

fn fields_type(fields: &[Field]) -> String {
    if fields.is_empty() {
        return "{}".into();
    }
    if is_tuple(fields) {
        return format!("[{}]", fields.iter().map(|field| kind(&field.kind)).collect::<Vec<_>>().join(", "));
    }
    let fields: Vec<String> = fields.iter().map(|field| format!("{}: {}", field.name, kind(&field.kind))).collect();
    format!("{{ {} }}", fields.join("; "))
}

fn kind(of: &Type) -> String {
    match of {
        Type::Bool => "boolean".into(),
        Type::Unsigned(1 | 2 | 4) => "number".into(),
        Type::Unsigned(_) | Type::U256 | Type::Units(_) | Type::Rate => "bigint".into(),
        Type::Timestamp | Type::Duration | Type::Height => "bigint".into(),
        Type::Address | Type::Text(_) => "string".into(),
        Type::AssetId | Type::Array(_) | Type::Bytes(_) => "Hex".into(),
        Type::List(element, _) => format!("({})[]", kind(element)),
        // An option of an option must tell nothing from something that is nothing.
        Type::Option(inner) if matches!(**inner, Type::Option(_)) => format!("{{ some: {} }} | null", kind(inner)),
        Type::Option(inner) => format!("{} | null", kind(inner)),
        Type::Tuple(parts) if parts.is_empty() => "[]".into(),
        Type::Tuple(parts) => format!("[{}]", parts.iter().map(kind).collect::<Vec<_>>().join(", ")),
        Type::Declared(name) => name.clone(),
    }
}

fn write_fields(text: &mut String, fields: &[Field], value: &str, indent: usize) {
    for field in fields {
        let place =
            if is_tuple(fields) { format!("{value}[{}]", field.name) } else { format!("{value}.{}", field.name) };
        write_value(text, &field.kind, &place, indent, 0);
    }
}

/// Lines that write `value`; `depth` keeps the names of nested elements apart.
fn write_value(text: &mut String, of: &Type, value: &str, indent: usize, depth: usize) {
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
            let _ =
                write!(text, "{space}writer.count({value}.length, {most});\n{space}for (const {item} of {value}) {{\n");
            write_value(text, element, &item, indent + 2, depth + 1);
            writeln!(text, "{space}}}")
        }
        Type::Option(inner) => {
            let held = format!("held{depth}");
            let some = if matches!(**inner, Type::Option(_)) { ".some" } else { "" };
            let _ = write!(
                text,
                "{space}if ({value} === null) {{\n{space}  writer.tag(0);\n{space}}} else {{\n{space}  writer.tag(1);\n{space}  const {held} = {value}{some};\n"
            );
            write_value(text, inner, &held, indent + 2, depth + 1);
            writeln!(text, "{space}}}")
        }
        Type::Tuple(parts) => {
            for (place, part) in parts.iter().enumerate() {
                write_value(text, part, &format!("{value}[{place}]"), indent, depth);
            }
            Ok(())
        }
        Type::Declared(name) => writeln!(text, "{space}$write_{name}(writer, {value});"),
    };
}

fn read_fields(fields: &[Field]) -> String {
    if is_tuple(fields) {
        return format!("[{}]", fields.iter().map(|field| read_value(&field.kind)).collect::<Vec<_>>().join(", "));
    }
    let fields: Vec<String> =
        fields.iter().map(|field| format!("{}: {}", field.name, read_value(&field.kind))).collect();
    format!("{{ {} }}", fields.join(", "))
}

/// An expression that reads a value. The parts of literals are evaluated in their order.
fn read_value(of: &Type) -> String {
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
        Type::List(element, most) => format!("reader.list({most}, (): {} => {})", kind(element), read_value(element)),
        Type::Option(inner) if matches!(**inner, Type::Option(_)) => {
            format!("(reader.tag(2) === 1 ? {{ some: {} }} : null)", read_value(inner))
        }
        Type::Option(inner) => format!("(reader.tag(2) === 1 ? {} : null)", read_value(inner)),
        Type::Tuple(parts) => format!("[{}]", parts.iter().map(read_value).collect::<Vec<_>>().join(", ")),
        Type::Declared(name) => format!("$read_{name}(reader)"),
    }
}
