//! The reentrancy lock: the call stack itself. A contract on the stack cannot be entered again, not even to look, unless
//! both sides opted in; and a family of contracts can be locked as one.

use crate::access::Access;
use tacit_abi::{CALL_ALLOW_REENTRY, CALL_ALLOW_VIEW};
use tacit_types::Address;

/// A lock group: contracts of one creator that name the same id. Bound to the creator, so that a stranger's contract
/// cannot join a family to get past its lock.
pub(crate) type LockGroup = (Address, [u8; 32]);

/// A contract on the call stack.
#[derive(Clone)]
pub(crate) struct Active {
    pub contract: Address,
    pub group: Option<LockGroup>,
    /// What the call that it is making lets others do to it: the flags about reentry.
    pub allows: i32,
    /// Whether it may leave calls behind: nobody below it on the stack goes on without them.
    pub may_defer: bool,
}

/// Whether `contract` is on the stack and has not opted in to any entry: decided without looking at its code.
pub(crate) fn is_closed(stack: &[Active], contract: &Address) -> bool {
    stack.iter().rev().find(|active| active.contract == *contract).is_some_and(|active| active.allows == 0)
}

/// Whether `function` of `contract` may be entered now.
pub(crate) fn may_enter(
    stack: &[Active],
    contract: &Address,
    group: Option<LockGroup>,
    access: &Access,
    function: &str,
    is_static: bool,
) -> bool {
    may_enter_again(stack, contract, access, function, is_static) && may_enter_group(stack, group)
}

fn may_enter_again(stack: &[Active], contract: &Address, access: &Access, function: &str, is_static: bool) -> bool {
    let Some(active) = stack.iter().rev().find(|active| active.contract == *contract) else { return true };
    let enough = if is_static { CALL_ALLOW_REENTRY | CALL_ALLOW_VIEW } else { CALL_ALLOW_REENTRY };
    active.allows & enough != 0 && access.reentrant.contains(function)
}

/// While a member of the group is on the stack, only a member may enter a member.
fn may_enter_group(stack: &[Active], group: Option<LockGroup>) -> bool {
    let Some(group) = group else { return true };
    let is_member = |active: &Active| active.group == Some(group);
    !stack.iter().any(is_member) || stack.last().is_some_and(is_member)
}
