//! Every way in which the adversary breaks its block, and the words by which an honest node must refuse it.
//!
//! A trick takes an honest block and breaks one rule. What the header says about the body is made right again
//! ([`sealed`]), so that the rule in question is the first that fails.

pub mod accounts;
mod bytes;
mod certificate;
mod header;
mod transactions;

use tacit_consensus::chain::BuiltBlock;
use tacit_types::{Address, Block, GenesisId, UnixMillis};

/// What a trick may look at besides the block.
pub struct Scene {
    /// The chain.
    pub genesis_id: GenesisId,
    /// Time of the block before.
    pub parent_time: UnixMillis,
    /// Who proposes in the round after this one.
    pub next_proposer: Address,
}

/// One broken rule.
pub struct Trick {
    /// What is wrong with the block.
    pub name: &'static str,
    /// Part of the reason that must be given.
    pub refused_for: &'static str,
    /// Breaks a block.
    pub play: fn(&Scene, Block) -> BuiltBlock,
}

const fn trick(name: &'static str, refused_for: &'static str, play: fn(&Scene, Block) -> BuiltBlock) -> Trick {
    Trick { name, refused_for, play }
}

/// All tricks, in the order in which they are played.
pub static ALL: &[Trick] = &[
    trick("a format from the future", "`version`", header::version),
    trick("the id of another chain", "`genesis_id`", header::genesis_id),
    trick("the height after", "`height`", header::height),
    trick("another parent", "`parent`", header::parent),
    trick("another proposer", "`proposer`", header::proposer),
    trick("the next round's proposer and round", "another round or proposer", header::round),
    trick("a wrong state root", "`state_root`", header::state_root),
    trick("a wrong receipts root", "`receipts_root`", header::receipts_root),
    trick("a wrong base fee", "`base_fee`", header::base_fee),
    trick("other validators", "`validators_hash`", header::validators_hash),
    trick("other next validators", "`next_validators_hash`", header::next_validators_hash),
    trick("a body root that does not match", "`body_root`", header::body_root),
    trick("a body length that does not match", "`body_length`", header::body_length),
    trick("another certificate's hash", "`last_commit`", header::last_commit),
    trick("a time in the past", "`time_ms`", header::time_in_the_past),
    trick("its parent's time", "`time_ms`", header::time_of_the_parent),
    trick("a time in the future", "ahead of the local clock", header::time_in_the_future),
    trick("a missing certificate", "last commit is invalid: it is missing", certificate::missing),
    trick("a forged certificate", "last commit is invalid: a signature is forged", certificate::forged),
    trick("a certificate of too few", "two thirds of the voting power", certificate::of_too_few),
    trick("a certificate for another block", "it is for another block", certificate::for_another_block),
    trick("a certificate of strangers", "the signer bitmap does not fit", certificate::of_strangers),
    trick("junk under the honest block's id", "cannot be decoded", bytes::junk),
    trick("a block without its last byte", "cannot be decoded", bytes::truncated),
    trick("a block with a byte too many", "cannot be decoded", bytes::trailing),
    trick("a block over its limit", "bytes long, the limit is 65536", bytes::oversized),
    trick("an honest block under another id", "announced as", bytes::misnamed),
    trick("an undecodable transaction", "not a canonically encoded transaction", transactions::undecodable),
    trick("a bad signature", "a signature does not verify", transactions::bad_signature),
    trick("garbage for a proof", "a proof does not verify", transactions::garbage_proof),
    trick("another sender's proof", "a proof does not verify", transactions::replayed_proof),
    trick("a transaction of another chain", "that of another chain", transactions::of_another_chain),
    trick("a transfer of nothing", "the amount is zero", transactions::of_nothing),
    trick("a transaction twice", "occurs twice", transactions::duplicate),
    trick("too many transactions", "number of transactions is 9, the limit is 8", transactions::too_many),
    trick("too much gas", "gas is 3000000, the limit is 2000000", transactions::too_much_gas),
    trick("a sender without money", "transaction 0 cannot be charged: the balance", transactions::unpayable),
    trick("a sender who can pay once", "transaction 1 cannot be charged: the balance", transactions::payable_once),
    trick("money of the same block", "transaction 1 cannot be charged: the balance", transactions::paid_by_this_block),
    trick("an expired transaction", "the expiry height has passed", transactions::expired),
    trick("an expiry too far away", "further ahead than the limit", transactions::expiring_too_late),
    trick("a fee below the base fee", "below the base fee", transactions::under_priced),
    trick("a sequence too high", "an earlier transaction of the account is missing", transactions::early),
    trick("a transaction committed before", "the sequence was already used", transactions::replayed),
];

/// The block with whatever its header says about the body made right.
fn sealed(mut block: Block) -> BuiltBlock {
    block.header.body_root = block.body.root();
    block.header.body_length = u32::try_from(block.body.encoded_length()).unwrap();
    block.header.last_commit = block.body.last_commit_hash();
    announced(&block)
}

/// The block as it is, under its own id.
fn announced(block: &Block) -> BuiltBlock {
    BuiltBlock { block_id: block.header.id(), bytes: block.encode() }
}
