//! Private transfers for benches: two notes in, two out, each with a proof and a spend signature of its own. The notes are
//! dummies of value zero, which cost a verifier exactly what others cost and need no money in the pool.

use crate::DiskChain;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use tacit_circuits::spend::{Blinding, SpendSecret};
use tacit_circuits::statement::transfer::{InputNote, OutputNote, TransferPrivate};
use tacit_circuits::{FieldBytes as Field, GroupTree, ProvingKeys, TransferPublic, note, prove_transfer};
use tacit_exec::testing::{TestKey, sign};
use tacit_types::shielded::{
    JoinSplit, MEMO_CIPHERTEXT_BYTES, MemoCiphertext, NOTE_CIPHERTEXT_BYTES, NoteCiphertext, NoteOutput, Nullifiers,
    OUTGOING_CIPHERTEXT_BYTES, OutgoingCiphertext, PublicValue, SpendKeyBytes, SpendSignature,
};
use tacit_types::tx::TX_VERSION;
use tacit_types::{Action, Authorization, FieldBytes, Gas, Height, List, Price, ProofBytes, RawTx, Sequence, TxBody};

impl DiskChain {
    /// One private transfer of each of the first `count` senders, for the first block of the chain.
    ///
    /// # Panics
    /// When something cannot be proven.
    #[must_use]
    pub fn block_of_private_transfers(&self, count: usize, keys: &ProvingKeys) -> Vec<RawTx> {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        self.senders.iter().take(count).map(|sender| self.private_transfer(sender, keys, &mut rng)).collect()
    }

    fn private_transfer(&self, sender: &TestKey, keys: &ProvingKeys, rng: &mut ChaCha20Rng) -> RawTx {
        let secret = SpendSecret::from_wide(&bytes(rng)).expect("not zero");
        let blinding = Blinding::from_wide(&bytes(rng));
        let nk = note::blinding(&bytes(rng));
        let owner = owner(&secret, &nk);
        let private = TransferPrivate {
            ak: secret.public(),
            nk,
            spend_blinding: blinding.clone(),
            asset: note::asset_field(&[0; 32]),
            inputs: [(); 2].map(|()| dummy(rng)),
            outputs: [(); 2].map(|()| OutputNote { owner, value: 0, blinding: note::blinding(&bytes(rng)) }),
        };
        let key = secret.randomized(&blinding);
        let join_split = join_split(&private, &owner, key.public().to_bytes());
        let body = self.private_body(sender, join_split);
        let sign_bytes = body.sign_bytes();
        let proof = prove_transfer(keys, &public(&body, &sign_bytes, &key), &private, rng).expect("a true statement");
        let mut tx = sign(sender, body);
        tx.witness.proofs = List::new(vec![ProofBytes(proof.0)]).expect("one proof");
        let signature = SpendSignature(key.sign(&sign_bytes, &bytes(rng)));
        tx.witness.spend_signatures = List::new(vec![signature]).expect("one signature");
        RawTx::new(tx.encode()).expect("short")
    }

    fn private_body(&self, sender: &TestKey, join_split: JoinSplit) -> TxBody {
        TxBody {
            version: TX_VERSION,
            genesis_id: self.rules.genesis_id,
            expiry: Height(100),
            gas_limit: Gas(1_000_000),
            max_fee_per_gas: Price(1_000_000_000),
            max_tip_per_gas: Price(1),
            authorization: Authorization::Account { public_key: sender.public(), sequence: Sequence(0) },
            actions: List::new(vec![Action::JoinSplit(Box::new(join_split))]).expect("one action"),
        }
    }
}

fn owner(secret: &SpendSecret, nk: &Field) -> Field {
    let key = note::owner_key(&secret.public(), nk).expect("canonical");
    note::owner(&key, &[5; 11]).expect("canonical")
}

fn dummy(rng: &mut ChaCha20Rng) -> InputNote {
    let mut tree = GroupTree::new();
    tree.append(&[Field::from(1)]).expect("one leaf");
    let path = tree.path(0).expect("the leaf");
    InputNote { diversifier: [5; 11], value: 0, blinding: note::blinding(&bytes(rng)), path }
}

fn join_split(private: &TransferPrivate<2>, owner: &Field, spend_key: [u8; 32]) -> JoinSplit {
    let commitment = |blinding: &Field| note::commitment(&private.asset, 0, owner, blinding).expect("canonical");
    let nullifier = |input: &InputNote| {
        let commitment = commitment(&input.blinding);
        FieldBytes(note::nullifier(&private.nk, &commitment, input.path.position).expect("canonical").0)
    };
    let output = |made: &OutputNote| NoteOutput {
        commitment: FieldBytes(commitment(&made.blinding).0),
        ephemeral_key: [7; 32],
        view_tag: 7,
        ciphertext: NoteCiphertext([7; NOTE_CIPHERTEXT_BYTES]),
        outgoing: OutgoingCiphertext([7; OUTGOING_CIPHERTEXT_BYTES]),
    };
    let ([first, second], [one, two]) = (&private.inputs, &private.outputs);
    JoinSplit {
        anchor: FieldBytes(tacit_circuits::tree::empty_root().0),
        nullifiers: Nullifiers::Two([nullifier(first), nullifier(second)]),
        outputs: [output(one), output(two)],
        public_value: PublicValue::None,
        spend_key: SpendKeyBytes(spend_key),
        memo: MemoCiphertext([7; MEMO_CIPHERTEXT_BYTES]),
    }
}

fn public(body: &TxBody, sign_bytes: &[u8; 32], key: &SpendSecret) -> TransferPublic<2> {
    let (_, join_split) = body.join_splits().next().expect("one join-split");
    let Nullifiers::Two(nullifiers) = &join_split.nullifiers else { unreachable!("two inputs") };
    let [one, two] = &join_split.outputs;
    TransferPublic {
        anchor: Field(join_split.anchor.0),
        nullifiers: nullifiers.map(|nullifier| Field(nullifier.0)),
        commitments: [Field(one.commitment.0), Field(two.commitment.0)],
        asset: Field::ZERO,
        public_in: 0,
        public_out: 0,
        sighash: note::sighash(sign_bytes),
        spend_key: key.public(),
    }
}

fn bytes<const LENGTH: usize>(rng: &mut ChaCha20Rng) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    rng.fill_bytes(&mut bytes);
    bytes
}
