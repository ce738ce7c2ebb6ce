//! A price, in a contract that changes its own code by the rules of the SDK's modules `roles` and `upgrade`: made under the
//! policy `governed`, its upgraders announce code together with what `migrate` gets, and set both after a delay. Its second
//! version is `tariff_next`.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// A price that its administrator sets.
#[tacit_sdk::contract(modules(roles, upgrade))]
mod tariff {
    use tacit_sdk::prelude::*;

    storage! {
        version = 1;
        /// What it costs.
        PRICE: Item<Amount> = 0;
    }

    /// Starts with the creator as administrator, an upgrader, and a price. New code waits for the SDK's two days.
    #[init]
    fn init(upgrader: Address, price: Amount) -> Result<(), roles::RolesError> {
        roles::start(&env::caller());
        PRICE.set(&price);
        roles::grant(roles::UPGRADER, &upgrader)
    }

    /// Sets the price. Only for the administrator.
    #[call]
    #[only_role(roles::ADMIN)]
    fn set_price(price: Amount) {
        PRICE.set(&price);
    }

    /// What it costs.
    #[view]
    fn price() -> Amount {
        PRICE.get_or_default()
    }
}
