//! `roles!`.

use crate::describe::{Line, doc};
use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitInt, Result, Token};

/// The ids before this one are the SDK's.
const FIRST: u8 = 16;

pub struct Role {
    attributes: Vec<Attribute>,
    pub name: Ident,
    pub id: u8,
}

pub struct Roles(pub Vec<Role>);

impl Parse for Roles {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut roles: Vec<Role> = Vec::new();
        while !input.is_empty() {
            let attributes = input.call(Attribute::parse_outer)?;
            let name: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            let number: LitInt = input.parse()?;
            input.parse::<Token![;]>()?;
            let id: u8 = number.base10_parse()?;
            if id < FIRST {
                return Err(syn::Error::new(number.span(), "role ids below 16 are the SDK's"));
            }
            if let Some(other) = roles.iter().find(|other| other.id == id) {
                let message = format!("`{name}` and `{}` have the same id {id}", other.name);
                return Err(syn::Error::new(number.span(), message));
            }
            roles.push(Role { attributes, name, id });
        }
        Ok(Self(roles))
    }
}

impl Roles {
    pub fn expand(&self) -> TokenStream {
        let mut code = TokenStream::new();
        for Role { attributes, name, id } in &self.0 {
            let section = line(&name.to_string(), *id, &doc(attributes)).section();
            code.extend(quote! {
                #(#attributes)*
                pub const #name: ::tacit_sdk::roles::Role = ::tacit_sdk::roles::Role(#id);
                #section
            });
        }
        code
    }
}

pub fn line(name: &str, id: u8, doc: &str) -> Line {
    let mut line = Line::new("{\"role\":");
    line.string(name).raw(&format!(",\"id\":{id}")).doc(doc).raw("}");
    line
}
