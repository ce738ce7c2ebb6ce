//! Scenarios: the whole node from outside, one sentence per file.
//!
//! `process` runs in CI, `long` by `make long`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod process {
    mod a_contract_lives_from_its_first_line_to_its_upgrade;
    mod a_failed_call_shows_who_called_whom;
    mod a_gas_report_shows_what_got_dearer;
    mod a_killed_validator_comes_back_level;
    mod a_late_node_catches_up;
    mod a_member_votes_from_the_pool;
    mod a_transfer_sent_to_any_node_is_committed_by_all;
    mod a_wallet_has_its_proofs_made_by_another_process;
    mod a_wrong_disk_stops_the_node;
    mod no_secret_is_ever_logged;
    pub mod the_contract_book_is_true;
    mod the_standard_contracts_agree_on_four_validators;
    mod two_wallets_pay_each_other_in_private;
    mod waiting_transactions_survive_a_clean_restart;
}

mod long {
    mod a_late_node_syncs_a_thousand_blocks;
    mod a_new_project_tests_its_module_on_a_chain;
    mod private_money_obeys_its_model;
    mod ten_minutes_of_load_with_a_kill_a_minute;
    mod the_contract_book_is_true_on_four_validators;
    mod the_standard_contracts_live_through_kills;
    mod twenty_deaths_lose_no_committed_block;
}
