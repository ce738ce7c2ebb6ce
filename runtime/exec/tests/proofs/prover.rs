//! The wallet's side: statements about one member, proven for a sender, a purpose and a chain.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::path::Path;
use std::sync::LazyLock;
use tacit_circuits::statement::credential::{self, CredentialPrivate, HolderSecret};
use tacit_circuits::statement::equality::{EqualityPrivate, commit_linked};
use tacit_circuits::statement::membership::{MemberSecret, MembershipPrivate, leaf};
use tacit_circuits::statement::range::{RangePrivate, commit};
use tacit_circuits::{
    CredentialPublic, EqualityPublic, FieldBytes as Field, GroupTree, MembershipPublic, ProvingKeys, RangePublic,
    context_from_hash, prove_credential, prove_equality, prove_membership, prove_range,
};
use tacit_exec::proofs::{context, scope};
use tacit_exec::testing::{MemoryChain, TestKey, sign, with_proofs};
use tacit_types::action::{GroupAdd, GroupCreate, Member, Prove, ProveEquality, ProveMembership, ProveRange, group_id};
use tacit_types::identity::ProveCredential;
use tacit_types::*;

/// Kept in the build's folder, so that they are made once.
static KEYS: LazyLock<ProvingKeys> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tacit-proving-keys");
    ProvingKeys::development(&folder)
});

/// The weight that the member of these tests is registered with.
pub const WEIGHT: u64 = 5;

/// A statement and the bytes of its proof.
pub type Proven = (Prove, [u8; 128]);

/// Whom and what a proof is for.
#[derive(Clone)]
pub struct Use<'a> {
    pub genesis_id: GenesisId,
    pub sender: &'a TestKey,
    pub purpose: &'a str,
}

impl<'a> Use<'a> {
    pub fn of(chain: &MemoryChain, sender: &'a TestKey) -> Self {
        Self { genesis_id: chain.rules.genesis_id, sender, purpose: "test" }
    }

    fn context(&self) -> Field {
        Field(context(&self.genesis_id, &self.sender.address(), &name(self.purpose)).0)
    }
}

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn number(number: u128) -> Field {
    Field::from(number)
}

/// The value 500 lies between 100 and 1,000. Another seed gives another proof of the same statement.
pub fn range_with_seed(used: &Use<'_>, seed: u64) -> Proven {
    let private = RangePrivate { value: 500, blinding: number(77) };
    let commitment = commit(private.value, &private.blinding).unwrap();
    let public = RangePublic { commitment, low: 100, high: 1_000, context: used.context() };
    let proof = prove_range(&KEYS, &public, &private, &mut ChaCha20Rng::seed_from_u64(seed)).unwrap();
    let (low, high) = (public.low, public.high);
    let statement = ProveRange { commitment: FieldBytes(commitment.0), low, high, purpose: name(used.purpose) };
    (Prove::Range(statement), proof.0)
}

pub fn range(used: &Use<'_>) -> Proven {
    range_with_seed(used, 1)
}

/// Two commitments hide 500.
pub fn equality(used: &Use<'_>) -> Proven {
    let private = EqualityPrivate { value: 500, first_blinding: number(77), second_blinding: number(78) };
    let first = commit(private.value, &private.first_blinding).unwrap();
    let second = commit_linked(private.value, &private.second_blinding).unwrap();
    let public = EqualityPublic { first, second, context: used.context() };
    let proof = prove_equality(&KEYS, &public, &private, &mut ChaCha20Rng::seed_from_u64(2)).unwrap();
    let (left, right) = (FieldBytes(first.0), FieldBytes(second.0));
    (Prove::Equality(ProveEquality { left, right, purpose: name(used.purpose) }), proof.0)
}

/// A holder shows a credential over 500, of an issuer that only the state could know.
pub fn credential(used: &Use<'_>) -> Proven {
    let (secret, salt) = (HolderSecret(number(5_151)), number(79));
    let kind = context_from_hash(&binding::credential_kind(&name("age")));
    let application = context_from_hash(&binding::application_scope(&used.genesis_id, &name("shop")));
    let leaf = credential::leaf(&secret.holder_key().unwrap(), &kind, 500, &salt).unwrap();
    let mut tree = GroupTree::new();
    tree.append(&[leaf]).unwrap();
    let commitment = commit(500, &number(80)).unwrap();
    let public = CredentialPublic {
        root: tree.root(),
        kind,
        application,
        pseudonym: secret.pseudonym(&application).unwrap(),
        commitment,
        low: 100,
        high: 1_000,
        context: used.context(),
    };
    let path = tree.path(0).unwrap();
    let private = CredentialPrivate { secret, value: 500, salt, blinding: number(80), path };
    let proof = prove_credential(&KEYS, &public, &private, &mut ChaCha20Rng::seed_from_u64(4)).unwrap();
    let statement = ProveCredential {
        issuer: IssuerId([9; 32]),
        root: FieldBytes(public.root.0),
        kind: name("age"),
        application: name("shop"),
        pseudonym: FieldBytes(public.pseudonym.0),
        commitment: FieldBytes(commitment.0),
        low: 100,
        high: 1_000,
        purpose: name(used.purpose),
    };
    (Prove::Credential(statement), proof.0)
}

fn secret() -> MemberSecret {
    MemberSecret(number(4_242))
}

/// The first three members of the group; the second is the one who proves.
pub fn members() -> Vec<Member> {
    let own = Member { identity: FieldBytes(secret().public_key().unwrap().0), weight: WEIGHT };
    vec![other(1), own, other(2)]
}

/// Somebody else.
pub fn other(number: u64) -> Member {
    Member { identity: FieldBytes(Field::from(u128::from(number) + 9).0), weight: number }
}

fn tree(members: &[Member]) -> GroupTree {
    let leaves: Vec<Field> =
        members.iter().map(|member| leaf(&Field(member.identity.0), u128::from(member.weight)).unwrap()).collect();
    let mut tree = GroupTree::new();
    tree.append(&leaves).unwrap();
    tree
}

/// The member acts once in `scope_name` of `group`, which has `members` with the prover as the second.
pub fn membership_in(used: &Use<'_>, group: GroupId, members: &[Member], scope_name: &str) -> Proven {
    let tree = tree(members);
    let scope = Field(scope(&used.genesis_id, &group, &name(scope_name)).0);
    let public = MembershipPublic {
        root: tree.root(),
        nullifier: secret().nullifier(&scope).unwrap(),
        scope,
        weight: u128::from(WEIGHT),
        signal: used.context(),
    };
    let private = MembershipPrivate { secret: secret(), path: tree.path(1).unwrap() };
    let proof = prove_membership(&KEYS, &public, &private, &mut ChaCha20Rng::seed_from_u64(3)).unwrap();
    let statement = ProveMembership {
        group,
        root: FieldBytes(public.root.0),
        scope: name(scope_name),
        nullifier: FieldBytes(public.nullifier.0),
        weight: WEIGHT,
        purpose: name(used.purpose),
    };
    (Prove::Membership(statement), proof.0)
}

/// The member acts in the group that [`start`] makes.
pub fn membership(used: &Use<'_>, scope_name: &str) -> Proven {
    membership_in(used, the_group(), &members(), scope_name)
}

/// Alice, who owns the group, and Bob; neither is needed to be the member.
pub fn start() -> (MemoryChain, TestKey, TestKey) {
    let mut chain = MemoryChain::new(4, 2);
    let [alice, bob] = [chain.accounts[0].clone(), chain.accounts[1].clone()];
    let create = Action::GroupCreate(GroupCreate { members: List::new(members()).unwrap() });
    let tx = chain.tx(&alice, vec![create]);
    assert!(chain.run(&[tx]).receipts[0].succeeded());
    (chain, alice, bob)
}

/// The group that [`start`] makes.
pub fn the_group() -> GroupId {
    group_id(&TestKey::new(0).address(), Sequence(0), 0)
}

pub fn add(number: u64) -> Action {
    Action::GroupAdd(GroupAdd { group: the_group(), members: List::new(vec![other(number)]).unwrap() })
}

/// A signed transaction that has `proven` recorded.
pub fn tx(chain: &MemoryChain, sender: &TestKey, proven: &[Proven]) -> Tx {
    let actions = proven.iter().map(|(statement, _)| Action::Prove(statement.clone())).collect();
    tx_with(chain, sender, actions, proven.iter().map(|(_, proof)| *proof).collect())
}

pub fn tx_with(chain: &MemoryChain, sender: &TestKey, actions: Vec<Action>, proofs: Vec<[u8; 128]>) -> Tx {
    let mut body = chain.body(sender, actions);
    body.gas_limit = crate::support::GAS;
    with_proofs(sign(sender, body), proofs.into_iter().map(ProofBytes).collect())
}

/// Why the chain refuses to look at the transaction any further.
pub fn refused(chain: &MemoryChain, tx: &Tx) -> RejectCode {
    chain.check(tx).expect_err("must be refused").code
}
