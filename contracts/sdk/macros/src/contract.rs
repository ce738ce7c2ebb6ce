//! `#[contract]`: reads the module, checks it as a whole, and writes the exports and the two sections.

use crate::describe::{Line, doc, no_floats};
use crate::function::{Function, Kind};
use crate::layout::Layout;
use crate::modules;
use crate::roles::Roles;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashMap;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Item, ItemMod, LitStr, Result, Token};

/// Kinds of records in the access section; they are those of the host interface.
const REENTRANT: u8 = 1;
const LOCK_GROUP: u8 = 2;
const LAYOUT: u8 = 3;
/// Bytes of the layout's hash.
const HASH_BYTES: usize = 32;

/// What is written in `#[contract(..)]`.
#[derive(Default)]
pub struct Arguments {
    name: Option<LitStr>,
    version: Option<LitStr>,
    modules: Vec<Ident>,
    lock_group: Option<[u8; 32]>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut arguments = Self::default();
        while !input.is_empty() {
            let word: Ident = input.parse()?;
            match word.to_string().as_str() {
                "name" => arguments.name = Some(value(input)?),
                "version" => arguments.version = Some(value(input)?),
                "lock_group" => arguments.lock_group = Some(hash(&value(input)?)?),
                "modules" => {
                    let list;
                    syn::parenthesized!(list in input);
                    arguments.modules.extend(Punctuated::<Ident, Token![,]>::parse_terminated(&list)?);
                }
                _ => {
                    return Err(syn::Error::new(
                        word.span(),
                        "a contract's arguments are `name`, `version`, `modules(..)` and `lock_group`",
                    ));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }
}

fn value(input: ParseStream<'_>) -> Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn hash(text: &LitStr) -> Result<[u8; 32]> {
    let refusal = || syn::Error::new(text.span(), "a lock group's id is 64 hexadecimal digits");
    let digits = text.value();
    let digits = digits.strip_prefix("0x").unwrap_or(&digits);
    if digits.len() != 64 || !digits.is_ascii() {
        return Err(refusal());
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).map_err(|_| refusal())?;
    }
    Ok(bytes)
}

#[derive(Default)]
struct Contract {
    functions: Vec<Function>,
    layout: Option<Layout>,
    roles: Option<Roles>,
    modules: Vec<String>,
    others: TokenStream,
    errors: Option<syn::Error>,
}

pub fn expand(arguments: Arguments, module: ItemMod) -> Result<TokenStream> {
    no_floats(&module)?;
    let ItemMod { attrs, vis, ident, content, .. } = &module;
    let Some((_, items)) = content else {
        return Err(syn::Error::new_spanned(&module, "a contract's module is written in place: `mod name { .. }`"));
    };
    let mut contract = Contract { modules: modules::check(&arguments.modules)?, ..Contract::default() };
    for item in items.iter().cloned().chain(modules::items(&contract.modules)) {
        if let Err(error) = contract.take(item) {
            contract.refuse(error);
        }
    }
    contract.check();
    let code = contract.expand(&arguments, ident, attrs);
    // What is wrong comes beside the code, so that the compiler does not miss every name as well.
    let errors = contract.errors.map(syn::Error::into_compile_error);
    Ok(quote! {
        #(#attrs)*
        #vis mod #ident {
            #code
        }
        #errors
    })
}

impl Contract {
    fn refuse(&mut self, error: syn::Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            None => self.errors = Some(error),
        }
    }

    fn take(&mut self, item: Item) -> Result<()> {
        match item {
            Item::Fn(function) if Function::is_marked(&function) => match Function::read(function) {
                Ok(function) => self.functions.push(function),
                Err(Some((function, error))) => {
                    function.to_tokens(&mut self.others);
                    return Err(error);
                }
                Err(None) => {}
            },
            Item::Macro(invocation) if invocation.mac.path.is_ident("storage") => {
                let layout = invocation.mac.parse_body::<Layout>()?;
                if self.layout.replace(layout).is_some() {
                    return Err(syn::Error::new_spanned(invocation, "a contract has one `storage!`"));
                }
            }
            Item::Macro(invocation) if invocation.mac.path.is_ident("roles") => {
                if !self.modules.iter().any(|module| module == "roles") {
                    let message = "`roles!` needs `#[contract(modules(roles))]`";
                    return Err(syn::Error::new_spanned(invocation, message));
                }
                let roles = invocation.mac.parse_body::<Roles>()?;
                if self.roles.replace(roles).is_some() {
                    return Err(syn::Error::new_spanned(invocation, "a contract has one `roles!`"));
                }
            }
            other => other.to_tokens(&mut self.others),
        }
        Ok(())
    }

    fn check(&mut self) {
        let mut errors = Vec::new();
        let mut seen: HashMap<String, ()> = HashMap::new();
        for function in &self.functions {
            if seen.insert(function.name.to_string(), ()).is_some() {
                let message = format!("two functions are exported as `{}`: one would hide the other", function.name);
                errors.push(syn::Error::new(function.name.span(), message));
            }
            errors.extend(function.check_modules(&self.modules).err());
            if let Kind::Migrate { from } = function.kind {
                let version = self.layout.as_ref().map_or(0, |layout| layout.version);
                if from >= version {
                    let message = format!("migrates from layout {from}, but the storage is version {version}");
                    errors.push(syn::Error::new(function.name.span(), message));
                }
            }
        }
        for error in errors {
            self.refuse(error);
        }
    }

    fn expand(&self, arguments: &Arguments, ident: &Ident, attributes: &[Attribute]) -> TokenStream {
        let others = &self.others;
        let functions = self.functions.iter().map(Function::expand);
        let layout = self.layout.as_ref().map(Layout::expand);
        let roles = self.roles.as_ref().map(Roles::expand);
        let modules = modules::sections(&self.modules);
        let access = self.access(arguments);
        let head = self.head(arguments, ident, attributes).section();
        quote! {
            #head
            #access
            #roles
            #layout
            #others
            #(#functions)*
            #modules
        }
    }

    fn migrates_from(&self) -> u32 {
        self.functions
            .iter()
            .find_map(|function| if let Kind::Migrate { from } = function.kind { Some(from) } else { None })
            .unwrap_or_default()
    }

    /// The access section: what the chain must know before it runs the code.
    fn access(&self, arguments: &Arguments) -> TokenStream {
        let mut bytes = Vec::new();
        for function in self.functions.iter().filter(|function| function.is_reentrant) {
            record(&mut bytes, REENTRANT, function.name.to_string().as_bytes());
        }
        if let Some(group) = &arguments.lock_group {
            record(&mut bytes, LOCK_GROUP, group);
        }
        let Some(layout) = &self.layout else {
            return if bytes.is_empty() { TokenStream::new() } else { section(&[literal(&bytes)]) };
        };
        let hash = layout.hash(&self.modules, self.roles.as_ref().map_or(&[], |roles| &roles.0));
        let mut body = layout.version.to_le_bytes().to_vec();
        body.extend(self.migrates_from().to_le_bytes());
        record(&mut bytes, LAYOUT, &[&body[..], &[0; HASH_BYTES]].concat());
        // The hash is the compiler's to fill in.
        bytes.truncate(bytes.len() - HASH_BYTES);
        let section = section(&[literal(&bytes), quote!(&STORAGE_LAYOUT)]);
        quote! {
            /// The hash of the storage layout.
            #[doc(hidden)]
            #[allow(dead_code)]
            pub const STORAGE_LAYOUT: ::tacit_sdk::layout::Layout = #hash;
            #section
        }
    }

    /// The line that says what this contract is.
    fn head(&self, arguments: &Arguments, ident: &Ident, attributes: &[Attribute]) -> Line {
        let name = arguments.name.as_ref().map_or_else(|| ident.to_string(), LitStr::value);
        let version = arguments.version.as_ref().map(LitStr::value);
        let version = version.or_else(|| std::env::var("CARGO_PKG_VERSION").ok()).unwrap_or_default();
        let mut line = Line::new("{\"contract\":");
        line.string(&name).raw(",\"version\":").string(&version).raw(",\"spec\":1");
        if !self.modules.is_empty() {
            line.raw(",\"modules\":[");
            for (index, module) in self.modules.iter().enumerate() {
                line.raw(if index == 0 { "" } else { "," }).string(module);
            }
            line.raw("]");
        }
        if let Some(layout) = &self.layout {
            line.raw(&format!(",\"layout\":{}", layout.version));
        }
        line.doc(&doc(attributes)).raw("}");
        line
    }
}

fn literal(bytes: &[u8]) -> TokenStream {
    let literal = syn::LitByteStr::new(bytes, Span::call_site());
    quote!(#literal)
}

/// A static in the access section, made of parts one after the other.
fn section(parts: &[TokenStream]) -> TokenStream {
    quote! {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            const PARTS: &[&[u8]] = &[#(#parts),*];
            // Without `#[used]`: the compiler keeps sections of its own accord, and with it the linker would put the bytes into
            // the module's data as well.
            #[unsafe(link_section = "tacit.access")]
            static ACCESS: [u8; ::tacit_sdk::spec::length(PARTS)] = ::tacit_sdk::spec::join(PARTS);
        };
    }
}

/// Appends a record: a kind byte, a length byte, the body. No body here is longer than a length byte can say.
fn record(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    out.push(kind);
    out.push(u8::try_from(body.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(body);
}
