//! `storage!`: the constants, the storage map in the spec, and the layout's hash in the access section.

use crate::describe::{Line, doc, no_floats};
use crate::roles::Role;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, GenericArgument, Ident, LitInt, PathArguments, Result, Token, Type};

/// Prefixes from here on are the SDK's.
const RESERVED: u8 = 200;

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

    /// The layout's hash as a constant: over the entries, what the SDK's modules keep, and the roles, whose members are
    /// stored by id. What it is made of only the compiler knows.
    pub fn hash(&self, modules: &[String], roles: &[Role]) -> TokenStream {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|entry| entry.prefix);
        let entries = entries.into_iter().map(|Entry { name, kind, prefix, .. }| {
            quote!(&::tacit_sdk::layout::entry(stringify!(#name), #prefix, &<#kind>::LAYOUT))
        });
        let modules = modules.iter().map(|module| format_ident!("{module}"));
        let mut roles: Vec<_> = roles.iter().collect();
        roles.sort_by_key(|role| role.id);
        let roles =
            roles.into_iter().map(|Role { name, id, .. }| quote!(&::tacit_sdk::layout::role(stringify!(#name), #id)));
        quote!(::tacit_sdk::layout::of(&[#(#entries,)* #(&::tacit_sdk::#modules::LAYOUT,)* #(#roles),*]))
    }
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
