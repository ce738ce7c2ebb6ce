//! `VerifyVoteExtensions`: never asked for, because every height disables vote extensions; each one is refused.

use crate::context::CtxAddress;
use crate::malachite::{Reply, VoteExtensionError};

type Verdicts = Vec<(CtxAddress, Result<(), VoteExtensionError>)>;

pub(crate) fn on_verify_extensions(extensions: Vec<(CtxAddress, ())>, reply: Reply<Verdicts>) {
    let refused = |(address, ())| (address, Err(VoteExtensionError::InvalidVoteExtension));
    let _ = reply.send(extensions.into_iter().map(refused).collect());
}
