//! A wallet as small as can be, straight on the circuits: it proves and signs join-splits for the tests with real proofs.
//! It keeps every secret in the open and encrypts nothing.

use crate::support::{GAS, PRICE, action, join_split};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::path::Path;
use std::sync::LazyLock;
use tacit_circuits::spend::{Blinding, SpendKey, SpendSecret};
use tacit_circuits::statement::transfer::{InputNote, OutputNote, TransferPrivate};
use tacit_circuits::{FieldBytes as Field, GroupTree, ProvingKeys, TransferPublic, note, prove_transfer};
use tacit_exec::testing::{MemoryChain, TestKey, sign};
use tacit_types::shielded::{JoinSplit, Nullifiers, PublicValue, SpendKeyBytes, SpendSignature};
use tacit_types::tx::TX_VERSION;
use tacit_types::*;

/// Kept in the build's folder, so that they are made once.
static KEYS: LazyLock<ProvingKeys> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tacit-proving-keys");
    ProvingKeys::development(&folder)
});

/// The one address that the wallet uses.
const DIVERSIFIER: [u8; 11] = [5; 11];

/// One owner of notes, and the tree that everybody sees.
pub struct Wallet {
    secret: SpendSecret,
    nk: Field,
    pub tree: GroupTree,
    rng: ChaCha20Rng,
}

/// A note that the wallet can spend.
#[derive(Clone)]
pub struct Note {
    pub value: u128,
    blinding: Field,
    position: u32,
}

/// A join-split of two inputs before it is proven: what it will be, and what its prover needs.
pub struct Draft {
    pub join_split: JoinSplit,
    private: TransferPrivate<2>,
    blinding: Blinding,
}

impl Wallet {
    pub fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let secret = SpendSecret::from_wide(&wide(&mut rng)).unwrap();
        let nk = note::blinding(&bytes(&mut rng));
        Self { secret, nk, tree: GroupTree::new(), rng }
    }

    pub fn owner(&self) -> Field {
        let key = note::owner_key(&self.secret.public(), &self.nk).unwrap();
        note::owner(&key, &DIVERSIFIER).unwrap()
    }

    /// Takes over the notes of a block.
    pub fn follow(&mut self, executed: &tacit_exec::ExecutedBlock) {
        let Some(block) = &executed.shielded else { return };
        let leaves: Vec<Field> = block.commitments().map(|leaf| Field(leaf.0)).collect();
        self.tree.append(&leaves).unwrap();
        assert_eq!(self.tree.root().0, block.root.0);
    }

    /// Spends `notes` (dummies fill up to two) into outputs of the wallet's own with `values`, all of `asset`.
    pub fn draft(
        &mut self,
        chain: &MemoryChain,
        asset: AssetId,
        notes: &[Note],
        values: [u128; 2],
        public_value: PublicValue,
    ) -> (Draft, [Field; 2]) {
        let asset = note::asset_field(&asset.0);
        let owner = self.owner();
        let blindings = [note::blinding(&bytes(&mut self.rng)), note::blinding(&bytes(&mut self.rng))];
        let outputs = [0, 1].map(|index| OutputNote { owner, value: values[index], blinding: blindings[index] });
        let inputs = [0, 1].map(|index| self.input(notes.get(index)));
        let nullifiers = [0, 1].map(|index: usize| {
            let input: &InputNote = &inputs[index];
            let commitment = note::commitment(&asset, input.value, &owner, &input.blinding).unwrap();
            FieldBytes(note::nullifier(&self.nk, &commitment, input.path.position).unwrap().0)
        });
        let blinding = Blinding::from_wide(&wide(&mut self.rng));
        let mut join_split = join_split(chain, 0, public_value);
        join_split.anchor = FieldBytes(self.tree.root().0);
        join_split.nullifiers = Nullifiers::Two(nullifiers);
        for (output, made) in join_split.outputs.iter_mut().zip(&outputs) {
            output.commitment = FieldBytes(note::commitment(&asset, made.value, &owner, &made.blinding).unwrap().0);
        }
        join_split.spend_key = SpendKeyBytes(self.secret.randomized(&blinding).public().to_bytes());
        let (ak, nk) = (self.secret.public(), self.nk);
        let private = TransferPrivate { ak, nk, spend_blinding: blinding.clone(), asset, inputs, outputs };
        (Draft { join_split, private, blinding }, blindings)
    }

    fn input(&mut self, note: Option<&Note>) -> InputNote {
        match note {
            Some(note) => InputNote {
                diversifier: DIVERSIFIER,
                value: note.value,
                blinding: note.blinding,
                path: self.tree.path(note.position).unwrap(),
            },
            None => {
                let mut elsewhere = GroupTree::new();
                elsewhere.append(&[Field::from(1)]).unwrap();
                let blinding = note::blinding(&bytes(&mut self.rng));
                InputNote { diversifier: DIVERSIFIER, value: 0, blinding, path: elsewhere.path(0).unwrap() }
            }
        }
    }

    /// The note that output `index` of the last block's first join-split became.
    pub fn note(&self, first_position: u64, index: u32, value: u128, blindings: [Field; 2]) -> Note {
        Note { value, blinding: blindings[index as usize], position: u32::try_from(first_position).unwrap() + index }
    }

    /// Proves and signs the drafts in `body`, in the order of its join-splits.
    pub fn finish(&mut self, mut tx: Tx, drafts: &[Draft]) -> Tx {
        let sign_bytes = tx.body.sign_bytes();
        let proofs = drafts.iter().map(|draft| self.prove(draft, &sign_bytes)).collect();
        let signatures = drafts.iter().map(|draft| self.sign(draft, &sign_bytes)).collect();
        tx.witness.proofs = List::new(proofs).unwrap();
        tx.witness.spend_signatures = List::new(signatures).unwrap();
        tx
    }

    pub fn prove(&mut self, draft: &Draft, sign_bytes: &[u8; 32]) -> ProofBytes {
        let join_split = &draft.join_split;
        let Nullifiers::Two(nullifiers) = &join_split.nullifiers else { panic!("two inputs") };
        let (asset, public_in, public_out) = match &join_split.public_value {
            PublicValue::None => (Field::ZERO, 0, 0),
            PublicValue::In { asset, amount } => (note::asset_field(&asset.0), amount.0, 0),
            PublicValue::Out { asset, amount } => (note::asset_field(&asset.0), 0, amount.0),
        };
        let public = TransferPublic {
            anchor: Field(join_split.anchor.0),
            nullifiers: nullifiers.map(|nullifier| Field(nullifier.0)),
            commitments: [0, 1].map(|index: usize| Field(join_split.outputs[index].commitment.0)),
            asset,
            public_in,
            public_out,
            sighash: note::sighash(sign_bytes),
            spend_key: SpendKey::from_bytes(&join_split.spend_key.0).unwrap(),
        };
        ProofBytes(prove_transfer(&KEYS, &public, &draft.private, &mut self.rng).unwrap().0)
    }

    pub fn sign(&mut self, draft: &Draft, sign_bytes: &[u8; 32]) -> SpendSignature {
        let mut random = [0; 80];
        self.rng.fill_bytes(&mut random);
        SpendSignature(self.secret.randomized(&draft.blinding).sign(sign_bytes, &random))
    }
}

/// The body of an account's transaction with these join-splits and then `rest`.
pub fn account_body(chain: &MemoryChain, sender: &TestKey, drafts: &[Draft], rest: Vec<Action>) -> TxBody {
    let mut actions: Vec<Action> = drafts.iter().map(|draft| action(draft.join_split.clone())).collect();
    actions.extend(rest);
    TxBody { gas_limit: GAS, ..chain.body(sender, actions) }
}

/// The body of a shielded transaction with these join-splits and then `rest`.
pub fn shielded_body(chain: &MemoryChain, drafts: &[Draft], rest: Vec<Action>) -> TxBody {
    let mut actions: Vec<Action> = drafts.iter().map(|draft| action(draft.join_split.clone())).collect();
    actions.extend(rest);
    TxBody {
        version: TX_VERSION,
        genesis_id: chain.rules.genesis_id,
        expiry: Height(chain.tip.height.0 + 100),
        gas_limit: GAS,
        max_fee_per_gas: PRICE,
        max_tip_per_gas: PRICE,
        authorization: Authorization::Shielded,
        actions: List::new(actions).unwrap(),
    }
}

/// `body` without a witness.
pub fn unwitnessed(body: TxBody) -> Tx {
    Tx { body, witness: Witness::default() }
}

/// `body` signed by an account.
pub fn signed(sender: &TestKey, body: TxBody) -> Tx {
    sign(sender, body)
}

fn wide(rng: &mut ChaCha20Rng) -> [u8; 64] {
    let mut bytes = [0; 64];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn bytes(rng: &mut ChaCha20Rng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}
