//! The macros of the contract SDK. A contract uses them through `tacit_sdk`, whose paths the generated code names.
//!
//! They must never accept what the chain would refuse, and never put anything into a contract that its author cannot
//! see: exports do what the attribute says and no more.

mod contract;
mod describe;
mod error;
mod event;
mod function;
mod interface;
mod layout;
mod modules;
mod roles;
mod wire;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// Makes a module a contract: its functions with `#[init]`, `#[call]`, `#[view]` or `#[migrate(from = N)]` are what can be
/// called from outside, its `storage!` is what it keeps, its `roles!` who may do more than others. Everything else in the
/// module is private and ordinary Rust.
///
/// ```
/// #[tacit_sdk::contract]
/// mod counter {
///     use tacit_sdk::prelude::*;
///
///     storage! {
///         version = 1;
///         /// The number.
///         COUNT: Item<u64> = 0;
///     }
///
///     /// Starts at a number of the creator's choice.
///     #[init]
///     fn init(start: u64) {
///         COUNT.set(&start);
///     }
///
///     /// The number.
///     #[view]
///     fn get() -> u64 {
///         COUNT.get_or_default()
///     }
/// }
/// ```
///
/// Arguments, all optional: `name = "token"` (else the module's name), `version = "1.0.0"` (else the package's),
/// `modules(roles, pause, upgrade)` (functions of the SDK that the contract exports as its own),
/// `lock_group = "64 hex digits"` (contracts that cannot be entered while one of them runs).
#[proc_macro_attribute]
pub fn contract(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let arguments = parse_macro_input!(arguments as contract::Arguments);
    let module = parse_macro_input!(item as syn::ItemMod);
    contract::expand(arguments, module).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// An event: a struct whose `emit` records it in the receipt. The first topic is the struct's name in ASCII, the data are
/// the fields one after the other.
///
/// ```
/// use tacit_sdk::prelude::*;
///
/// /// Tokens moved.
/// #[event]
/// pub struct Moved {
///     /// Who got them.
///     pub to: Address,
///     /// How many.
///     pub amount: Amount,
/// }
/// ```
#[proc_macro_attribute]
pub fn event(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let unlisted = parse_macro_input!(arguments as describe::Unlisted);
    let item = parse_macro_input!(item as syn::ItemStruct);
    event::expand(unlisted, item).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// An error enum: each case has a code that callers and receipts see, from 1 up to 0xFFFE_FFFF.
///
/// ```
/// use tacit_sdk::prelude::*;
///
/// #[error]
/// pub enum Error {
///     /// There is not enough of it.
///     Insufficient = 1,
/// }
/// ```
#[proc_macro_attribute]
pub fn error(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let unlisted = parse_macro_input!(arguments as describe::Unlisted);
    let item = parse_macro_input!(item as syn::ItemEnum);
    error::expand(unlisted, item).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a struct or enum a value that can be an argument, a result, stored, or part of an event: its fields one after
/// the other, an enum led by a byte with the number of its case.
///
/// ```
/// use tacit_sdk::prelude::*;
///
/// #[derive(Wire, Clone, Copy, PartialEq, Debug)]
/// pub enum Order {
///     /// At any price.
///     Market,
///     /// At this price or better.
///     Limit { price: Amount },
/// }
/// ```
#[proc_macro_derive(Wire, attributes(unlisted))]
pub fn derive_wire(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::DeriveInput);
    wire::expand(&item).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Typed access to another contract: for each `fn` a method that ends this call if the callee fails, one led by `try_`
/// that returns a `Result`, and one led by `defer_` that runs it when no contract runs any more; for each `view fn` the
/// first two, without the right to change anything.
///
/// ```
/// use tacit_sdk::prelude::*;
///
/// interface! {
///     /// A fungible token.
///     pub Token {
///         fn transfer(to: Address, amount: Amount);
///         view fn balance_of(holder: Address) -> Amount;
///     }
/// }
///
/// fn pay(token: Address, to: Address) -> bool {
///     let token = Token::at(token);
///     let half = token.balance_of(env::self_address()).mul_div(1_u128, 2_u128, Rounding::Down);
///     token.gas(1_000_000).try_transfer(to, half).is_ok()
/// }
/// ```
#[proc_macro]
pub fn interface(input: TokenStream) -> TokenStream {
    let interface = parse_macro_input!(input as interface::Interface);
    interface::expand(&interface).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// What a contract keeps: `NAME: Kind<types> = prefix;` lines after the layout's version. Kinds are `Item`, `Map`,
/// `OrderedMap`, `Set`, `Queue`, `Transient` and `TransientMap`, prefixes 0 to 199, each used once. Only inside a
/// `#[contract]` module.
///
/// ```
/// # #[tacit_sdk::contract]
/// # mod example {
/// #   use tacit_sdk::prelude::*;
/// storage! {
///     version = 1;
///     /// Base units by holder.
///     BALANCES: Map<Address, Amount> = 0;
/// }
/// # }
/// ```
#[proc_macro]
pub fn storage(_input: TokenStream) -> TokenStream {
    outside("storage!")
}

/// The contract's own roles: `NAME = id;` lines with ids 16 to 255. `roles::ADMIN`, `PAUSER`, `UNPAUSER` and `UPGRADER` are
/// there without being named. Only inside a `#[contract(modules(roles))]` module.
///
/// ```
/// # #[tacit_sdk::contract(modules(roles))]
/// # mod example {
/// #   use tacit_sdk::prelude::*;
/// roles! {
///     /// May make tokens.
///     MINTER = 16;
/// }
///
/// /// Starts with the creator as administrator.
/// #[init]
/// fn init() {
///     roles::start(&env::caller());
/// }
///
/// /// Only for minters.
/// #[call]
/// #[only_role(MINTER)]
/// fn mint() {}
/// # }
/// ```
#[proc_macro]
pub fn roles(_input: TokenStream) -> TokenStream {
    outside("roles!")
}

fn outside(name: &str) -> TokenStream {
    let message = format!("`{name}` works only inside a module with `#[contract]`");
    syn::Error::new(proc_macro2::Span::call_site(), message).into_compile_error().into()
}

macro_rules! inside_only {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[proc_macro_attribute]
        pub fn $name(_arguments: TokenStream, _item: TokenStream) -> TokenStream {
            outside(concat!("#[", stringify!($name), "]"))
        }
    )*};
}

inside_only! {
    /// The function that runs once, when the contract is made. It must be named `init`.
    ///
    /// ```
    /// # #[tacit_sdk::contract] mod example { use tacit_sdk::prelude::*;
    /// #[init]
    /// fn init(start: u64) {
    /// #   let _ = start;
    /// }
    /// # }
    /// ```
    init
    /// A function that accounts and contracts can call. It may change things, and refuses money unless it is `#[payable]`.
    ///
    /// ```
    /// # #[tacit_sdk::contract] mod example { use tacit_sdk::prelude::*;
    /// #[call]
    /// fn double(number: u64) -> Option<u64> {
    ///     number.checked_mul(2)
    /// }
    /// # }
    /// ```
    call
    /// A function that changes nothing: a write in it ends the call, however it was called.
    ///
    /// ```
    /// # #[tacit_sdk::contract] mod example { use tacit_sdk::prelude::*;
    /// #[view]
    /// fn me() -> Address {
    ///     env::self_address()
    /// }
    /// # }
    /// ```
    view
    /// The function that runs once after code has changed, from the layout version that it takes over. It must be named
    /// `migrate`.
    ///
    /// ```
    /// # #[tacit_sdk::contract] mod example { use tacit_sdk::prelude::*;
    /// storage! {
    ///     version = 2;
    ///     OLD: Item<u64> = 0;
    ///     NEW: Item<u128> = 1;
    /// }
    ///
    /// #[migrate(from = 1)]
    /// fn migrate() {
    ///     NEW.set(&OLD.get_or_default().into());
    ///     OLD.remove();
    /// }
    /// # }
    /// ```
    migrate
    /// Lets a function be sent native money; see `env::value`.
    ///
    /// ```
    /// # #[tacit_sdk::contract] mod example { use tacit_sdk::prelude::*;
    /// #[call]
    /// #[payable]
    /// fn deposit() -> Amount {
    ///     env::value()
    /// }
    /// # }
    /// ```
    payable
    /// Guard: the caller must have the role, on every way into the function.
    ///
    /// ```
    /// # #[tacit_sdk::contract(modules(roles))] mod example { use tacit_sdk::prelude::*;
    /// #[call]
    /// #[only_role(roles::ADMIN)]
    /// fn close() {}
    /// # }
    /// ```
    only_role
    /// Guard: only the contract itself may call, for functions that run as deferred calls.
    ///
    /// ```
    /// # #[tacit_sdk::contract] mod example { use tacit_sdk::prelude::*;
    /// #[call]
    /// #[only_self]
    /// fn finish() {}
    /// # }
    /// ```
    only_self
    /// Guard: the function's group, 0 unless named, must not be paused.
    ///
    /// ```
    /// # #[tacit_sdk::contract(modules(roles, pause))] mod example { use tacit_sdk::prelude::*;
    /// const TRADING: u8 = 1;
    ///
    /// #[call]
    /// #[when_not_paused(TRADING)]
    /// fn trade() {}
    /// # }
    /// ```
    when_not_paused
    /// Lets a function be entered while the contract is on the call stack already, if the outgoing call allows it too.
    ///
    /// ```
    /// # #[tacit_sdk::contract] mod example { use tacit_sdk::prelude::*;
    /// #[view]
    /// #[reentrant]
    /// fn version() -> u32 {
    ///     1
    /// }
    /// # }
    /// ```
    reentrant
    /// Guard: while the function runs, no other function with this guard can begin, in this transaction.
    ///
    /// ```
    /// # #[tacit_sdk::contract] mod example { use tacit_sdk::prelude::*;
    /// #[call]
    /// #[nonreentrant]
    /// fn withdraw() {}
    /// # }
    /// ```
    nonreentrant
}
