//! Statements that the chain has verified, for contracts that ask for them: assumed in a moment, or with feature `prove`
//! really proven. Both are recorded by the chain's own `prove` action.

use crate::chain::Chain;
use crate::outcome::Outcome;
use crate::step::Pending;
use tacit_exec::proofs::proof_id;
use tacit_types::action::Prove;
use tacit_types::{Action, Address, ProofBytes, ProofId};

impl Chain {
    /// Records `statement` for `sender` as if a proof of it had been verified. Bypasses the signature and the proof; the
    /// rest is the chain's, so that a spent nullifier or an unknown root is refused.
    ///
    /// # Panics
    /// When `sender` has no key and nobody pranked.
    #[track_caller]
    pub fn assume_proved(&mut self, sender: Address, statement: &Prove) -> Outcome {
        let mut pending = self.pending_prove(sender, statement, ProofBytes([0; 128]));
        pending.assumed = true;
        self.run_one(pending)
    }

    /// Where the chain records that `sender` had `statement` proven.
    #[must_use]
    pub fn proof_id(&self, sender: Address, statement: &Prove) -> ProofId {
        proof_id(&sender, statement)
    }

    #[track_caller]
    fn pending_prove(&mut self, sender: Address, statement: &Prove, proof: ProofBytes) -> Pending {
        let prank = self.now.pranked.take();
        let pending = self.pending(sender, prank, vec![Action::Prove(statement.clone())], "proof");
        Pending { proofs: vec![proof], ..pending }
    }
}

#[cfg(feature = "prove")]
mod real {
    use crate::chain::Chain;
    use crate::failure::Failure;
    use crate::whole;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;
    use std::fmt::Display;
    use tacit_circuits::statement::equality::{EqualityPrivate, commit_linked};
    use tacit_circuits::statement::membership::{MemberSecret, MembershipPrivate, leaf};
    use tacit_circuits::statement::range::{RangePrivate, commit};
    use tacit_circuits::{
        EqualityPublic, FieldBytes as Field, GroupTree, MembershipPublic, ProvingKeys, RangePublic, prove_equality,
        prove_membership, prove_range,
    };
    use tacit_exec::proofs::{context, scope};
    use tacit_state::{StateRead, key};
    use tacit_types::action::{GroupCreate, Member, Prove, ProveEquality, ProveMembership, ProveRange, group_id};
    use tacit_types::{Action, Address, FieldBytes, GroupId, List, Name, ProofBytes, ProofId};

    /// What somebody knows and has proven, secrets included. Numbers stand for field elements.
    #[derive(Debug, Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Claim {
        /// A committed value lies between two bounds.
        Range {
            /// The value.
            value: u128,
            /// Hides it in its commitment.
            blinding: u128,
            /// Smallest allowed value.
            low: u128,
            /// Largest allowed value.
            high: u128,
        },
        /// Two commitments hide one value.
        Equality {
            /// The value.
            value: u128,
            /// Hides it in the first commitment.
            first_blinding: u128,
            /// Hides it in the second commitment.
            second_blinding: u128,
        },
        /// A member of a group, made with [`Chain::group`], acts once in a scope.
        Membership {
            /// The group.
            group: GroupId,
            /// The member's secret.
            secret: u128,
            /// The weight that the member is registered with.
            weight: u64,
            /// Where it acts once.
            scope: String,
        },
    }

    /// A statement on record.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Proved {
        /// What was proven: what a contract that asks for it must put together.
        pub statement: Prove,
        /// Where it is recorded.
        pub id: ProofId,
    }

    impl Chain {
        /// Makes a real proof of `claim` for `sender` and `purpose` with the development keys in `keys`, and has the
        /// chain verify and record it in a signed transaction.
        ///
        /// # Errors
        /// [`Failure::Unproven`] when the claim is wrong; else [`Failure`] of the chain.
        ///
        /// # Panics
        /// When a name is none, `sender` has no key, or somebody pranked.
        #[track_caller]
        pub fn prove(
            &mut self,
            keys: &ProvingKeys,
            sender: Address,
            purpose: &str,
            claim: &Claim,
        ) -> Result<Proved, Failure> {
            assert!(self.now.pranked.is_none(), "a prank bypasses the proof: use `assume_proved` for who has no key");
            let (statement, proof) = self.make_proof(keys, sender, purpose, claim)?;
            let pending = self.pending_prove(sender, &statement, proof);
            let id = self.proof_id(pending.sender, &statement);
            self.run_one(pending).result.map(|_| Proved { statement, id })
        }

        /// Makes a group of members by their secrets and weights.
        ///
        /// # Errors
        /// [`Failure`] of the chain.
        ///
        /// # Panics
        /// When `owner` has no key and nobody pranked, or with more members than an action holds.
        #[track_caller]
        pub fn group(&mut self, owner: Address, members: &[(u128, u64)]) -> Result<GroupId, Failure> {
            let member = |(secret, weight): &(u128, u64)| {
                let identity = FieldBytes(MemberSecret(Field::from(*secret)).public_key().map_err(unproven)?.0);
                Ok(Member { identity, weight: *weight })
            };
            let members: Result<Vec<Member>, Failure> = members.iter().map(member).collect();
            let create = Action::GroupCreate(GroupCreate { members: whole(List::new(members?)) });
            let sender = self.now.pranked.unwrap_or(owner);
            let sequence = self.account_record(&sender).sequence;
            self.transact(owner, vec![create]).result.map(|_| group_id(&sender, sequence, 0))
        }

        fn make_proof(
            &self,
            keys: &ProvingKeys,
            sender: Address,
            purpose: &str,
            claim: &Claim,
        ) -> Result<(Prove, ProofBytes), Failure> {
            let purpose = whole(Name::new(purpose));
            let bound = Field(context(&self.rules.genesis_id, &sender, &purpose).0);
            // A fixed seed: the same test makes the same proof.
            let mut rng = ChaCha20Rng::seed_from_u64(1);
            match claim {
                Claim::Range { value, blinding, low, high } => {
                    let private = RangePrivate { value: *value, blinding: Field::from(*blinding) };
                    let commitment = commit(*value, &private.blinding).map_err(unproven)?;
                    let public = RangePublic { commitment, low: *low, high: *high, context: bound };
                    let proof = prove_range(keys, &public, &private, &mut rng).map_err(unproven)?;
                    let commitment = FieldBytes(commitment.0);
                    let statement = ProveRange { commitment, low: *low, high: *high, purpose };
                    Ok((Prove::Range(statement), ProofBytes(proof.0)))
                }
                Claim::Equality { value, first_blinding, second_blinding } => {
                    let private = EqualityPrivate {
                        value: *value,
                        first_blinding: Field::from(*first_blinding),
                        second_blinding: Field::from(*second_blinding),
                    };
                    let first = commit(*value, &private.first_blinding).map_err(unproven)?;
                    let second = commit_linked(*value, &private.second_blinding).map_err(unproven)?;
                    let public = EqualityPublic { first, second, context: bound };
                    let proof = prove_equality(keys, &public, &private, &mut rng).map_err(unproven)?;
                    let statement = ProveEquality { left: FieldBytes(first.0), right: FieldBytes(second.0), purpose };
                    Ok((Prove::Equality(statement), ProofBytes(proof.0)))
                }
                Claim::Membership { group, secret, weight, scope: scope_name } => {
                    let secret = MemberSecret(Field::from(*secret));
                    let (tree, own) = self.place_in(group, &secret, *weight)?;
                    let scope_name = whole(Name::new(scope_name));
                    let scope = Field(scope(&self.rules.genesis_id, group, &scope_name).0);
                    let nullifier = secret.nullifier(&scope).map_err(unproven)?;
                    let public = MembershipPublic {
                        root: tree.root(),
                        nullifier,
                        scope,
                        weight: u128::from(*weight),
                        signal: bound,
                    };
                    let private = MembershipPrivate { secret, path: tree.path(own).map_err(unproven)? };
                    let proof = prove_membership(keys, &public, &private, &mut rng).map_err(unproven)?;
                    let statement = ProveMembership {
                        group: *group,
                        root: FieldBytes(public.root.0),
                        scope: scope_name,
                        nullifier: FieldBytes(nullifier.0),
                        weight: *weight,
                        purpose,
                    };
                    Ok((Prove::Membership(statement), ProofBytes(proof.0)))
                }
            }
        }

        /// The group's tree as the state holds it, and where the member stands in it.
        fn place_in(&self, group: &GroupId, secret: &MemberSecret, weight: u64) -> Result<(GroupTree, u32), Failure> {
            let prefix = key::group_members_prefix(group);
            let stored = whole(self.now.state.scan(&prefix, &prefix, usize::MAX));
            let leaves: Vec<Field> =
                stored.iter().filter_map(|(_, leaf)| leaf.as_slice().try_into().ok().map(Field)).collect();
            let own = leaf(&secret.public_key().map_err(unproven)?, u128::from(weight)).map_err(unproven)?;
            let place = leaves.iter().position(|leaf| *leaf == own).and_then(|place| u32::try_from(place).ok());
            let mut tree = GroupTree::new();
            tree.append(&leaves).map_err(unproven)?;
            place.map(|place| (tree, place)).ok_or_else(|| unproven("the group has no such member"))
        }
    }

    fn unproven(error: impl Display) -> Failure {
        Failure::Unproven(error.to_string())
    }
}

#[cfg(feature = "prove")]
pub use real::{Claim, Proved};
