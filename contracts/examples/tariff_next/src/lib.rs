//! The second version of `tariff`: it stores a discount besides, so its layout has a new version, and `migrate` takes over
//! what the first stored.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// A price that its administrator sets, and a discount.
#[tacit_sdk::contract(modules(roles, upgrade))]
mod tariff_next {
    use tacit_sdk::prelude::*;

    storage! {
        version = 2;
        /// What it costs.
        PRICE: Item<Amount> = 0;
        /// What is taken off.
        DISCOUNT: Item<Amount> = 1;
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The discount is more than the price.
        TooMuch = 1,
    }

    /// Starts with the creator as administrator, an upgrader, and a price.
    #[init]
    fn init(upgrader: Address, price: Amount) -> Result<(), roles::RolesError> {
        roles::start(&env::caller());
        PRICE.set(&price);
        roles::grant(roles::UPGRADER, &upgrader)
    }

    /// Takes over what the first version stored, with a discount of at most the price.
    #[migrate(from = 1)]
    fn migrate(discount: Amount) -> Result<(), Error> {
        if discount > price() {
            return Err(Error::TooMuch);
        }
        DISCOUNT.set(&discount);
        Ok(())
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

    /// What is taken off.
    #[view]
    fn discount() -> Amount {
        DISCOUNT.get_or_default()
    }
}
