//! Lines of the spec section, and what every macro needs to write one: documentation, JSON text, refusal of floats.
//! `docs/spec/contract-spec.md` says what the lines mean.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Result, Type};

/// The word in `#[event(unlisted)]`: what it marks is described by whoever uses it.
pub struct Unlisted(pub bool);

impl Parse for Unlisted {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.is_empty() {
            return Ok(Self(false));
        }
        let word: syn::Ident = input.parse()?;
        if word == "unlisted" {
            Ok(Self(true))
        } else {
            Err(syn::Error::new(word.span(), "the only argument is `unlisted`"))
        }
    }
}

/// A line being written: JSON text, with types whose names only the compiler knows.
#[derive(Default)]
pub struct Line {
    parts: Vec<TokenStream>,
    text: String,
}

impl Line {
    pub fn new(text: &str) -> Self {
        Self { parts: Vec::new(), text: text.into() }
    }

    /// Appends JSON as it stands.
    pub fn raw(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a JSON string.
    pub fn string(&mut self, text: &str) -> &mut Self {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                control if control.is_control() => self.text.push_str(&format!("\\u{:04x}", u32::from(control))),
                other => self.text.push(other),
            }
        }
        self.text.push('"');
        self
    }

    /// Appends a type's name as a JSON string.
    pub fn kind(&mut self, kind: &Type) -> &mut Self {
        self.text.push('"');
        self.flush();
        self.parts.push(quote!(<#kind as ::tacit_sdk::Wire>::TYPE.as_bytes()));
        self.text.push('"');
        self
    }

    /// Appends a list of named, typed and perhaps documented things, each a list of these.
    pub fn fields<'a>(&mut self, fields: impl Iterator<Item = (String, &'a Type, String)>) -> &mut Self {
        self.raw("[");
        for (index, (name, kind, doc)) in fields.enumerate() {
            self.raw(if index == 0 { "[" } else { ",[" }).string(&name).raw(",").kind(kind);
            if !doc.is_empty() {
                self.raw(",").string(&doc);
            }
            self.raw("]");
        }
        self.raw("]")
    }

    /// Appends the documentation, if there is any.
    pub fn doc(&mut self, doc: &str) -> &mut Self {
        if doc.is_empty() { self } else { self.raw(",\"doc\":").string(doc) }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        let bytes = syn::LitByteStr::new(text.as_bytes(), proc_macro2::Span::call_site());
        self.parts.push(quote!(#bytes));
    }

    /// The line as a constant expression: a list of byte strings.
    pub fn parts(&mut self) -> TokenStream {
        self.text.push('\n');
        self.flush();
        let parts = &self.parts;
        quote!(&[#(#parts),*])
    }

    /// The line as part of the contract's spec section.
    pub fn section(&mut self) -> TokenStream {
        let parts = self.parts();
        section(&parts)
    }
}

/// A static in the spec section, made of an expression that is a list of byte strings.
pub fn section(parts: &TokenStream) -> TokenStream {
    quote! {
        const _: () = {
            #[allow(dead_code)]
            const PARTS: &[&[u8]] = #parts;
            #[cfg(target_arch = "wasm32")]
            // Without `#[used]`: the compiler keeps sections of its own accord, and with it the linker would put the bytes into
            // the module's data as well.
            #[unsafe(link_section = "tacit.spec")]
            static LINE: [u8; ::tacit_sdk::spec::length(PARTS)] = ::tacit_sdk::spec::join(PARTS);
        };
    }
}

/// The first sentence of the documentation.
pub fn doc(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let Meta::NameValue(pair) = &attribute.meta else { continue };
        let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &pair.value else { continue };
        let line = line.value();
        if line.trim().is_empty() {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(line.trim());
    }
    match text.find(". ") {
        Some(end) => text[..=end].into(),
        None => text,
    }
}

/// Refuses floating-point types and numbers anywhere in some code.
pub fn no_floats(tokens: &impl ToTokens) -> Result<()> {
    scan(tokens.to_token_stream())
}

fn scan(tokens: TokenStream) -> Result<()> {
    for token in tokens {
        let found = match &token {
            TokenTree::Group(group) => {
                scan(group.stream())?;
                false
            }
            TokenTree::Ident(ident) => ident == "f32" || ident == "f64",
            TokenTree::Literal(literal) => matches!(Lit::new(literal.clone()), Lit::Float(_)),
            TokenTree::Punct(_) => false,
        };
        if found {
            return Err(syn::Error::new(
                token.span(),
                "floating-point numbers are not allowed in contracts; use `Rate` for fractions",
            ));
        }
    }
    Ok(())
}

/// A type as text without spaces.
pub fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().split_whitespace().collect()
}
