//! Goal: whoever follows the contract book on the network of `make devnet`, four validators, arrives as on one.
//! Method: the test of the book, with another number of validators.

use crate::process::the_contract_book_is_true::follow_the_book;

#[test]
fn the_contract_book_is_true_on_four_validators() {
    follow_the_book(4);
}
