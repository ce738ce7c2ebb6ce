//! Votes: the member's place in the group as it was when the poll was opened, and the proof that goes with a choice.

use crate::error::WalletError;
use crate::prove::{MemberKey, ours, theirs};
use rand_core::OsRng;
use tacit_circuits::statement::membership::leaf;
use tacit_circuits::statement::vote::{VotePrivate, nullifier as vote_nullifier};
use tacit_circuits::{FieldBytes as Field, GroupTree, ProvingKeys, VotePublic, context_from_hash, prove_vote};
use tacit_types::identity::PollVote;
use tacit_types::{Address, FieldBytes, GenesisId, PollId, ProofBytes, binding};

/// A poll as a voter needs it.
#[derive(Debug, Clone, Copy)]
pub struct Ballot<'a> {
    /// The chain.
    pub genesis_id: GenesisId,
    /// Who will send the vote: an account, or the one-time sender of a shielded transaction.
    pub sender: Address,
    /// The poll.
    pub poll: PollId,
    /// The group's root when it was opened, as `poll_get` gives it.
    pub root: FieldBytes,
    /// The group's first leaves, as many as the poll counts members.
    pub leaves: &'a [[u8; 32]],
}

/// Proves a vote for `choice` with the weight that is registered with the member.
///
/// # Errors
/// [`WalletError::PollLeaves`] when the leaves do not lead to the poll's root, [`WalletError::NotAMember`],
/// [`WalletError::Prove`], [`WalletError::Statement`].
pub fn vote(
    keys: &ProvingKeys,
    ballot: &Ballot<'_>,
    member: &MemberKey,
    weight: u64,
    choice: u8,
) -> Result<(PollVote, ProofBytes), WalletError> {
    let mut tree = GroupTree::new();
    tree.append(&ballot.leaves.iter().copied().map(Field).collect::<Vec<_>>())?;
    if tree.root() != theirs(&ballot.root) {
        return Err(WalletError::PollLeaves);
    }
    let own = leaf(&member.0.public_key()?, weight.into())?;
    let position = tree.position_of(&own).ok_or(WalletError::NotAMember { weight })?;
    let public = public(ballot, nullifier(ballot.genesis_id, ballot.poll, member)?, weight, choice);
    let private = VotePrivate { secret: member.0.clone(), path: tree.path(position)? };
    let proof = prove_vote(keys, &public, &private, &mut OsRng)?;
    let vote = PollVote { poll: ballot.poll, root: ballot.root, choice, nullifier: ours(public.nullifier), weight };
    Ok((vote, ProofBytes(proof.0)))
}

/// What shows that a member voted in a poll, and not who: the same whatever is voted and whoever sends it.
///
/// # Errors
/// [`WalletError::Statement`] never for a key of [`MemberKey`].
pub fn nullifier(genesis_id: GenesisId, poll: PollId, member: &MemberKey) -> Result<FieldBytes, WalletError> {
    let scope = context_from_hash(&binding::poll_scope(&genesis_id, &poll));
    Ok(ours(vote_nullifier(&scope, &member.0)?))
}

/// What the chain will see of a vote.
fn public(ballot: &Ballot<'_>, nullifier: FieldBytes, weight: u64, choice: u8) -> VotePublic {
    VotePublic {
        root: theirs(&ballot.root),
        nullifier: theirs(&nullifier),
        poll: poll_field(ballot),
        weight: weight.into(),
        choice: choice.into(),
        context: context_from_hash(&binding::vote_context(&ballot.genesis_id, &ballot.sender, &ballot.poll)),
    }
}

fn poll_field(ballot: &Ballot<'_>) -> Field {
    context_from_hash(&binding::poll_scope(&ballot.genesis_id, &ballot.poll))
}
