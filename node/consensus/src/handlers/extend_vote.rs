//! `ExtendVote`: never asked for, because every height disables vote extensions; the answer is "none".

use crate::malachite::Reply;

pub(crate) fn on_extend_vote(reply: Reply<Option<()>>) {
    let _ = reply.send(None);
}
