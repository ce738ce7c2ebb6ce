//! `#[event]`.

use crate::describe::{Line, Unlisted, doc, no_floats};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Fields, ItemStruct, Result};

/// Longest name of an event: it must fit into a topic.
const NAME_BYTES_MAX: usize = 32;

pub fn expand(Unlisted(unlisted): Unlisted, item: ItemStruct) -> Result<TokenStream> {
    no_floats(&item)?;
    let name = &item.ident;
    let Fields::Named(fields) = &item.fields else {
        return Err(syn::Error::new_spanned(&item, "an event is a struct with named fields"));
    };
    if name.to_string().len() > NAME_BYTES_MAX {
        return Err(syn::Error::new(name.span(), "an event's name has at most 32 bytes"));
    }
    if !item.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(&item.generics, "an event has no generic parameters"));
    }
    let names: Vec<_> = fields.named.iter().filter_map(|field| field.ident.as_ref()).collect();
    let types: Vec<_> = fields.named.iter().map(|field| &field.ty).collect();
    let mut line = Line::new("{\"event\":");
    line.string(&name.to_string()).raw(",\"fields\":");
    line.fields(names.iter().zip(&fields.named).map(|(name, field)| (name.to_string(), &field.ty, doc(&field.attrs))));
    line.doc(&doc(&item.attrs)).raw("}");
    let parts = line.parts();
    let section = if unlisted { TokenStream::new() } else { crate::describe::section(&quote!(<#name>::SPEC)) };
    Ok(quote! {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #item

        impl #name {
            #[doc(hidden)]
            pub const SPEC: &'static [&'static [u8]] = #parts;

            /// Records the event in the receipt.
            pub fn emit(&self) {
                const TOPIC: [u8; 32] = ::tacit_sdk::name_topic(stringify!(#name));
                const {
                    assert!(
                        0 #(+ <#types as ::tacit_sdk::Wire>::MAX)* <= ::tacit_sdk::BUFFER_BYTES,
                        "the event can be larger than a buffer"
                    );
                }
                let mut data = ::tacit_sdk::Buffer::new();
                #(::tacit_sdk::Wire::put(&self.#names, &mut data);)*
                ::tacit_sdk::env::emit(&TOPIC, data.as_slice());
            }
        }

        #section
    })
}
