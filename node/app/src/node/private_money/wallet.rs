//! The least that makes private payments with one input: keys, notes, proofs and signatures, without encryption.

use ed25519_consensus::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::LazyLock;
use tacit_circuits::spend::{Blinding, SpendSecret};
use tacit_circuits::statement::range::{RangePrivate, commit};
use tacit_circuits::statement::transfer::{InputNote, OutputNote, TransferPrivate};
use tacit_circuits::{
    FieldBytes as Field, MembershipPath, ProvingKeys, RangePublic, TransferPublic, note, prove_range, prove_transfer,
};
use tacit_types::shielded::{
    JoinSplit, MemoCiphertext, NoteCiphertext, NoteOutput, Nullifiers, OutgoingCiphertext, PublicValue, SpendKeyBytes,
    SpendSignature,
};
use tacit_types::tx::{IndexedSignature, TX_VERSION};
use tacit_types::{
    Action, AssetId, Authorization, FieldBytes, Gas, GenesisId, Height, List, Price, ProofBytes, PublicKey, Sequence,
    Signature, Tx, TxBody, Witness,
};

/// Gas that every transaction here asks for.
pub const GAS: Gas = Gas(2_000_000);

/// Kept beside those of the circuits' tests, so that they are made once.
static KEYS: LazyLock<ProvingKeys> =
    LazyLock::new(|| ProvingKeys::development(&std::env::temp_dir().join("tacit-circuits-tests")));

const DIVERSIFIER: [u8; 11] = [3; 11];

/// Keys of one wallet.
pub struct Wallet {
    secret: SpendSecret,
    nk: Field,
    owner_key: Field,
}

/// A join-split before it is bound to a transaction.
pub struct Draft {
    anchor: FieldBytes,
    input: InputNote,
    values: [u128; 2],
    public_value: PublicValue,
    seed: u8,
}

impl Draft {
    /// Spends `input` under `anchor` for two notes of `values`; `seed` makes it another one.
    pub fn new(anchor: FieldBytes, input: InputNote, values: [u128; 2], public_value: PublicValue, seed: u8) -> Self {
        Self { anchor, input, values, public_value, seed }
    }
}

fn asset() -> Field {
    note::asset_field(&AssetId::NATIVE.0)
}

fn wide(seed: u8) -> [u8; 64] {
    [seed; 64]
}

impl Wallet {
    pub fn new(seed: u8) -> Self {
        let secret = SpendSecret::from_wide(&wide(seed)).unwrap();
        let nk = Field::from(u128::from(seed) + 99);
        let owner_key = note::owner_key(&secret.public(), &nk).unwrap();
        Self { secret, nk, owner_key }
    }

    /// The `seed`-th output of this wallet, as an input with the path `path`.
    pub fn input(&self, value: u128, seed: u8, path: MembershipPath) -> InputNote {
        InputNote { diversifier: DIVERSIFIER, value, blinding: note::blinding(&[seed; 32]), path }
    }

    /// An input of nothing.
    pub fn dummy(&self, seed: u8) -> InputNote {
        let path = MembershipPath { position: u32::from(seed), siblings: [[Field::ZERO; 3]; 16] };
        self.input(0, seed ^ 255, path)
    }

    /// What spending the draft's input makes public.
    pub fn nullifier(&self, draft: &Draft) -> FieldBytes {
        let commitment = draft.input.commitment(&self.owner_key, &asset()).unwrap();
        FieldBytes(note::nullifier(&self.nk, &commitment, draft.input.path.position).unwrap().0)
    }

    fn outputs(&self, draft: &Draft) -> [OutputNote; 2] {
        let owner = note::owner(&self.owner_key, &DIVERSIFIER).unwrap();
        let output = |side: u8, value| OutputNote { owner, value, blinding: note::blinding(&[draft.seed + side; 32]) };
        [output(0, draft.values[0]), output(1, draft.values[1])]
    }

    fn join_split(&self, draft: &Draft) -> JoinSplit {
        let output = |note: &OutputNote| NoteOutput {
            commitment: FieldBytes(note.commitment(&asset()).unwrap().0),
            ephemeral_key: [draft.seed; 32],
            view_tag: draft.seed,
            ciphertext: NoteCiphertext([draft.seed; 140]),
            outgoing: OutgoingCiphertext([draft.seed; 112]),
        };
        let [first, second] = self.outputs(draft);
        JoinSplit {
            anchor: draft.anchor,
            nullifiers: Nullifiers::One([self.nullifier(draft)]),
            outputs: [output(&first), output(&second)],
            public_value: draft.public_value,
            spend_key: SpendKeyBytes(
                self.secret.public().randomized(&Blinding::from_wide(&wide(draft.seed))).to_bytes(),
            ),
            memo: MemoCiphertext([draft.seed; 528]),
        }
    }

    /// Proves and signs the only join-split of `body`.
    fn witness(&self, draft: &Draft, body: &TxBody) -> Witness {
        let message = body.sign_bytes();
        let blinding = Blinding::from_wide(&wide(draft.seed));
        let signature = self.secret.randomized(&blinding).sign(&message, &[draft.seed; 80]);
        let outputs = self.outputs(draft);
        let (public_in, public_out) = match draft.public_value {
            PublicValue::None => (0, 0),
            PublicValue::In { amount, .. } => (amount.0, 0),
            PublicValue::Out { amount, .. } => (0, amount.0),
        };
        let public = TransferPublic::<1> {
            anchor: Field(draft.anchor.0),
            nullifiers: [Field(self.nullifier(draft).0)],
            commitments: [outputs[0].commitment(&asset()).unwrap(), outputs[1].commitment(&asset()).unwrap()],
            asset: asset(),
            public_in,
            public_out,
            sighash: note::sighash(&message),
            spend_key: self.secret.public().randomized(&blinding),
        };
        let private = TransferPrivate::<1> {
            ak: self.secret.public(),
            nk: self.nk,
            spend_blinding: blinding,
            asset: asset(),
            inputs: [draft.input.clone()],
            outputs,
        };
        let mut rng = ChaCha20Rng::from_seed([draft.seed; 32]);
        let proof = prove_transfer(&KEYS, &public, &private, &mut rng).unwrap();
        Witness {
            signatures: List::empty(),
            proofs: List::new(vec![ProofBytes(proof.0)]).unwrap(),
            spend_signatures: List::new(vec![SpendSignature(signature)]).unwrap(),
        }
    }
}

fn body(genesis_id: &GenesisId, price: u64, tip: u64, authorization: Authorization, action: Action) -> TxBody {
    TxBody {
        version: TX_VERSION,
        genesis_id: *genesis_id,
        expiry: Height(1_000),
        gas_limit: GAS,
        max_fee_per_gas: Price(price),
        max_tip_per_gas: Price(tip),
        authorization,
        actions: List::new(vec![action]).unwrap(),
    }
}

fn account(key: &SigningKey, sequence: u64) -> Authorization {
    let public_key = PublicKey(key.verification_key().to_bytes());
    Authorization::Account { public_key, sequence: Sequence(sequence) }
}

fn sign(key: &SigningKey, body: &TxBody) -> List<IndexedSignature, 16> {
    let signature = Signature(key.sign(&body.sign_bytes()).to_bytes());
    List::new(vec![IndexedSignature { key_index: 0, signature }]).unwrap()
}

/// A transaction of `key`'s account with one action that needs no proof.
pub fn signed(genesis_id: &GenesisId, key: &SigningKey, sequence: u64, action: Action) -> Tx {
    let body = body(genesis_id, 1_000, 1, account(key, sequence), action);
    let witness = Witness { signatures: sign(key, &body), ..Witness::default() };
    Tx { body, witness }
}

/// The join-split of `draft`, paid for by an account.
pub fn by_account(genesis_id: &GenesisId, key: &SigningKey, sequence: u64, wallet: &Wallet, draft: &Draft) -> Tx {
    let action = Action::JoinSplit(Box::new(wallet.join_split(draft)));
    let body = body(genesis_id, 1_000, 1, account(key, sequence), action);
    let witness = Witness { signatures: sign(key, &body), ..wallet.witness(draft, &body) };
    Tx { body, witness }
}

/// The join-split of `draft`, whose public out pays for itself at `price`.
pub fn by_nobody(genesis_id: &GenesisId, price: u64, wallet: &Wallet, draft: &Draft) -> Tx {
    let action = Action::JoinSplit(Box::new(wallet.join_split(draft)));
    let body = body(genesis_id, price, price, Authorization::Shielded, action);
    let witness = wallet.witness(draft, &body);
    Tx { body, witness }
}

/// A well-formed proof of something else.
pub fn some_proof() -> ProofBytes {
    let private = RangePrivate { value: 5, blinding: Field::from(1) };
    let commitment = commit(private.value, &private.blinding).unwrap();
    let public = RangePublic { commitment, low: 1, high: 9, context: Field::from(2) };
    ProofBytes(prove_range(&KEYS, &public, &private, &mut ChaCha20Rng::from_seed([1; 32])).unwrap().0)
}
