//! Issuers of credentials: trees whose leaves are added and taken back by their owner.
//!
//! A leaf changes when its credential is revoked, so that every node stands in the state, and a change computes the nodes
//! above it and no others. A revocation forgets every earlier root: under those the revoked credential would still be one.

use crate::error::{ExecFault, Refusal};
use crate::tx::TxContext;
use tacit_circuits::FieldBytes as CircuitField;
use tacit_circuits::tree::{ARITY, CAPACITY, DEPTH, empty_node, empty_root, parent};
use tacit_state::record::{ISSUER_ROOTS_KEPT, Issuer};
use tacit_state::{Overlay, key};
use tacit_types::identity::{CredentialIssue, CredentialRevoke, IssuerCreate, issuer_id};
use tacit_types::{Event, FieldBytes, IssuerId, List, RejectCode};

/// The leaf where no credential stands.
const EMPTY: FieldBytes = FieldBytes([0; 32]);

pub fn create(context: &mut TxContext<'_, '_>, create: &IssuerCreate, index: u16) -> Result<(), Refusal> {
    let id = issuer_id(&context.sender, context.sequence, u32::from(index));
    let root = FieldBytes(empty_root().0);
    let issuer =
        Issuer { owner: context.sender, name: create.name.clone(), credentials: 0, revocations: 0, roots: only(root)? };
    context.write_new(&key::issuer(&id), &issuer)?;
    context.events.push(Event::IssuerChanged { issuer: id, root });
    Ok(())
}

pub fn issue(context: &mut TxContext<'_, '_>, issue: &CredentialIssue) -> Result<(), Refusal> {
    let issuer = owned(context, &issue.issuer)?;
    let added = u64::try_from(issue.leaves.len()).unwrap_or(u64::MAX);
    let credentials = issuer.credentials.checked_add(added).filter(|total| *total <= CAPACITY);
    let credentials = credentials.ok_or(RejectCode::IssuerFull)?;
    let root = set_leaves(context.overlay, &issue.issuer, issuer.credentials, &issue.leaves)?;
    let roots = with_root(issuer.roots.into_vec(), root)?;
    store(context, issue.issuer, root, &Issuer { credentials, roots, ..issuer })
}

pub fn revoke(context: &mut TxContext<'_, '_>, revoke: &CredentialRevoke) -> Result<(), Refusal> {
    let issuer = owned(context, &revoke.issuer)?;
    let index = u64::from(revoke.index);
    match context.overlay.get(&key::issuer_node(&revoke.issuer, 0, index))? {
        Some(leaf) if leaf != EMPTY.0 => {}
        _ => return Err(RejectCode::CredentialUnknown.into()),
    }
    let root = set_leaves(context.overlay, &revoke.issuer, index, &[EMPTY])?;
    let revocations = issuer.revocations.checked_add(1).ok_or_else(|| bug(&"revocations overflow"))?;
    store(context, revoke.issuer, root, &Issuer { revocations, roots: only(root)?, ..issuer })
}

fn owned(context: &mut TxContext<'_, '_>, id: &IssuerId) -> Result<Issuer, Refusal> {
    let issuer: Issuer = context.overlay.read(&key::issuer(id))?.ok_or(RejectCode::IssuerUnknown)?;
    if issuer.owner == context.sender { Ok(issuer) } else { Err(RejectCode::IssuerNotOwned.into()) }
}

fn store(context: &mut TxContext<'_, '_>, id: IssuerId, root: FieldBytes, issuer: &Issuer) -> Result<(), Refusal> {
    context.overlay.write(&key::issuer(&id), issuer)?;
    context.events.push(Event::IssuerChanged { issuer: id, root });
    Ok(())
}

/// Writes `leaves` from index `first` on, and every node above them; the new root. There is at least one leaf.
fn set_leaves(
    overlay: &mut Overlay<'_>,
    id: &IssuerId,
    first: u64,
    leaves: &[FieldBytes],
) -> Result<FieldBytes, Refusal> {
    let mut changed = Changed { first, nodes: leaves.iter().map(|leaf| CircuitField(leaf.0)).collect() };
    for height in 0..DEPTH {
        changed.write(overlay, id, level(height)?)?;
        changed = changed.parents(overlay, id, height)?;
    }
    changed.write(overlay, id, level(DEPTH)?)?;
    let root = changed.nodes.first().ok_or_else(|| bug(&"a tree without a root"))?;
    Ok(FieldBytes(root.0))
}

/// Neighbouring nodes of one level that have changed.
struct Changed {
    first: u64,
    nodes: Vec<CircuitField>,
}

impl Changed {
    fn write(&self, overlay: &mut Overlay<'_>, id: &IssuerId, level: u8) -> Result<(), Refusal> {
        for (node, index) in self.nodes.iter().zip(self.first..) {
            overlay.set(&key::issuer_node(id, level, index), Some(node.0.to_vec()))?;
        }
        Ok(())
    }

    /// The nodes above these, one level up.
    fn parents(&self, overlay: &mut Overlay<'_>, id: &IssuerId, height: usize) -> Result<Self, Refusal> {
        let end = (self.first..).zip(&self.nodes).last().map_or(self.first, |(index, _)| index);
        let (first, last) = (self.first.div_euclid(WIDTH), end.div_euclid(WIDTH));
        let mut nodes = Vec::new();
        for index in first..=last {
            let mut children = [CircuitField::ZERO; ARITY];
            for (child, at) in children.iter_mut().zip(index.saturating_mul(WIDTH)..) {
                *child = self.node(overlay, id, height, at)?;
            }
            nodes.push(parent(&children).map_err(|error| bug(&error))?);
        }
        Ok(Self { first, nodes })
    }

    /// The node at `index` of this level: a changed one, a stored one, or an empty one.
    fn node(
        &self,
        overlay: &mut Overlay<'_>,
        id: &IssuerId,
        height: usize,
        index: u64,
    ) -> Result<CircuitField, Refusal> {
        let own = index.checked_sub(self.first).and_then(|offset| usize::try_from(offset).ok());
        if let Some(node) = own.and_then(|offset| self.nodes.get(offset)) {
            return Ok(*node);
        }
        match overlay.get(&key::issuer_node(id, level(height)?, index))? {
            Some(bytes) => Ok(CircuitField(bytes.try_into().map_err(|_| bug(&"a node of another length"))?)),
            None => Ok(empty_node(height).ok_or_else(|| bug(&"a level above the root"))?),
        }
    }
}

/// [`ARITY`] as indexes are.
const WIDTH: u64 = ARITY as u64;

fn level(height: usize) -> Result<u8, ExecFault> {
    u8::try_from(height).map_err(|error| bug(&error))
}

fn only(root: FieldBytes) -> Result<List<FieldBytes, ISSUER_ROOTS_KEPT>, ExecFault> {
    List::new(vec![root]).map_err(|error| bug(&error))
}

/// Adds the current root and drops the oldest beyond the window. The same root is not kept twice.
fn with_root(mut roots: Vec<FieldBytes>, root: FieldBytes) -> Result<List<FieldBytes, ISSUER_ROOTS_KEPT>, ExecFault> {
    roots.retain(|kept| *kept != root);
    roots.push(root);
    let surplus = roots.len().saturating_sub(ISSUER_ROOTS_KEPT);
    roots.drain(..surplus);
    List::new(roots).map_err(|error| bug(&error))
}

/// What this file wrote itself must read back.
fn bug(error: &dyn std::fmt::Display) -> ExecFault {
    ExecFault::Invariant(format!("an issuer's tree is damaged: {error}"))
}
