//! `#[derive(Wire)]`.

use crate::describe::{Line, doc, no_floats};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Data, DataEnum, DeriveInput, Expr, ExprLit, Fields, Ident, Lit, Member, Result, Type};

/// Most cases: their number is one byte.
const CASES_MAX: usize = 256;

pub fn expand(item: &DeriveInput) -> Result<TokenStream> {
    no_floats(item)?;
    if !item.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(&item.generics, "a value on the wire has no generic parameters"));
    }
    let name = &item.ident;
    let unlisted = item.attrs.iter().any(|attribute| attribute.path().is_ident("unlisted"));
    let mut line = Line::default();
    let (max, put, take, layout) = match &item.data {
        Data::Struct(data) => {
            line.raw("{\"struct\":").string(&name.to_string()).raw(",\"fields\":");
            describe(&mut line, &data.fields);
            structure(&data.fields)
        }
        Data::Enum(data) => {
            line.raw("{\"enum\":").string(&name.to_string()).raw(",\"cases\":[");
            let code = enumeration(data, &mut line)?;
            line.raw("]");
            code
        }
        Data::Union(_) => return Err(syn::Error::new_spanned(item, "a union has no encoding")),
    };
    line.doc(&doc(&item.attrs)).raw("}");
    let parts = line.parts();
    let section = if unlisted { TokenStream::new() } else { crate::describe::section(&quote!(<#name>::SPEC)) };
    Ok(quote! {
        impl #name {
            #[doc(hidden)]
            pub const SPEC: &'static [&'static [u8]] = #parts;
        }

        impl ::tacit_sdk::Wire for #name {
            const MAX: usize = #max;
            const TYPE: &'static ::tacit_sdk::spec::TypeName = &::tacit_sdk::spec::TypeName::new(stringify!(#name));
            const LAYOUT: ::tacit_sdk::layout::Layout = #layout;
            fn put(&self, out: &mut ::tacit_sdk::Buffer) {
                #put
            }
            fn take(input: &mut ::tacit_sdk::Reader<'_>) -> Option<Self> {
                #take
            }
        }

        #section
    })
}

fn describe(line: &mut Line, fields: &Fields) {
    line.fields(fields.iter().enumerate().map(|(index, field)| {
        let name = field.ident.as_ref().map_or_else(|| index.to_string(), Ident::to_string);
        (name, &field.ty, doc(&field.attrs))
    }));
}

fn sum<'a>(types: impl Iterator<Item = &'a Type>) -> TokenStream {
    quote!(0_usize #(.saturating_add(<#types as ::tacit_sdk::Wire>::MAX))*)
}

/// The layout of fields: what they are called, because it says what they mean, and what they are made of.
fn layout(fields: &Fields) -> TokenStream {
    let names = fields.members().map(|member| match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    });
    let names = names.map(|name| syn::LitByteStr::new(name.as_bytes(), Span::call_site()));
    let types = fields.iter().map(|field| &field.ty);
    quote!(::tacit_sdk::layout::of(&[b"struct", #(#names, &<#types as ::tacit_sdk::Wire>::LAYOUT),*]))
}

/// Largest size, `put`, `take` and layout of a value.
type Code = (TokenStream, TokenStream, TokenStream, TokenStream);

fn structure(fields: &Fields) -> Code {
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let members: Vec<Member> = fields.members().collect();
    let max = sum(types.iter().copied());
    let put = if members.is_empty() {
        quote!(let _ = out;)
    } else {
        quote!(#(::tacit_sdk::Wire::put(&self.#members, out);)*)
    };
    let unused = if members.is_empty() { quote!(let _ = input;) } else { TokenStream::new() };
    let take = quote!(#unused Some(Self { #(#members: <#types as ::tacit_sdk::Wire>::take(input)?),* }));
    (max, put, take, layout(fields))
}

fn enumeration(data: &DataEnum, line: &mut Line) -> Result<Code> {
    if data.variants.is_empty() || data.variants.len() > CASES_MAX {
        return Err(syn::Error::new(Span::call_site(), "an enum on the wire has 1 to 256 cases"));
    }
    let mut max = quote!(0_usize);
    let (mut puts, mut takes, mut layouts) = (Vec::new(), Vec::new(), Vec::new());
    for (index, variant) in data.variants.iter().enumerate() {
        let tag = u8::try_from(index).map_err(|_| syn::Error::new_spanned(variant, "too many cases"))?;
        if let Some((_, number)) = &variant.discriminant {
            let same = matches!(number, Expr::Lit(ExprLit { lit: Lit::Int(number), .. })
                if number.base10_parse::<usize>().is_ok_and(|number| number == index));
            if !same {
                let message = format!("the case's number on the wire is its place, {index}: leave the number out");
                return Err(syn::Error::new_spanned(number, message));
            }
        }
        let case = &variant.ident;
        let members: Vec<Member> = variant.fields.members().collect();
        let types: Vec<_> = variant.fields.iter().map(|field| &field.ty).collect();
        let names: Vec<_> = (0..members.len()).map(|place| format_ident!("field_{place}")).collect();
        let size = sum(types.iter().copied());
        max = quote!(::tacit_sdk::spec::larger(#max, #size));
        puts.push(quote!(Self::#case { #(#members: #names),* } => {
            out.push(&[#tag]);
            #(::tacit_sdk::Wire::put(#names, out);)*
        }));
        takes.push(quote!([#tag] => Some(Self::#case { #(#members: <#types as ::tacit_sdk::Wire>::take(input)?),* }),));
        let (name, fields) =
            (syn::LitByteStr::new(case.to_string().as_bytes(), Span::call_site()), layout(&variant.fields));
        layouts.push(quote!(#name, &#fields));
        line.raw(if index == 0 { "{\"name\":" } else { ",{\"name\":" }).string(&case.to_string());
        if !variant.fields.is_empty() {
            line.raw(",\"fields\":");
            describe(line, &variant.fields);
        }
        line.doc(&doc(&variant.attrs)).raw("}");
    }
    let put = quote!(match self { #(#puts)* });
    let take = quote!(match input.array()? { #(#takes)* _ => None });
    let layout = quote!(::tacit_sdk::layout::of(&[b"enum", #(#layouts),*]));
    Ok((quote!(1_usize.saturating_add(#max)), put, take, layout))
}
