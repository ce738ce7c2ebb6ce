//! Modules of the SDK that a contract exports as its own: their functions, and what the spec says of them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{File, Ident, Item, Result, parse_quote};

/// The modules that were asked for, in a fixed order.
pub fn check(names: &[Ident]) -> Result<Vec<String>> {
    let mut modules = Vec::new();
    for known in ["roles", "pause", "upgrade"] {
        if names.iter().any(|name| name == known) {
            modules.push(known.to_owned());
        }
    }
    for name in names {
        if !modules.iter().any(|module| name == module) {
            return Err(syn::Error::new(name.span(), "the SDK's modules are `roles`, `pause` and `upgrade`"));
        }
        if name != "roles" && modules.first().is_none_or(|first| first != "roles") {
            let message = format!("`{name}` asks `roles` who may: write `modules(roles, {name})`");
            return Err(syn::Error::new(name.span(), message));
        }
    }
    Ok(modules)
}

/// The functions that they add.
pub fn items(modules: &[String]) -> Vec<Item> {
    modules.iter().flat_map(|module| functions(module).items).collect()
}

fn functions(module: &str) -> File {
    match module {
        "roles" => parse_quote! {
            /// Gives a role to an account. Only for the administrator.
            #[call]
            #[only_role(::tacit_sdk::roles::ADMIN)]
            fn grant_role(role: u8, account: ::tacit_sdk::Address) -> Result<(), ::tacit_sdk::roles::RolesError> {
                ::tacit_sdk::roles::grant(::tacit_sdk::roles::Role(role), &account)
            }
            /// Takes a role from an account. Only for the administrator.
            #[call]
            #[only_role(::tacit_sdk::roles::ADMIN)]
            fn revoke_role(role: u8, account: ::tacit_sdk::Address) -> Result<(), ::tacit_sdk::roles::RolesError> {
                ::tacit_sdk::roles::revoke(::tacit_sdk::roles::Role(role), &account)
            }
            /// Gives up a role of the caller.
            #[call]
            fn renounce_role(role: u8) -> Result<(), ::tacit_sdk::roles::RolesError> {
                ::tacit_sdk::roles::renounce(::tacit_sdk::roles::Role(role))
            }
            /// Names the next administrator, who can accept after the delay. Only for the administrator.
            #[call]
            #[only_role(::tacit_sdk::roles::ADMIN)]
            fn begin_admin_transfer(to: ::tacit_sdk::Address) -> Result<(), ::tacit_sdk::roles::RolesError> {
                ::tacit_sdk::roles::begin_admin_transfer(&to)
            }
            /// Takes back the naming of the next administrator. Only for the administrator.
            #[call]
            #[only_role(::tacit_sdk::roles::ADMIN)]
            fn cancel_admin_transfer() -> Result<(), ::tacit_sdk::roles::RolesError> {
                ::tacit_sdk::roles::cancel_admin_transfer()
            }
            /// Makes the caller, who was named, the administrator.
            #[call]
            fn accept_admin_transfer() -> Result<(), ::tacit_sdk::roles::RolesError> {
                ::tacit_sdk::roles::accept_admin_transfer()
            }
            /// Whether an account has a role.
            #[view]
            fn has_role(role: u8, account: ::tacit_sdk::Address) -> bool {
                ::tacit_sdk::roles::has(::tacit_sdk::roles::Role(role), &account)
            }
            /// How many accounts have a role.
            #[view]
            fn role_count(role: u8) -> u32 {
                ::tacit_sdk::roles::count(::tacit_sdk::roles::Role(role))
            }
            /// The account after another in the list of those who have a role; the zero address is before all.
            #[view]
            fn role_member_after(role: u8, account: ::tacit_sdk::Address) -> Option<::tacit_sdk::Address> {
                ::tacit_sdk::roles::member_after(::tacit_sdk::roles::Role(role), &account)
            }
        },
        "pause" => parse_quote! {
            /// Pauses a group of functions for a time, or makes its pause longer. Only for pausers.
            #[call]
            #[only_role(::tacit_sdk::roles::PAUSER)]
            fn pause(group: u8, duration: ::tacit_sdk::Duration) -> Result<(), ::tacit_sdk::pause::PauseError> {
                ::tacit_sdk::pause::pause(group, duration)
            }
            /// Ends the pause of a group. Only for unpausers.
            #[call]
            #[only_role(::tacit_sdk::roles::UNPAUSER)]
            fn unpause(group: u8) -> Result<(), ::tacit_sdk::pause::PauseError> {
                ::tacit_sdk::pause::unpause(group)
            }
            /// Until when a group is paused; nothing if it is not.
            #[view]
            fn paused_until(group: u8) -> Option<::tacit_sdk::Timestamp> {
                ::tacit_sdk::pause::paused_until(group)
            }
        },
        _ => parse_quote! {
            /// Announces new code and what its `migrate` gets; after the delay both can be set. Only for upgraders.
            #[call]
            #[only_role(::tacit_sdk::roles::UPGRADER)]
            fn announce_upgrade(
                code_hash: [u8; 32],
                input: ::tacit_sdk::Bytes<{ ::tacit_sdk::upgrade::INPUT_MAX }>,
            ) -> Result<(), ::tacit_sdk::upgrade::UpgradeError> {
                ::tacit_sdk::upgrade::announce(&code_hash, input)
            }
            /// Takes back the announcement. Only for the administrator.
            #[call]
            #[only_role(::tacit_sdk::roles::ADMIN)]
            fn cancel_upgrade() -> Result<(), ::tacit_sdk::upgrade::UpgradeError> {
                ::tacit_sdk::upgrade::cancel()
            }
            /// Sets the announced code, whose `migrate` gets what was announced, and at most so much gas. Only for upgraders.
            #[call]
            #[only_role(::tacit_sdk::roles::UPGRADER)]
            fn apply_upgrade(code_hash: [u8; 32], gas: u64) -> Result<(), ::tacit_sdk::upgrade::UpgradeError> {
                ::tacit_sdk::upgrade::apply(&code_hash, gas)
            }
            /// The announced code, the time from which it can be set, and what its `migrate` gets.
            #[view]
            fn announced_upgrade() -> Option<([u8; 32], ::tacit_sdk::Timestamp, ::tacit_sdk::Bytes<{ ::tacit_sdk::upgrade::INPUT_MAX }>)> {
                ::tacit_sdk::upgrade::announced()
            }
        },
    }
}

/// The modules' events, errors, roles and storage in the spec section.
pub fn sections(modules: &[String]) -> TokenStream {
    let mut code = TokenStream::new();
    for module in modules {
        let module = Ident::new(module, proc_macro2::Span::call_site());
        code.extend(crate::describe::section(&quote!(::tacit_sdk::#module::SPEC)));
    }
    code
}
