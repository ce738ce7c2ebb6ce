//! A wallet as small as can be, straight on the circuits: it proves and signs join-splits for tests and benches with real proofs. It keeps
//! every secret in the open and encrypts nothing. Behind the feature `proving`; no node links it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use crate::block::ExecutedBlock;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use tacit_circuits::spend::{Blinding, SpendKey, SpendSecret};
use tacit_circuits::statement::transfer::{InputNote, OutputNote, TransferPrivate};
use tacit_circuits::{FieldBytes as Field, GroupTree, ProvingKeys, TransferPublic, note, prove_transfer};
use tacit_types::shielded::{
    JoinSplit, MEMO_CIPHERTEXT_BYTES, MemoCiphertext, NOTE_CIPHERTEXT_BYTES, NoteCiphertext, NoteOutput, Nullifiers,
    OUTGOING_CIPHERTEXT_BYTES, OutgoingCiphertext, PublicValue, SpendKeyBytes, SpendSignature,
};
use tacit_types::{AssetId, FieldBytes, List, ProofBytes, Tx};

/// The one address that the wallet uses.
const DIVERSIFIER: [u8; 11] = [5; 11];

/// One owner of notes, and the tree that everybody sees.
pub struct Wallet {
    secret: SpendSecret,
    nk: Field,
    keys: ProvingKeys,
    rng: ChaCha20Rng,
    /// The note tree.
    pub tree: GroupTree,
}

/// A note that the wallet can spend.
#[derive(Clone)]
pub struct Note {
    /// How much it is worth.
    pub value: u128,
    blinding: Field,
    position: u32,
}

/// A join-split of two inputs before it is proven: what it will be, and what its prover needs.
pub struct Draft {
    /// What it will be.
    pub join_split: JoinSplit,
    private: TransferPrivate<2>,
    blinding: Blinding,
}

impl Wallet {
    /// The wallet with this number; the same in every run.
    ///
    /// # Panics
    /// Never: no seed in use gives the secret zero.
    #[must_use]
    pub fn new(seed: u64, keys: ProvingKeys) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let secret = SpendSecret::from_wide(&bytes(&mut rng)).unwrap();
        let nk = note::blinding(&bytes(&mut rng));
        Self { secret, nk, keys, rng, tree: GroupTree::new() }
    }

    /// Whom its notes belong to.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn owner(&self) -> Field {
        let key = note::owner_key(&self.secret.public(), &self.nk).unwrap();
        note::owner(&key, &DIVERSIFIER).unwrap()
    }

    /// Takes over the notes of a block.
    ///
    /// # Panics
    /// When its own tree is another than the chain's.
    pub fn follow(&mut self, executed: &ExecutedBlock) {
        let Some(block) = &executed.shielded else { return };
        let leaves: Vec<Field> = block.commitments().map(|leaf| Field(leaf.0)).collect();
        self.tree.append(&leaves).unwrap();
        assert_eq!(self.tree.root().0, block.root.0);
    }

    /// Spends `notes` (dummies fill up to two) into outputs of the wallet's own with `values`, all of `asset`, at the root that the
    /// wallet knows. Gives the outputs' blindings too.
    ///
    /// # Panics
    /// When a note is not in the tree.
    pub fn draft(
        &mut self,
        asset: AssetId,
        notes: &[Note],
        values: [u128; 2],
        public_value: PublicValue,
    ) -> (Draft, [Field; 2]) {
        let asset = note::asset_field(&asset.0);
        let owner = self.owner();
        let blindings = [(); 2].map(|()| note::blinding(&bytes(&mut self.rng)));
        let outputs = [0, 1].map(|index| OutputNote { owner, value: values[index], blinding: blindings[index] });
        let inputs = [0, 1].map(|index| self.input(notes.get(index)));
        let commitment = |value, blinding: &Field| note::commitment(&asset, value, &owner, blinding).unwrap();
        let nullifiers = [0, 1].map(|index: usize| {
            let input: &InputNote = &inputs[index];
            let spent = commitment(input.value, &input.blinding);
            FieldBytes(note::nullifier(&self.nk, &spent, input.path.position).unwrap().0)
        });
        let blinding = Blinding::from_wide(&bytes(&mut self.rng));
        let join_split = JoinSplit {
            anchor: FieldBytes(self.tree.root().0),
            nullifiers: Nullifiers::Two(nullifiers),
            outputs: [0, 1].map(|index: usize| output(&commitment(values[index], &blindings[index]))),
            public_value,
            spend_key: SpendKeyBytes(self.secret.randomized(&blinding).public().to_bytes()),
            memo: MemoCiphertext([7; MEMO_CIPHERTEXT_BYTES]),
        };
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
    ///
    /// # Panics
    /// With a position beyond the tree.
    #[must_use]
    pub fn note(&self, first_position: u64, index: u32, value: u128, blindings: [Field; 2]) -> Note {
        Note { value, blinding: blindings[index as usize], position: u32::try_from(first_position).unwrap() + index }
    }

    /// Proves and signs the drafts in `tx`, in the order of its join-splits.
    ///
    /// # Panics
    /// When a draft states what is not true.
    pub fn finish(&mut self, mut tx: Tx, drafts: &[Draft]) -> Tx {
        let sign_bytes = tx.body.sign_bytes();
        let proofs = drafts.iter().map(|draft| self.prove(draft, &sign_bytes)).collect();
        let signatures = drafts.iter().map(|draft| self.sign(draft, &sign_bytes)).collect();
        tx.witness.proofs = List::new(proofs).unwrap();
        tx.witness.spend_signatures = List::new(signatures).unwrap();
        tx
    }

    /// The proof of a draft in a transaction with these bytes to sign.
    ///
    /// # Panics
    /// When the draft states what is not true.
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
        ProofBytes(prove_transfer(&self.keys, &public, &draft.private, &mut self.rng).unwrap().0)
    }

    /// The spend signature of a draft in such a transaction.
    pub fn sign(&mut self, draft: &Draft, sign_bytes: &[u8; 32]) -> SpendSignature {
        SpendSignature(self.secret.randomized(&draft.blinding).sign(sign_bytes, &bytes(&mut self.rng)))
    }
}

fn output(commitment: &Field) -> NoteOutput {
    NoteOutput {
        commitment: FieldBytes(commitment.0),
        ephemeral_key: [7; 32],
        view_tag: 7,
        ciphertext: NoteCiphertext([7; NOTE_CIPHERTEXT_BYTES]),
        outgoing: OutgoingCiphertext([7; OUTGOING_CIPHERTEXT_BYTES]),
    }
}

fn bytes<const LENGTH: usize>(rng: &mut ChaCha20Rng) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    rng.fill_bytes(&mut bytes);
    bytes
}
