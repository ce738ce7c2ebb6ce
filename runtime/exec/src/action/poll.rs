//! Polls: opened among the members that a group has at that moment, voted in without saying who votes.
//!
//! The proof of a vote was checked before the block was voted for, under the root, nullifier, weight and choice that the
//! action names; here stands what the state has to say: is that the poll's root, is it open, did this member vote before.

use crate::error::{ExecFault, Refusal};
use crate::tx::TxContext;
use tacit_state::{key, record};
use tacit_types::identity::{PollCreate, PollVote, poll_id};
use tacit_types::{Event, List, RejectCode};

pub fn create(context: &mut TxContext<'_, '_>, create: &PollCreate, index: u16) -> Result<(), Refusal> {
    let group: record::Group = context.overlay.read(&key::group(&create.group))?.ok_or(RejectCode::GroupUnknown)?;
    let root = *group.roots.last().ok_or_else(|| bug("a group has no root"))?;
    if create.closes < context.block.height {
        return Err(RejectCode::PollClosed.into());
    }
    let id = poll_id(&context.sender, context.sequence, u32::from(index));
    let poll = record::Poll {
        creator: context.sender,
        group: create.group,
        title: create.title.clone(),
        root,
        members: group.members,
        opened: context.block.height,
        closes: create.closes,
        votes: 0,
        tally: List::new(vec![0; usize::from(create.options)]).map_err(|_| bug("a poll has too many choices"))?,
    };
    context.write_new(&key::poll(&id), &poll)?;
    context.events.push(Event::PollCreated { poll: id, group: create.group });
    Ok(())
}

pub fn vote(context: &mut TxContext<'_, '_>, vote: &PollVote) -> Result<(), Refusal> {
    let key = key::poll(&vote.poll);
    let poll: record::Poll = context.overlay.read(&key)?.ok_or(RejectCode::PollUnknown)?;
    if context.block.height > poll.closes {
        return Err(RejectCode::PollClosed.into());
    }
    if vote.root != poll.root {
        return Err(RejectCode::PollRootWrong.into());
    }
    let poll = counted(poll, vote)?;
    let spent = key::vote(&vote.poll, &vote.nullifier);
    if context.overlay.get(&spent)?.is_some() {
        return Err(RejectCode::NullifierSpent.into());
    }
    context.overlay.set(&spent, Some(context.block.height.0.to_le_bytes().to_vec()))?;
    context.overlay.write(&key, &poll)?;
    context.events.push(Event::Voted {
        poll: vote.poll,
        choice: vote.choice,
        weight: vote.weight,
        nullifier: vote.nullifier,
    });
    Ok(())
}

/// The poll with one vote more.
fn counted(poll: record::Poll, vote: &PollVote) -> Result<record::Poll, Refusal> {
    let mut tally = poll.tally.into_vec();
    let sum = tally.get_mut(usize::from(vote.choice)).ok_or(RejectCode::ChoiceUnknown)?;
    *sum = sum.checked_add(u128::from(vote.weight)).ok_or(RejectCode::AmountOverflow)?;
    let votes = poll.votes.checked_add(1).ok_or(RejectCode::AmountOverflow)?;
    let tally = List::new(tally).map_err(|_| bug("a poll has too many choices"))?;
    Ok(record::Poll { votes, tally, ..poll })
}

/// What was checked before must hold here.
fn bug(what: &str) -> ExecFault {
    ExecFault::Invariant(what.into())
}
