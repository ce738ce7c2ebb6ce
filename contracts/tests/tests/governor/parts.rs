//! The parts that a governor is made of: chosen once, so they are asked before it exists.

use crate::scene::SETTINGS;
use tacit_contract_tests::module;
use tacit_simulator::{Address, Amount, Chain};

const TOKEN_FAILED: u32 = 12;
const TIMELOCK_FAILED: u32 = 13;

#[test]
fn a_token_without_votes_and_a_timelock_that_is_none_make_no_governor() {
    let mut chain = Chain::new();
    let creator = chain.account("creator");
    let [votes, silent, locks, code] =
        ["votes", "token", "timelock", "governor"].map(|name| chain.deploy_as(name, &module(name)).unwrap());
    let token = chain.instantiate(creator, votes, &(Amount(1_000),)).unwrap();
    let plain = chain.instantiate(creator, silent, &(Amount(1_000),)).unwrap();
    let nobody = Vec::<Address>::new();
    let hour: u64 = 3_600_000;
    let timelock = chain.instantiate(creator, locks, &(&nobody, &nobody, &nobody, true, hour)).unwrap();
    let wrong = [(plain, timelock, TOKEN_FAILED), (creator, timelock, TOKEN_FAILED), (token, plain, TIMELOCK_FAILED)];
    for (token, timelock, expected) in wrong {
        let refused = chain.instantiate(creator, code, &(token, timelock, creator, SETTINGS)).unwrap_err();
        assert_eq!(refused.contract_code(), Some(expected), "{refused:?}");
    }
    chain.instantiate(creator, code, &(token, timelock, creator, SETTINGS)).unwrap();
}
