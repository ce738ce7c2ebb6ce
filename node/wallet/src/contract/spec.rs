//! What a contract says about itself, read from its section.

use super::types::{Type, is_name, shortened};
use crate::error::WalletError;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The version of the format that is read here.
const SPEC_VERSION: u64 = 1;
/// Longest section that is read.
const SPEC_BYTES_MAX: usize = 256 * 1024;
/// Most lines of a section.
const LINES_MAX: usize = 2_048;

/// What a contract says about itself. Every list is in the order of its names, storage in that of its prefixes: the order of the
/// section's lines is the compiler's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spec {
    /// The contract's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SDK's modules that it has.
    pub modules: Vec<String>,
    /// What it is for.
    pub doc: String,
    /// Its functions.
    pub functions: Vec<Function>,
    /// Its events.
    pub events: Vec<EventSpec>,
    /// Its errors.
    pub errors: Vec<Errors>,
    /// Its roles.
    pub roles: Vec<Role>,
    /// What it stores.
    pub storage: Vec<Storage>,
    /// Its structs.
    pub structs: BTreeMap<String, Vec<Field>>,
    /// Its enums.
    pub enums: BTreeMap<String, Vec<Case>>,
}

/// When a function runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Once, when the contract is made.
    Init,
    /// When it is called.
    Call,
    /// When it is asked.
    View,
    /// When its code has changed.
    Migrate,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Function {
    /// Its name.
    #[serde(rename = "function")]
    pub name: String,
    /// When it runs.
    pub kind: Kind,
    /// What it takes.
    #[serde(default)]
    pub arguments: Vec<Field>,
    /// What it gives.
    #[serde(default = "nothing")]
    pub result: Type,
    /// The enum of its errors.
    #[serde(default)]
    pub error: Option<String>,
    /// Whether it takes money.
    #[serde(default)]
    pub payable: bool,
    /// Whether it may be entered while its contract runs.
    #[serde(default)]
    pub reentrant: bool,
    /// What is checked before it runs.
    #[serde(default)]
    pub guards: Vec<String>,
    /// What it does.
    #[serde(default)]
    pub doc: String,
}

/// A named value of a type. In a tuple the name is a number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Type,
    /// What it is.
    #[serde(default)]
    pub doc: String,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EventSpec {
    /// Its name, which is its first topic.
    #[serde(rename = "event")]
    pub name: String,
    /// Its data.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// What it tells.
    #[serde(default)]
    pub doc: String,
}

/// An enum of errors.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Errors {
    /// Its name.
    #[serde(rename = "error")]
    pub name: String,
    /// The errors.
    #[serde(default)]
    pub cases: Vec<ErrorCase>,
}

/// An error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ErrorCase {
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: u32,
    /// What went wrong.
    #[serde(default)]
    pub doc: String,
}

/// A case of an enum.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// What it holds.
    #[serde(default)]
    pub fields: Vec<Field>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Role {
    /// Its name.
    #[serde(rename = "role")]
    pub name: String,
    /// Its number.
    pub id: u64,
    /// What it may do.
    #[serde(default)]
    pub doc: String,
}

/// An entry of storage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Storage {
    /// Its name.
    #[serde(rename = "storage")]
    pub name: String,
    /// First byte of its keys.
    pub prefix: u8,
    /// `Item`, `Map` and so on.
    pub kind: String,
    /// Type of its keys.
    #[serde(default)]
    pub key: Option<String>,
    /// Type of its values.
    #[serde(default)]
    pub value: Option<String>,
    /// What it holds.
    #[serde(default)]
    pub doc: String,
}

#[derive(Deserialize)]
struct ContractLine {
    contract: String,
    #[serde(default)]
    version: String,
    spec: u64,
    #[serde(default)]
    modules: Vec<String>,
    #[serde(default)]
    doc: String,
}

#[derive(Deserialize)]
struct StructLine {
    #[serde(rename = "struct")]
    name: String,
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct EnumLine {
    #[serde(rename = "enum")]
    name: String,
    #[serde(default)]
    cases: Vec<Case>,
}

const fn nothing() -> Type {
    Type::Tuple(Vec::new())
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Spec {
    /// Reads the bytes of a module's section `tacit.spec`.
    ///
    /// # Errors
    /// [`WalletError::Spec`].
    pub fn parse(section: &[u8]) -> Result<Self, WalletError> {
        let refuse = |why: String| WalletError::Spec(why);
        if section.len() > SPEC_BYTES_MAX {
            return Err(refuse(format!("it is longer than {SPEC_BYTES_MAX} bytes")));
        }
        let text = std::str::from_utf8(section).map_err(|_| refuse("it is not UTF-8".into()))?;
        let mut spec = Self::default();
        let mut contracts = 0u32;
        for (number, line) in text.lines().enumerate() {
            if number >= LINES_MAX {
                return Err(refuse(format!("it has more than {LINES_MAX} lines")));
            }
            contracts += u32::from(spec.take(line).map_err(|why| refuse(format!("line {}: {why}", number + 1)))?);
        }
        if contracts != 1 {
            return Err(refuse("it has not exactly one line about the contract".into()));
        }
        spec.judge()?;
        spec.clean();
        spec.sort();
        Ok(spec)
    }

    fn sort(&mut self) {
        self.functions.sort_by(|one, other| one.name.cmp(&other.name));
        self.events.sort_by(|one, other| one.name.cmp(&other.name));
        self.errors.sort_by(|one, other| one.name.cmp(&other.name));
        self.roles.sort_by(|one, other| one.name.cmp(&other.name));
        self.storage.sort_by(|one, other| (one.prefix, &one.name).cmp(&(other.prefix, &other.name)));
    }

    /// Takes a line; says whether it is the contract's.
    fn take(&mut self, line: &str) -> Result<bool, String> {
        let read = |error: serde_json::Error| shortened(&error.to_string());
        match first_key(line).ok_or("it is no JSON object")? {
            "contract" => {
                let line: ContractLine = serde_json::from_str(line).map_err(read)?;
                if line.spec != SPEC_VERSION {
                    return Err(format!("the format has version {}, this program reads {SPEC_VERSION}", line.spec));
                }
                (self.name, self.version) = (line.contract, line.version);
                (self.modules, self.doc) = (line.modules, line.doc);
                return Ok(true);
            }
            "function" => self.functions.push(serde_json::from_str(line).map_err(read)?),
            "event" => self.events.push(serde_json::from_str(line).map_err(read)?),
            "error" => self.errors.push(serde_json::from_str(line).map_err(read)?),
            "role" => self.roles.push(serde_json::from_str(line).map_err(read)?),
            "storage" => self.storage.push(serde_json::from_str(line).map_err(read)?),
            "struct" => {
                let line: StructLine = serde_json::from_str(line).map_err(read)?;
                once(self.structs.insert(line.name, line.fields).is_none())?;
            }
            "enum" => {
                let line: EnumLine = serde_json::from_str(line).map_err(read)?;
                once(self.enums.insert(line.name, line.cases).is_none())?;
            }
            // Lines of kinds that came later say nothing here.
            _ => {}
        }
        Ok(false)
    }

    /// Names are names, and nothing stands twice.
    fn judge(&self) -> Result<(), WalletError> {
        let mut names: Vec<(&str, &str)> = vec![("contract", &self.name)];
        names.extend(self.functions.iter().map(|line| ("function", line.name.as_str())));
        names.extend(self.events.iter().map(|line| ("event", line.name.as_str())));
        names.extend(self.errors.iter().map(|line| ("error", line.name.as_str())));
        names.extend(self.roles.iter().map(|line| ("role", line.name.as_str())));
        if let Some((_, bad)) = names.iter().find(|(_, name)| !is_name(&name.replace('-', "_"))) {
            return Err(no_name(bad));
        }
        for name in self.structs.keys().chain(self.enums.keys()) {
            // What types can name, and what is no type of its own.
            if !matches!(Type::parse(name), Ok(Type::Declared(_))) {
                return Err(no_name(name));
            }
        }
        if let Some(bad) = self.storage.iter().find(|line| !is_stored(&line.name)) {
            return Err(no_name(&bad.name));
        }
        names.extend(self.storage.iter().map(|line| ("storage", line.name.as_str())));
        no_twins(names)?;
        self.judge_parts()
    }

    /// What functions, events, types and errors are made of.
    fn judge_parts(&self) -> Result<(), WalletError> {
        for function in &self.functions {
            if let Some(bad) = function.arguments.iter().find(|field| !is_name(&field.name)) {
                return Err(no_name(&bad.name));
            }
            judge_fields(&function.arguments)?;
        }
        let fields = self.events.iter().map(|event| &event.fields).chain(self.structs.values());
        let cases = self.enums.values().flatten().map(|case| &case.fields);
        fields.chain(cases).try_for_each(|fields| judge_fields(fields))?;
        let enums = self.enums.values().map(|cases| cases.iter().map(|case| case.name.as_str()).collect());
        let errors = self.errors.iter().map(|line| line.cases.iter().map(|case| case.name.as_str()).collect());
        for cases in enums.chain(errors) {
            let cases: Vec<&str> = cases;
            if let Some(bad) = cases.iter().find(|name| !is_name(name)) {
                return Err(no_name(bad));
            }
            no_twins(cases.into_iter().map(|name| ("case", name)).collect())?;
        }
        Ok(())
    }

    /// Takes out of all texts what a terminal would obey.
    fn clean(&mut self) {
        let functions = self.functions.iter_mut().flat_map(|line| {
            let texts = line.guards.iter_mut().chain([&mut line.doc]);
            texts.chain(line.arguments.iter_mut().map(|field| &mut field.doc))
        });
        let events = self.events.iter_mut().flat_map(|line| {
            let fields = line.fields.iter_mut().map(|field| &mut field.doc);
            fields.chain([&mut line.doc])
        });
        let cases = self.enums.values_mut().flatten().flat_map(|case| &mut case.fields);
        let fields = self.structs.values_mut().flatten().chain(cases).map(|field| &mut field.doc);
        let errors = self.errors.iter_mut().flat_map(|line| &mut line.cases).map(|case| &mut case.doc);
        let roles = self.roles.iter_mut().map(|line| &mut line.doc);
        let storage = self.storage.iter_mut().flat_map(|line| {
            let types = line.key.iter_mut().chain(line.value.iter_mut());
            types.chain([&mut line.kind, &mut line.doc])
        });
        let own = self.modules.iter_mut().chain([&mut self.version, &mut self.doc]);
        let texts = functions.chain(events).chain(fields).chain(errors).chain(roles).chain(storage).chain(own);
        texts.for_each(|text| *text = printable(text));
    }

    /// A function that can be called or asked; `init` and `migrate` only by those names.
    ///
    /// # Errors
    /// [`WalletError::FunctionUnknown`], with the names that there are.
    pub fn function(&self, name: &str) -> Result<&Function, WalletError> {
        self.functions.iter().find(|function| function.name == name).ok_or_else(|| WalletError::FunctionUnknown {
            name: shortened(name),
            known: self.functions.iter().map(|function| function.name.as_str()).collect::<Vec<_>>().join(", "),
        })
    }
}

impl Field {
    /// Whether the fields are a tuple's, whose names are numbers.
    #[must_use]
    pub fn are_numbered(fields: &[Self]) -> bool {
        fields.first().is_some_and(|field| field.name == "0")
    }
}

impl Function {
    /// Name, arguments and result as people read them.
    #[must_use]
    pub fn signature(&self) -> String {
        let arguments: Vec<String> =
            self.arguments.iter().map(|field| format!("{}: {}", field.name, field.kind)).collect();
        let result = match &self.result {
            Type::Tuple(parts) if parts.is_empty() => String::new(),
            other => format!(" -> {other}"),
        };
        format!("{}({}){result}", self.name, arguments.join(", "))
    }
}

fn once(is_new: bool) -> Result<(), String> {
    is_new.then_some(()).ok_or_else(|| "it says again what another line says".into())
}

/// The first key of a JSON object, which says what a line describes.
fn first_key(line: &str) -> Option<&str> {
    let key = line.trim_start().strip_prefix('{')?.trim_start().strip_prefix('"')?;
    key.split_once('"').map(|(key, _)| key)
}

/// Text without characters that a terminal would obey.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// What a module of the SDK stores has the module's name before a dot.
fn is_stored(name: &str) -> bool {
    match name.split_once('.') {
        Some((module, own)) => is_name(module) && is_name(own),
        None => is_name(name),
    }
}

/// Fields have names, or are a tuple's and have their places.
fn judge_fields(fields: &[Field]) -> Result<(), WalletError> {
    let is_tuple = Field::are_numbered(fields);
    let is_right = |(place, field): &(usize, &Field)| match is_tuple {
        true => field.name == place.to_string(),
        false => is_name(&field.name),
    };
    if let Some((_, bad)) = fields.iter().enumerate().find(|field| !is_right(field)) {
        return Err(no_name(&bad.name));
    }
    no_twins(fields.iter().map(|field| ("field", field.name.as_str())).collect())
}

/// Refuses names of one kind that stand twice.
fn no_twins(mut names: Vec<(&str, &str)>) -> Result<(), WalletError> {
    names.sort_unstable();
    match names.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(twice) => Err(WalletError::Spec(format!("{} `{}` stands twice", twice[0].0, twice[0].1))),
        None => Ok(()),
    }
}

fn no_name(text: &str) -> WalletError {
    WalletError::Spec(format!("`{}` is no name", shortened(text)))
}
