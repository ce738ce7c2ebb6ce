//! `#[error]`.

use crate::describe::{Line, Unlisted, doc};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::HashMap;
use syn::{Expr, ExprLit, Fields, ItemEnum, Lit, Result, Variant};

/// Codes from here on are the SDK's.
const RESERVED: u32 = 0xFFFF_0000;

pub fn expand(Unlisted(unlisted): Unlisted, item: ItemEnum) -> Result<TokenStream> {
    let name = &item.ident;
    let mut line = Line::new("{\"error\":");
    line.string(&name.to_string()).raw(",\"cases\":[");
    let mut seen = HashMap::new();
    for (index, variant) in item.variants.iter().enumerate() {
        let code = code(variant, unlisted)?;
        if let Some(other) = seen.insert(code, &variant.ident) {
            let message = format!("`{}` and `{other}` have the same code {code}", variant.ident);
            return Err(syn::Error::new_spanned(variant, message));
        }
        line.raw(if index == 0 { "[" } else { ",[" }).string(&variant.ident.to_string()).raw(&format!(",{code}"));
        let doc = doc(&variant.attrs);
        if !doc.is_empty() {
            line.raw(",").string(&doc);
        }
        line.raw("]");
    }
    line.raw("]").doc(&doc(&item.attrs)).raw("}");
    let parts = line.parts();
    let section = if unlisted { TokenStream::new() } else { crate::describe::section(&quote!(<#name>::SPEC)) };
    Ok(quote! {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        #item

        impl #name {
            #[doc(hidden)]
            pub const SPEC: &'static [&'static [u8]] = #parts;
        }

        impl ::tacit_sdk::ContractError for #name {
            #[allow(clippy::as_conversions)] // The discriminant is the code.
            fn code(&self) -> u32 {
                *self as u32
            }
        }

        #section
    })
}

fn code(variant: &Variant, reserved: bool) -> Result<u32> {
    if !matches!(variant.fields, Fields::Unit) {
        return Err(syn::Error::new_spanned(variant, "an error's case carries nothing but its code"));
    }
    let Some((_, Expr::Lit(ExprLit { lit: Lit::Int(number), .. }))) = &variant.discriminant else {
        return Err(syn::Error::new_spanned(variant, "every case needs its code: `Name = 1`; codes never change"));
    };
    let code: u32 = number.base10_parse()?;
    if code == 0 || (code >= RESERVED) != reserved {
        return Err(syn::Error::new(number.span(), "a contract's error codes are 1 to 0xFFFE_FFFF"));
    }
    Ok(code)
}
