//! The side of voters, issuers and holders: votes and credentials, proven for a sender and a chain.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::path::Path;
use std::sync::LazyLock;
use tacit_circuits::statement::credential::{self, CredentialPrivate, HolderSecret};
use tacit_circuits::statement::membership::{MemberSecret, leaf};
use tacit_circuits::statement::range::commit;
use tacit_circuits::statement::vote::{VotePrivate, nullifier};
use tacit_circuits::{
    CredentialPublic, FieldBytes as Field, GroupTree, ProveError, ProvingKeys, VotePublic, context_from_hash,
    prove_credential, prove_vote,
};
use tacit_exec::testing::{MemoryChain, TestKey, sign, with_proofs};
use tacit_state::overlay::read_value;
use tacit_state::{key, record};
use tacit_types::action::{GroupAdd, GroupCreate, Member, Prove, group_id};
use tacit_types::identity::*;
use tacit_types::*;

/// Kept in the build's folder, so that they are made once.
pub static KEYS: LazyLock<ProvingKeys> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tacit-proving-keys");
    ProvingKeys::development(&folder)
});

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub fn number(number: u128) -> Field {
    Field::from(number)
}

/// Member `index` of every group of these tests: weight 1, 2, 3 and so on.
pub fn member(index: u64) -> Member {
    Member { identity: FieldBytes(secret(index).public_key().unwrap().0), weight: index + 1 }
}

pub fn secret(index: u64) -> MemberSecret {
    MemberSecret(number(u128::from(index) + 70_000))
}

fn members(numbers: std::ops::Range<u64>) -> List<Member, { limits::GROUP_MEMBERS_MAX }> {
    List::new(numbers.map(member).collect()).unwrap()
}

pub fn group_of(numbers: std::ops::Range<u64>) -> Action {
    Action::GroupCreate(GroupCreate { members: members(numbers) })
}

pub fn joined_by(group: GroupId, numbers: std::ops::Range<u64>) -> Action {
    Action::GroupAdd(GroupAdd { group, members: members(numbers) })
}

pub fn poll(group: GroupId, options: u8, closes: u64) -> Action {
    Action::PollCreate(PollCreate { group, title: name("what-now"), options, closes: Height(closes) })
}

/// The tree of a group with these members.
pub fn electorate(numbers: std::ops::Range<u64>) -> GroupTree {
    let leaf = |index| leaf(&Field(member(index).identity.0), u128::from(member(index).weight)).unwrap();
    let mut tree = GroupTree::new();
    tree.append(&numbers.map(leaf).collect::<Vec<_>>()).unwrap();
    tree
}

/// A vote and who brings it to which chain.
#[derive(Clone)]
pub struct Ballot {
    pub genesis_id: GenesisId,
    pub sender: Address,
    pub poll: PollId,
    pub members: std::ops::Range<u64>,
    pub voter: u64,
    pub choice: u8,
}

/// A vote and its proof.
pub type Voted = (PollVote, [u8; 128]);

impl Ballot {
    pub fn proven(&self) -> Voted {
        self.try_prove().unwrap()
    }

    pub fn try_prove(&self) -> Result<Voted, ProveError> {
        let tree = electorate(self.members.clone());
        let poll = context_from_hash(&binding::poll_scope(&self.genesis_id, &self.poll));
        let weight = member(self.voter).weight;
        let public = VotePublic {
            root: tree.root(),
            nullifier: nullifier(&poll, &secret(self.voter)).unwrap(),
            poll,
            weight: weight.into(),
            choice: self.choice.into(),
            context: context_from_hash(&binding::vote_context(&self.genesis_id, &self.sender, &self.poll)),
        };
        let place = u32::try_from(self.voter).unwrap().min(u32::try_from(tree.count() - 1).unwrap());
        let private = VotePrivate { secret: secret(self.voter), path: tree.path(place).unwrap() };
        let proof = prove_vote(&KEYS, &public, &private, &mut ChaCha20Rng::seed_from_u64(5))?;
        let vote = PollVote {
            poll: self.poll,
            root: FieldBytes(public.root.0),
            choice: self.choice,
            nullifier: FieldBytes(public.nullifier.0),
            weight,
        };
        Ok((vote, proof.0))
    }
}

/// A chain with a poll of three choices among four members that closes at height 10, and two accounts, who need not be
/// members.
pub fn start() -> (MemoryChain, TestKey, TestKey) {
    let mut chain = MemoryChain::new(1, 2);
    let [alice, bob] = [chain.accounts[0].clone(), chain.accounts[1].clone()];
    crate::support::succeeds(&mut chain, &alice, vec![group_of(0..4), poll(the_group(), 3, 10)]);
    (chain, alice, bob)
}

/// The group that [`start`] makes.
pub fn the_group() -> GroupId {
    group_id(&TestKey::new(0).address(), Sequence(0), 0)
}

/// The poll that [`start`] opens.
pub fn the_poll() -> PollId {
    poll_id(&TestKey::new(0).address(), Sequence(0), 1)
}

/// A vote in [`the_poll`].
pub fn ballot(chain: &MemoryChain, sender: &TestKey, voter: u64, choice: u8) -> Ballot {
    let (genesis_id, sender) = (chain.rules.genesis_id, sender.address());
    Ballot { genesis_id, sender, poll: the_poll(), members: 0..4, voter, choice }
}

pub fn vote_tx(chain: &MemoryChain, sender: &TestKey, (vote, proof): Voted) -> Tx {
    tx_with(chain, sender, vec![Action::PollVote(vote)], vec![proof])
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

pub fn stored_poll(chain: &MemoryChain, id: &PollId) -> record::Poll {
    read_value(&chain.state, &key::poll(id)).unwrap().unwrap()
}

pub fn stored_issuer(chain: &MemoryChain, id: &IssuerId) -> record::Issuer {
    read_value(&chain.state, &key::issuer(id)).unwrap().unwrap()
}

/// The credential of holder `index`: attribute `age`, value 18 + index.
pub fn credential_leaf(index: u64) -> FieldBytes {
    let key = holder(index).holder_key().unwrap();
    FieldBytes(credential::leaf(&key, &kind(), value(index), &salt(index)).unwrap().0)
}

fn kind() -> Field {
    context_from_hash(&binding::credential_kind(&name("age")))
}

fn holder(index: u64) -> HolderSecret {
    HolderSecret(number(u128::from(index) + 80_000))
}

fn value(index: u64) -> u128 {
    18 + u128::from(index)
}

fn salt(index: u64) -> Field {
    number(u128::from(index) + 90_000)
}

/// A showing of holder `index`'s credential, whose leaf stands at that index of the issuer's leaves.
#[derive(Clone)]
pub struct Showing {
    pub genesis_id: GenesisId,
    pub sender: Address,
    pub issuer: IssuerId,
    pub leaves: Vec<FieldBytes>,
    pub holder: u64,
    pub application: &'static str,
    pub low: u128,
    pub high: u128,
}

impl Showing {
    pub fn proven(&self) -> (Prove, [u8; 128]) {
        self.try_prove().unwrap()
    }

    pub fn try_prove(&self) -> Result<(Prove, [u8; 128]), ProveError> {
        let tree = GroupTree::with_gaps(&self.leaves.iter().map(|leaf| Field(leaf.0)).collect::<Vec<_>>())?;
        let application = context_from_hash(&binding::application_scope(&self.genesis_id, &name(self.application)));
        let secret = holder(self.holder);
        let blinding = number(55);
        let commitment = commit(value(self.holder), &blinding).unwrap();
        let context = binding::proof_context(&self.genesis_id, &self.sender, &name("entry"));
        let public = CredentialPublic {
            root: tree.root(),
            kind: kind(),
            application,
            pseudonym: secret.pseudonym(&application).unwrap(),
            commitment,
            low: self.low,
            high: self.high,
            context: context_from_hash(&context),
        };
        let path = tree.path(u32::try_from(self.holder).unwrap()).unwrap();
        let private = CredentialPrivate { secret, value: value(self.holder), salt: salt(self.holder), blinding, path };
        let proof = prove_credential(&KEYS, &public, &private, &mut ChaCha20Rng::seed_from_u64(6))?;
        let statement = ProveCredential {
            issuer: self.issuer,
            root: FieldBytes(public.root.0),
            kind: name("age"),
            application: name(self.application),
            pseudonym: FieldBytes(public.pseudonym.0),
            commitment: FieldBytes(commitment.0),
            low: self.low,
            high: self.high,
            purpose: name("entry"),
        };
        Ok((Prove::Credential(statement), proof.0))
    }
}
