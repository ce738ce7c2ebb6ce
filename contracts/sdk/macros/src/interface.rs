//! `interface!`: a struct with a method for each function of another contract.

use crate::describe::no_floats;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Result, Token, Type, Visibility, parenthesized, parse_quote};

struct Method {
    attributes: Vec<Attribute>,
    is_view: bool,
    name: Ident,
    arguments: Vec<(Ident, Type)>,
    output: Type,
}

pub struct Interface {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    methods: Vec<Method>,
}

struct Argument(Ident, Type);

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Self(name, input.parse()?))
    }
}

impl Parse for Method {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let is_view = input.peek(Ident);
        if is_view {
            let word: Ident = input.parse()?;
            if word != "view" {
                return Err(syn::Error::new(word.span(), "an interface has `fn` and `view fn`"));
            }
        }
        input.parse::<Token![fn]>()?;
        let name = input.parse()?;
        let list;
        parenthesized!(list in input);
        let arguments = Punctuated::<Argument, Token![,]>::parse_terminated(&list)?;
        let output = if input.peek(Token![->]) {
            input.parse::<Token![->]>()?;
            input.parse()?
        } else {
            parse_quote!(())
        };
        input.parse::<Token![;]>()?;
        let arguments = arguments.into_iter().map(|Argument(name, kind)| (name, kind)).collect();
        Ok(Self { attributes, is_view, name, arguments, output })
    }
}

impl Parse for Interface {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        no_floats(&input.fork().parse::<TokenStream>()?)?;
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let name = input.parse()?;
        let body;
        syn::braced!(body in input);
        let mut methods = Vec::new();
        while !body.is_empty() {
            methods.push(body.parse()?);
        }
        Ok(Self { attributes, visibility, name, methods })
    }
}

pub fn expand(interface: &Interface) -> Result<TokenStream> {
    let Interface { attributes, visibility, name, methods } = interface;
    for (index, method) in methods.iter().enumerate() {
        let reserved = ["at", "paying", "gas", "allow_reentry", "allow_view", "allow_defer"];
        if reserved.contains(&method.name.to_string().as_str()) {
            let message = "this name is a method of every callee; use `Callee::call` for this one";
            return Err(syn::Error::new(method.name.span(), message));
        }
        if methods.iter().take(index).any(|other| other.name == method.name) {
            return Err(syn::Error::new(method.name.span(), "two functions have the same name"));
        }
    }
    let methods = methods.iter().map(Method::expand);
    Ok(quote! {
        #(#attributes)*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #visibility struct #name(::tacit_sdk::Callee);

        #[allow(dead_code, missing_docs, clippy::too_many_arguments)]
        impl #name {
            /// The contract at an address.
            #[must_use]
            #visibility const fn at(address: ::tacit_sdk::Address) -> Self {
                Self(::tacit_sdk::Callee::at(address))
            }

            /// Sends native money along.
            #[must_use]
            #visibility const fn paying(self, amount: ::tacit_sdk::Amount) -> Self {
                Self(self.0.paying(amount))
            }

            /// Limits the gas of the callee.
            #[must_use]
            #visibility const fn gas(self, gas: u64) -> Self {
                Self(self.0.gas(gas))
            }

            /// Whether the callee would get all of its gas, and so much were left for this contract after that.
            #[must_use]
            #visibility fn has_gas(&self, kept: u64) -> bool {
                self.0.has_gas(kept)
            }

            /// Lets this contract be entered again while the callee runs, through functions with `#[reentrant]`.
            #[must_use]
            #visibility const fn allow_reentry(self) -> Self {
                Self(self.0.allow_reentry())
            }

            /// Lets this contract be viewed while the callee runs, through views with `#[reentrant]`.
            #[must_use]
            #visibility const fn allow_view(self) -> Self {
                Self(self.0.allow_view())
            }

            /// Lets the callee, and whatever it calls, defer calls although this contract goes on if the callee fails.
            #[must_use]
            #visibility const fn allow_defer(self) -> Self {
                Self(self.0.allow_defer())
            }

            #(#methods)*
        }
    })
}

impl Method {
    fn expand(&self) -> TokenStream {
        let Self { attributes, is_view, name, arguments, output } = self;
        let text = name.to_string();
        let (try_name, defer_name) = (format_ident!("try_{name}"), format_ident!("defer_{name}"));
        let names: Vec<_> = arguments.iter().map(|(name, _)| name).collect();
        let types: Vec<_> = arguments.iter().map(|(_, kind)| kind).collect();
        let parameters = quote!(#(#names: #types),*);
        let input = quote! {
            const {
                assert!(
                    0 #(+ <#types as ::tacit_sdk::Wire>::MAX)* <= ::tacit_sdk::BUFFER_BYTES,
                    "the arguments can be larger than a buffer"
                );
            }
            #[allow(unused_mut)]
            let mut input = ::tacit_sdk::Buffer::new();
            #(::tacit_sdk::Wire::put(&#names, &mut input);)*
        };
        let (call, try_call) = if *is_view {
            (quote!(view_encoded), quote!(try_view_encoded))
        } else {
            (quote!(call_encoded), quote!(try_call_encoded))
        };
        let mut code = quote! {
            #(#attributes)*
            pub fn #name(&self, #parameters) -> #output {
                #input
                self.0.#call(#text, input.as_slice())
            }

            #(#attributes)*
            pub fn #try_name(&self, #parameters) -> ::core::result::Result<#output, ::tacit_sdk::CallError> {
                #input
                self.0.#try_call(#text, input.as_slice())
            }
        };
        if !is_view {
            code.extend(quote! {
                #(#attributes)*
                pub fn #defer_name(&self, #parameters) -> ::core::result::Result<(), ::tacit_sdk::CallError> {
                    #input
                    self.0.defer_encoded(#text, input.as_slice())
                }
            });
        }
        code
    }
}
