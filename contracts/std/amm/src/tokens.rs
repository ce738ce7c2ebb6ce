//! How the pool moves tokens of others: it looks at balances before and after, because a token may take a fee, lie or
//! fail. It must never believe what a token says of a transfer, nor take it for a token's failure when the caller made it
//! fail.

use crate::amm::{Book, Error, SILENT};
use tacit_sdk::prelude::*;

interface! {
    /// What a token of the pool can do.
    pub Token {
        fn transfer(to: Address, amount: Amount);
        fn transfer_from(owner: Address, to: Address, amount: Amount);
        view fn balance_of(holder: Address) -> Amount;
    }
}

/// What asking a token may cost, in gas.
const ASK_GAS: u64 = 1_000_000;
/// What the pool itself keeps for the end of a call, in gas.
const OWN_GAS: u64 = 1_500_000;

/// What a token says that the pool has.
pub enum Answer {
    /// An amount.
    Holds(Amount),
    /// Nothing: it fails whoever asks.
    Silent,
}

impl Book {
    /// Asks the token for the pool's balance, in a way that a failure is the token's own. Callers can make any contract fail:
    /// by giving little gas, by locking it, or by nesting calls to the limit. So enough gas must be left, and that a token
    /// is silent is found out only by an account that calls the pool itself; then it is known to others too.
    pub fn ask(&self) -> Result<Answer, Error> {
        let token = Token::at(self.token).gas(ASK_GAS);
        if !token.has_gas(OWN_GAS) {
            return Err(Error::TooLittleGas);
        }
        match token.try_balance_of(env::self_address()) {
            Ok(held) => Ok(Answer::Holds(held)),
            Err(_) if SILENT.contains(&self.token) || env::is_called_by_account() => Ok(Answer::Silent),
            Err(_) => Err(Error::TokenRefused),
        }
    }

    /// What the pool has of the token, whatever the books say.
    pub fn held(&self) -> Result<Amount, Error> {
        balance(self.token, env::self_address())
    }

    /// Takes exactly an amount from the caller, and sees that it came.
    pub fn pull(&self, amount: Amount) -> Result<(), Error> {
        let before = self.held()?;
        let (caller, this) = (env::caller(), env::self_address());
        Token::at(self.token).try_transfer_from(caller, this, amount).map_err(|_| Error::TokenRefused)?;
        self.expect(before.checked_add(amount))
    }

    /// Pays exactly an amount, and sees that it went and arrived.
    pub fn pay(&self, to: Address, amount: Amount) -> Result<(), Error> {
        if amount.is_zero() {
            return Ok(());
        }
        let (before, had) = (self.held()?, balance(self.token, to)?);
        let after = before.checked_sub(amount).ok_or(Error::Shortfall)?;
        Token::at(self.token).try_transfer(to, amount).map_err(|_| Error::TokenRefused)?;
        self.expect(Some(after))?;
        let has = balance(self.token, to)?;
        if had.checked_add(amount) != Some(has) {
            return Err(Error::TokenMisbehaved);
        }
        // It answers, and nothing is missing: what it loses from now on it did not lose in silence.
        SILENT.remove(&self.token);
        Ok(())
    }

    /// The pool must have exactly this now, and no less than the books say.
    fn expect(&self, balance: Option<Amount>) -> Result<(), Error> {
        let held = self.held()?;
        if Some(held) != balance {
            return Err(Error::TokenMisbehaved);
        }
        if held < self.owed() { Err(Error::Shortfall) } else { Ok(()) }
    }
}

fn balance(token: Address, holder: Address) -> Result<Amount, Error> {
    Token::at(token).try_balance_of(holder).map_err(|_| Error::TokenRefused)
}
