//! An exported function: what its attributes ask for, the checks, the export and its line in the spec.

use crate::describe::{Line, doc, text};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{
    Attribute, Expr, FnArg, GenericArgument, Ident, ItemFn, LitInt, Meta, Pat, PathArguments, Result, ReturnType,
    Token, Type, parse_quote,
};

/// Most arguments of a function.
const ARGUMENTS_MAX: usize = 12;
/// Longest name of a function in bytes.
const NAME_BYTES_MAX: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Init,
    Call,
    View,
    Migrate { from: u32 },
}

enum Guard {
    Role(Expr),
    SelfOnly,
    Running(Option<Expr>),
    Once,
}

pub struct Function {
    pub name: Ident,
    pub kind: Kind,
    pub is_reentrant: bool,
    is_payable: bool,
    guards: Vec<Guard>,
    item: ItemFn,
    arguments: Vec<(Ident, Type)>,
}

/// What the macros mean by a name without a path, or with `tacit_sdk::` before it.
fn word(attribute: &Attribute) -> Option<String> {
    attribute.path().get_ident().map(Ident::to_string)
}

const EXPORTS: [&str; 4] = ["init", "call", "view", "migrate"];
const GUARDS: [&str; 6] = ["payable", "only_role", "only_self", "when_not_paused", "reentrant", "nonreentrant"];

impl Function {
    /// The function if it is exported; else it stays as it is, in `Err(None)`.
    pub fn read(mut item: ItemFn) -> std::result::Result<Self, Option<(Box<ItemFn>, syn::Error)>> {
        let (mine, others): (Vec<_>, Vec<_>) = std::mem::take(&mut item.attrs).into_iter().partition(|attribute| {
            word(attribute).is_some_and(|word| EXPORTS.contains(&word.as_str()) || GUARDS.contains(&word.as_str()))
        });
        item.attrs = others;
        Self::build(&item, &mine).map_err(|error| Some((Box::new(item), error)))
    }

    /// Whether the function has any attribute of this crate.
    pub fn is_marked(item: &ItemFn) -> bool {
        item.attrs.iter().filter_map(word).any(|word| EXPORTS.contains(&&*word) || GUARDS.contains(&&*word))
    }

    fn build(item: &ItemFn, attributes: &[Attribute]) -> Result<Self> {
        let kind = kind(item, attributes)?;
        let mut function = Self {
            name: item.sig.ident.clone(),
            kind,
            is_reentrant: false,
            is_payable: false,
            guards: Vec::new(),
            arguments: arguments(item)?,
            item: item.clone(),
        };
        for attribute in attributes {
            function.guard(attribute)?;
        }
        function.check()?;
        Ok(function)
    }

    fn guard(&mut self, attribute: &Attribute) -> Result<()> {
        let refuse = |message: &str| Err(syn::Error::new_spanned(attribute, message));
        let bare = matches!(attribute.meta, Meta::Path(_));
        match word(attribute).unwrap_or_default().as_str() {
            "payable" if bare => self.is_payable = true,
            "reentrant" if bare => self.is_reentrant = true,
            "only_self" if bare => self.guards.push(Guard::SelfOnly),
            "nonreentrant" if bare => self.guards.push(Guard::Once),
            "when_not_paused" if bare => self.guards.push(Guard::Running(None)),
            "when_not_paused" => self.guards.push(Guard::Running(Some(attribute.parse_args()?))),
            "only_role" if bare => return refuse("which role? `#[only_role(MINTER)]`"),
            "only_role" => self.guards.push(Guard::Role(attribute.parse_args()?)),
            "init" | "call" | "view" | "migrate" => {}
            _ => return refuse("this attribute takes no arguments"),
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let refuse = |message: &str| Err(syn::Error::new(self.name.span(), message));
        let has_once = self.guards.iter().any(|guard| matches!(guard, Guard::Once));
        match self.kind {
            Kind::View if self.is_payable => return refuse("a view cannot take money: it changes nothing"),
            Kind::View if has_once => return refuse("`nonreentrant` writes, and a view changes nothing"),
            Kind::Init | Kind::Migrate { .. } if !self.guards.is_empty() => {
                return refuse("the chain alone runs this function, once: a guard would be checked against nobody");
            }
            Kind::Init | Kind::Migrate { .. } if self.is_reentrant => {
                return refuse("the chain alone runs this function: it cannot be entered again");
            }
            Kind::Migrate { .. } if self.is_payable => return refuse("no money comes with a migration"),
            _ => {}
        }
        if self.is_reentrant && has_once {
            return refuse("`reentrant` and `nonreentrant` contradict each other");
        }
        Ok(())
    }

    /// Every guard needs the module that it asks.
    pub fn check_modules(&self, modules: &[String]) -> Result<()> {
        for guard in &self.guards {
            let (needed, attribute) = match guard {
                Guard::Role(_) => ("roles", "only_role"),
                Guard::Running(_) => ("pause", "when_not_paused"),
                Guard::SelfOnly | Guard::Once => continue,
            };
            if !modules.iter().any(|module| module == needed) {
                let message = format!("`#[{attribute}]` needs `#[contract(modules({needed}))]`");
                return Err(syn::Error::new(self.name.span(), message));
            }
        }
        Ok(())
    }

    pub fn expand(&self) -> TokenStream {
        let function = self.guarded();
        let export = self.export();
        let section = self.line().section();
        quote! {
            #function
            #export
            #section
        }
    }

    /// The function as it was written, its guards before everything else.
    fn guarded(&self) -> ItemFn {
        let mut item = self.item.clone();
        for guard in self.guards.iter().rev() {
            let statement: syn::Stmt = match guard {
                Guard::Role(role) => parse_quote!(::tacit_sdk::roles::require(#role);),
                Guard::SelfOnly => parse_quote!(::tacit_sdk::entry::require_self();),
                Guard::Running(None) => parse_quote!(::tacit_sdk::pause::require_running(0);),
                Guard::Running(Some(group)) => parse_quote!(::tacit_sdk::pause::require_running(#group);),
                Guard::Once => parse_quote!(let _once = ::tacit_sdk::nonreentrant::enter();),
            };
            item.block.stmts.insert(0, statement);
        }
        item
    }

    fn export(&self) -> TokenStream {
        let (name, text) = (&self.name, self.name.to_string());
        let (is_payable, is_view) = (self.is_payable, self.kind == Kind::View);
        let types: Vec<_> = self.arguments.iter().map(|(_, kind)| kind).collect();
        let names: Vec<_> = (0..types.len()).map(|index| format_ident!("argument_{index}")).collect();
        let too_large = format!("the arguments of `{text}` can be larger than a buffer");
        let finish = if self.output().1.is_some() { format_ident!("finish_result") } else { format_ident!("finish") };
        quote! {
            const _: () = {
                #[cfg_attr(target_arch = "wasm32", unsafe(export_name = #text))]
                #[allow(dead_code)]
                extern "C" fn export() {
                    const { assert!(0 #(+ <#types as ::tacit_sdk::Wire>::MAX)* <= ::tacit_sdk::BUFFER_BYTES, #too_large) };
                    let mut input = ::tacit_sdk::entry::Input::new();
                    #[allow(unused_mut)]
                    let mut arguments = input.open(#is_payable, #is_view);
                    #(let #names: #types = arguments.argument();)*
                    arguments.finish();
                    ::tacit_sdk::entry::#finish(#name(#(#names),*));
                }
            };
        }
    }

    /// The type of the output, and the error's name if the function can fail.
    fn output(&self) -> (Type, Option<String>) {
        let ReturnType::Type(_, kind) = &self.item.sig.output else { return (parse_quote!(()), None) };
        let Type::Path(path) = &**kind else { return ((**kind).clone(), None) };
        let Some(last) = path.path.segments.last().filter(|last| last.ident == "Result") else {
            return ((**kind).clone(), None);
        };
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return ((**kind).clone(), None) };
        let mut types = arguments.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(kind) => Some(kind.clone()),
            _ => None,
        });
        let value = types.next().unwrap_or_else(|| parse_quote!(()));
        let error = types.next().map_or_else(|| "Error".into(), |error| text(&error));
        (value, Some(error.rsplit("::").next().unwrap_or_default().to_owned()))
    }

    fn line(&self) -> Line {
        let mut line = Line::new("{\"function\":");
        let kind = match self.kind {
            Kind::Init => "init",
            Kind::Call => "call",
            Kind::View => "view",
            Kind::Migrate { .. } => "migrate",
        };
        let (output, error) = self.output();
        line.string(&self.name.to_string()).raw(",\"kind\":").string(kind);
        if !self.arguments.is_empty() {
            line.raw(",\"arguments\":");
            line.fields(self.arguments.iter().map(|(name, kind)| (name.to_string(), kind, String::new())));
        }
        if text(&output) != "()" {
            line.raw(",\"result\":").kind(&output);
        }
        if let Some(error) = error.filter(|error| error != "Infallible") {
            line.raw(",\"error\":").string(&error);
        }
        for (flag, is_set) in [("payable", self.is_payable), ("reentrant", self.is_reentrant)] {
            if is_set {
                line.raw(",").string(flag).raw(":true");
            }
        }
        if !self.guards.is_empty() {
            let guards: Vec<_> = self.guards.iter().map(Guard::name).collect();
            line.raw(",\"guards\":[");
            for (index, guard) in guards.iter().enumerate() {
                line.raw(if index == 0 { "" } else { "," }).string(guard);
            }
            line.raw("]");
        }
        line.doc(&doc(&self.item.attrs)).raw("}");
        line
    }
}

impl Guard {
    fn name(&self) -> String {
        match self {
            Self::Role(role) => format!("only_role({})", last_word(role)),
            Self::SelfOnly => "only_self".into(),
            Self::Running(None) => "when_not_paused".into(),
            Self::Running(Some(group)) => format!("when_not_paused({})", last_word(group)),
            Self::Once => "nonreentrant".into(),
        }
    }
}

fn last_word(expression: &Expr) -> String {
    let text = text(expression);
    text.rsplit("::").next().unwrap_or_default().to_owned()
}

fn kind(item: &ItemFn, attributes: &[Attribute]) -> Result<Kind> {
    let mut found = attributes.iter().filter(|attribute| word(attribute).is_some_and(|word| EXPORTS.contains(&&*word)));
    let name = &item.sig.ident;
    let Some(attribute) = found.next() else {
        let message = "guards belong on what can be called from outside: add `#[call]` or `#[view]`";
        return Err(syn::Error::new(name.span(), message));
    };
    if let Some(second) = found.next() {
        return Err(syn::Error::new_spanned(second, "a function is one of `init`, `call`, `view` and `migrate`"));
    }
    let kind = match word(attribute).as_deref() {
        Some("init") => Kind::Init,
        Some("view") => Kind::View,
        Some("migrate") => Kind::Migrate { from: from(attribute)? },
        _ => Kind::Call,
    };
    if !matches!(kind, Kind::Migrate { .. }) && !matches!(attribute.meta, Meta::Path(_)) {
        return Err(syn::Error::new_spanned(attribute, "this attribute takes no arguments"));
    }
    let text = name.to_string();
    let refuse = |message: String| Err(syn::Error::new(name.span(), message));
    match (kind, text.as_str()) {
        (Kind::Init, "init") | (Kind::Migrate { .. }, "migrate") => {}
        (Kind::Init, _) => return refuse("the `#[init]` function must be named `init`".into()),
        (Kind::Migrate { .. }, _) => return refuse("the `#[migrate]` function must be named `migrate`".into()),
        (_, "init" | "migrate" | "memory") => return refuse(format!("the name `{text}` is the chain's own")),
        (_, long) if long.len() > NAME_BYTES_MAX => return refuse("a name has at most 64 bytes".into()),
        (_, hidden) if hidden.starts_with("__") => return refuse("names that begin with `__` are the chain's".into()),
        _ => {}
    }
    Ok(kind)
}

fn from(attribute: &Attribute) -> Result<u32> {
    let mut from = None;
    attribute.parse_nested_meta(|meta| {
        if !meta.path.is_ident("from") {
            return Err(meta.error("say which layout is taken over: `#[migrate(from = 1)]`"));
        }
        meta.input.parse::<Token![=]>()?;
        from = Some(meta.input.parse::<LitInt>()?.base10_parse()?);
        Ok(())
    })?;
    from.ok_or_else(|| syn::Error::new_spanned(attribute, "say which layout is taken over: `#[migrate(from = 1)]`"))
}

fn arguments(item: &ItemFn) -> Result<Vec<(Ident, Type)>> {
    let signature = &item.sig;
    let refuse = |message: &str| Err(syn::Error::new_spanned(signature, message));
    if signature.asyncness.is_some() || signature.unsafety.is_some() || signature.abi.is_some() {
        return refuse("an exported function is a plain `fn`");
    }
    if !signature.generics.params.is_empty() {
        return refuse("an exported function has no generic parameters");
    }
    if signature.inputs.len() > ARGUMENTS_MAX {
        return refuse("an exported function has at most 12 arguments; put them into a struct");
    }
    signature.inputs.iter().map(argument).collect()
}

fn argument(input: &FnArg) -> Result<(Ident, Type)> {
    let refuse = |message: &str| Err(syn::Error::new_spanned(input, message));
    let FnArg::Typed(typed) = input else { return refuse("an exported function has no `self`") };
    if matches!(*typed.ty, Type::Reference(_)) {
        return refuse("an argument comes from outside by value: leave the `&` out");
    }
    match &*typed.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() => {
            Ok((Ident::new(pattern.ident.to_string().trim_start_matches('_'), Span::call_site()), (*typed.ty).clone()))
        }
        _ => refuse("an argument needs a name"),
    }
}
