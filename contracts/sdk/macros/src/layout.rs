//! `storage!`: the constants, the storage map in the spec, and the layout's hash in the access section.

use crate::describe::{Line, doc, no_floats, text};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::BTreeSet;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, GenericArgument, Ident, LitInt, PathArguments, Result, Token, Type};

/// Prefixes from here on are the SDK's.
const RESERVED: u8 = 200;
/// Types that mean the same everywhere; the kinds of storage and what is written in capitals, a number, are not looked at.
const KNOWN: [&str; 13] = [
    "Address",
    "Amount",
    "AssetId",
    "Bytes",
    "Duration",
    "Height",
    "List",
    "Option",
    "Rate",
    "Shares",
    "Text",
    "Timestamp",
    "U256",
];

/// A type that the contract's module declares.
pub struct Declared {
    pub name: Ident,
    /// How it is encoded, as text.
    pub definition: String,
    /// The types in it.
    pub types: Vec<Type>,
}

pub struct Entry {
    attributes: Vec<Attribute>,
    name: Ident,
    kind: Type,
    word: String,
    types: Vec<Type>,
    prefix: u8,
}

pub struct Layout {
    pub version: u32,
    pub entries: Vec<Entry>,
}

impl Parse for Layout {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let word: Ident = input
            .parse()
            .and_then(|word: Ident| if word == "version" { Ok(word) } else { Err(syn::Error::new(word.span(), "")) })
            .map_err(|error| {
                syn::Error::new(error.span(), "storage begins with the layout's version: `version = 1;`")
            })?;
        input.parse::<Token![=]>()?;
        let version: u32 = input.parse::<LitInt>()?.base10_parse()?;
        if version == 0 {
            return Err(syn::Error::new(word.span(), "the first layout has version 1"));
        }
        input.parse::<Token![;]>()?;
        let mut layout = Self { version, entries: Vec::new() };
        while !input.is_empty() {
            let entry: Entry = input.parse()?;
            layout.check(&entry)?;
            layout.entries.push(entry);
        }
        Ok(layout)
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let name: Ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let kind: Type = input.parse()?;
        no_floats(&kind)?;
        let (word, types) = split(&kind)?;
        input.parse::<Token![=]>()?;
        let number: LitInt = input.parse()?;
        input.parse::<Token![;]>()?;
        let prefix: u8 = number.base10_parse()?;
        if prefix >= RESERVED {
            return Err(syn::Error::new(number.span(), "prefixes from 200 on are the SDK's"));
        }
        Ok(Self { attributes, name, kind, word, types, prefix })
    }
}

/// The kind and its types.
fn split(kind: &Type) -> Result<(String, Vec<Type>)> {
    let refusal =
        || syn::Error::new_spanned(kind, "storage is an Item, Map, OrderedMap, Set, Queue, Transient or TransientMap");
    let Type::Path(path) = kind else { return Err(refusal()) };
    let last = path.path.segments.last().ok_or_else(refusal)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Err(refusal()) };
    let types: Vec<Type> = arguments
        .args
        .iter()
        .filter_map(|argument| if let GenericArgument::Type(kind) = argument { Some(kind.clone()) } else { None })
        .collect();
    let word = last.ident.to_string();
    let expected = match word.as_str() {
        "Map" | "OrderedMap" | "TransientMap" => 2,
        "Item" | "Set" | "Queue" | "Transient" => 1,
        _ => return Err(refusal()),
    };
    if types.len() == expected { Ok((word, types)) } else { Err(refusal()) }
}

impl Layout {
    fn check(&self, entry: &Entry) -> Result<()> {
        for other in &self.entries {
            if other.prefix == entry.prefix {
                let message = format!("`{}` and `{}` have the same prefix {}", entry.name, other.name, entry.prefix);
                return Err(syn::Error::new(entry.name.span(), message));
            }
        }
        Ok(())
    }

    pub fn expand(&self) -> TokenStream {
        let mut code = TokenStream::new();
        for entry in &self.entries {
            let Entry { attributes, name, kind, prefix, .. } = entry;
            let section = entry.line().section();
            code.extend(quote! {
                #(#attributes)*
                #[allow(dead_code)]
                pub(crate) const #name: #kind = <#kind>::new(#prefix);
                #section
            });
        }
        code
    }

    /// What is wrong with stored types that are declared outside of the module: a change of theirs would not change the
    /// layout's hash, and code that reads the old values wrongly would be let take over.
    pub fn foreign(&self, declared: &[Declared]) -> Vec<syn::Error> {
        let (mut errors, mut seen) = (Vec::new(), BTreeSet::new());
        let mut names: Vec<Ident> = self.entries.iter().flat_map(|entry| &entry.types).flat_map(type_names).collect();
        while let Some(name) = names.pop() {
            let word = name.to_string();
            if KNOWN.contains(&word.as_str()) || !seen.insert(word) {
                continue;
            }
            if let Some(found) = declared.iter().find(|declared| declared.name == name) {
                names.extend(found.types.iter().flat_map(type_names));
            } else {
                let message = format!(
                    "`{name}` is stored, so it is declared in the contract's module: else the layout could change unseen"
                );
                errors.push(syn::Error::new(name.span(), message));
            }
        }
        errors
    }

    /// The layout's hash: over the entries as they are written, the declared types that they name, and the modules.
    pub fn hash(&self, declared: &[Declared], modules: &[String]) -> [u8; 32] {
        let mut lines = BTreeSet::new();
        for entry in &self.entries {
            lines.insert(format!("{}: {} = {}", entry.name, text(&entry.kind), entry.prefix));
        }
        lines.extend(modules.iter().cloned());
        let mut added = true;
        while added {
            added = false;
            for Declared { name, definition, .. } in declared {
                let word = name.to_string();
                added |= lines.iter().any(|line| names(line, &word)) && lines.insert(definition.clone());
            }
        }
        let mut hasher = blake3::Hasher::new();
        for line in lines {
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
        }
        hasher.finalize().into()
    }
}

/// The names in a type that are written as types are; what is all in capitals is a constant number.
fn type_names(kind: &Type) -> Vec<Ident> {
    fn collect(tokens: TokenStream, names: &mut Vec<Ident>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => collect(group.stream(), names),
                TokenTree::Ident(ident) => {
                    let word = ident.to_string();
                    let is_number = word.len() > 1 && !word.chars().any(char::is_lowercase);
                    if word.starts_with(char::is_uppercase) && !is_number {
                        names.push(ident);
                    }
                }
                _ => {}
            }
        }
    }
    let mut names = Vec::new();
    collect(kind.to_token_stream(), &mut names);
    names
}

/// Whether a line names a word as a whole.
fn names(line: &str, word: &str) -> bool {
    line.split(|character: char| !character.is_alphanumeric() && character != '_').any(|part| part == word)
}

impl Entry {
    fn line(&self) -> Line {
        let mut line = Line::new("{\"storage\":");
        line.string(&self.name.to_string()).raw(&format!(",\"prefix\":{},\"kind\":", self.prefix)).string(&self.word);
        let (key, value) = match (self.word.as_str(), self.types.as_slice()) {
            ("Set", [key]) => (Some(key), None),
            (_, [value]) => (None, Some(value)),
            (_, [key, value, ..]) => (Some(key), Some(value)),
            (_, []) => (None, None),
        };
        if let Some(key) = key {
            line.raw(",\"key\":").kind(key);
        }
        if let Some(value) = value {
            line.raw(",\"value\":").kind(value);
        }
        line.doc(&doc(&self.attributes)).raw("}");
        line
    }
}
