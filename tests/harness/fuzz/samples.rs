//! Honest inputs of the targets. All of them follow from constants, so that a seed repeats a run.

use std::sync::LazyLock;
use tacit_circuits::keys::development_key_bytes;
use tacit_circuits::spend::{Blinding, SpendItem, SpendSecret};
use tacit_circuits::{ProofBytes, Statement, VerifyItem, VerifyingKeys};
use tacit_exec::Rules;
use tacit_exec::testing::{MemoryChain, sign, transfer};
use tacit_types::shielded::{
    CompactBlock, JoinSplit, NOTE_CIPHERTEXT_BYTES, NoteOutput, Nullifiers, OUTGOING_CIPHERTEXT_BYTES, PublicValue,
    SpendKeyBytes, SpendSignature,
};
use tacit_types::{Action, Address, Amount, AssetId, FieldBytes, Gas, Height, List, Network, Tx};
use tacit_wallet::shielded::disclosure::{Disclosed, Place};
use tacit_wallet::shielded::{
    Disclosure, FullViewingKey, Memo, MemoKey, Note, SentNote, ShieldedAddress, SpendingKey, encrypt,
};

/// What `note_ciphertext` reads: commitment, ephemeral key, view tag, both ciphertexts.
pub const OUTPUT_BYTES: usize = 32 + 32 + 1 + NOTE_CIPHERTEXT_BYTES + OUTGOING_CIPHERTEXT_BYTES;

const CONSTANT: &str = "samples are constants";

/// The first bytes, or zeros where there are none.
pub fn padded<const N: usize>(bytes: &[u8]) -> [u8; N] {
    core::array::from_fn(|index| bytes.get(index).copied().unwrap_or_default())
}

/// The rules of the chain that the sample transactions are for.
pub fn rules() -> &'static Rules {
    &PAYMENT.rules
}

/// The development keys.
pub fn keys() -> &'static VerifyingKeys {
    &PAYMENT.rules.keys
}

static SENDER: LazyLock<SpendingKey> = LazyLock::new(|| SpendingKey::from_bytes(&[1; 32]).expect(CONSTANT));
static RECEIVER: LazyLock<SpendingKey> = LazyLock::new(|| SpendingKey::from_bytes(&[2; 32]).expect(CONSTANT));

/// Who pays.
pub fn sender() -> &'static FullViewingKey {
    SENDER.full_viewing_key()
}

/// Who is paid.
pub fn receiver() -> &'static FullViewingKey {
    RECEIVER.full_viewing_key()
}

fn address(key: &FullViewingKey, index: u64) -> ShieldedAddress {
    key.address(index).expect(CONSTANT)
}

fn sent(number: u8) -> SentNote {
    let address = address(receiver(), u64::from(number));
    let note = Note::new(&address, AssetId::NATIVE, 7 + u128::from(number), [number; 32]);
    SentNote { address, note, memo_key: MemoKey::from_bytes([3; 32]) }
}

fn output(number: u8) -> NoteOutput {
    let sent = sent(number);
    encrypt(&sent.address, &sent.note, &sent.memo_key, sender().outgoing()).expect(CONSTANT)
}

/// A transaction whose first join-split pays the receiver; everything in it but the proof is what it should be.
pub struct Payment {
    /// The transaction.
    pub tx: Tx,
    join_split: JoinSplit,
    /// A transaction that is good in every respect.
    transfer: Tx,
    rules: Rules,
}

/// See [`Payment`].
pub static PAYMENT: LazyLock<Payment> = LazyLock::new(|| {
    let chain = MemoryChain::new(1, 2);
    let field = |number: u128| FieldBytes(tacit_circuits::FieldBytes::from(number).0);
    let secret = SpendSecret::from_wide(&[3; 64]).expect(CONSTANT);
    let join_split = JoinSplit {
        anchor: chain.note_tree().root,
        nullifiers: Nullifiers::Two([field(1), field(2)]),
        outputs: [output(4), output(5)],
        public_value: PublicValue::In { asset: AssetId::NATIVE, amount: Amount(21) },
        spend_key: SpendKeyBytes(secret.public().to_bytes()),
        memo: Memo::new("for the bread").expect(CONSTANT).encrypt(&MemoKey::from_bytes([3; 32])),
    };
    let account = &chain.accounts[0];
    let actions = vec![Action::JoinSplit(Box::new(join_split.clone())), transfer(Address([9; 32]), 3)];
    let mut body = chain.body(account, actions);
    body.gas_limit = Gas(5_000_000);
    let signature = SpendSignature(secret.sign(&body.sign_bytes(), &[6; 80]));
    let mut tx = sign(account, body);
    tx.witness.spend_signatures = List::new(vec![signature]).expect(CONSTANT);
    tx.witness.proofs = List::new(vec![tacit_types::ProofBytes(HONEST[4].proof.0)]).expect(CONSTANT);
    let transfer = chain.transfer(&chain.accounts[1], Address([8; 32]), 5);
    Payment { tx, join_split, transfer, rules: chain.rules }
});

/// A payment without a proof of its own, and a plain transfer.
pub fn transactions() -> Vec<Vec<u8>> {
    vec![PAYMENT.tx.encode(), PAYMENT.transfer.encode()]
}

/// A block with one join-split, with and without what history needs, and one with none.
pub fn compact_blocks() -> Vec<Vec<u8>> {
    let compact = PAYMENT.join_split.compact(PAYMENT.tx.id(), 0);
    let block = |join_splits| CompactBlock {
        height: Height(7),
        first_position: 12,
        root: PAYMENT.join_split.anchor,
        join_splits: List::new(join_splits).expect(CONSTANT),
    };
    let whole = block(vec![compact.clone(), compact]);
    vec![whole.encode(), whole.without_extras().encode(), block(vec![]).encode()]
}

/// Outputs to the receiver.
pub fn outputs() -> Vec<Vec<u8>> {
    let bytes = |output: &NoteOutput| {
        let parts: [&[u8]; 5] =
            [&output.commitment.0, &output.ephemeral_key, &[output.view_tag], &output.ciphertext.0, &output.outgoing.0];
        parts.concat()
    };
    PAYMENT.join_split.outputs.iter().map(bytes).collect()
}

/// Frames as a prover's connection has them, none of which is a whole question.
pub fn frames() -> Vec<Vec<u8>> {
    let frame = |body: &[u8]| [&u32::try_from(body.len()).unwrap_or_default().to_le_bytes()[..], body].concat();
    vec![frame(&[]), frame(&[1]), frame(&[1, 0]), frame(&[1; 400]), vec![0xff; 5], vec![0, 0, 0, 0, 0, 0, 0, 0]]
}

fn vector(statement: Statement) -> VerifyItem {
    let name = format!("{}-v{}.proof", statement.name(), statement.version());
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../circuits/vectors").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (inputs, proof) = bytes.split_at(32 * statement.input_count());
    let inputs: Vec<_> = inputs.as_chunks::<32>().0.iter().map(|bytes| tacit_circuits::FieldBytes(*bytes)).collect();
    VerifyItem::from_inputs(statement, &inputs, ProofBytes::from_slice(proof).expect(CONSTANT)).expect(CONSTANT)
}

/// A proof of every statement.
pub static HONEST: LazyLock<Vec<VerifyItem>> = LazyLock::new(|| Statement::ALL.into_iter().map(vector).collect());

/// The bytes of those proofs.
pub fn proofs() -> Vec<Vec<u8>> {
    HONEST.iter().map(|item| item.proof.0.to_vec()).collect()
}

/// The development keys as bytes.
pub fn verifying_keys() -> Vec<Vec<u8>> {
    Statement::ALL.into_iter().map(|statement| development_key_bytes(statement).to_vec()).collect()
}

/// Good spend signatures.
pub static SIGNED: LazyLock<Vec<SpendItem>> = LazyLock::new(|| {
    let signed = |number: u8| {
        let secret = SpendSecret::from_wide(&[number; 64]).expect(CONSTANT);
        let blinding = Blinding::from_wide(&[number ^ 0xff; 64]);
        let key = secret.public().randomized(&blinding).to_bytes();
        let message = [number.wrapping_mul(7); 32];
        SpendItem { key, message, signature: secret.randomized(&blinding).sign(&message, &[number; 80]) }
    };
    (1..=8).map(signed).collect()
});

/// Spend keys.
pub fn spend_keys() -> Vec<Vec<u8>> {
    SIGNED.iter().map(|item| item.key.to_vec()).collect()
}

/// Recipes of batches: four bytes an item.
pub fn recipes() -> Vec<Vec<u8>> {
    let recipe = |items: usize, bad: usize| -> Vec<u8> {
        let item = |index: usize| [index, if index < bad { index } else { 7 }, index * 5, index];
        (0..items).flat_map(item).map(|number| number.to_le_bytes()[0]).collect()
    };
    vec![recipe(1, 0), recipe(9, 0), recipe(9, 1), recipe(20, 7), recipe(12, 12)]
}

/// Addresses of every network, as text and as bytes.
pub fn addresses() -> Vec<Vec<u8>> {
    let address = address(receiver(), 3);
    let texts = [Network::Main, Network::Test, Network::Dev].map(|network| address.to_text(network));
    let upper = texts[2].to_uppercase();
    let texts = texts.into_iter().chain([upper]).map(String::into_bytes);
    texts.chain([address.to_bytes().to_vec()]).collect()
}

/// Viewing keys of both kinds, as text and as bytes.
pub fn viewing_keys() -> Vec<Vec<u8>> {
    let full = receiver().to_text(Network::Dev).as_bytes().to_vec();
    let incoming = receiver().incoming().to_text(Network::Main).as_bytes().to_vec();
    let bytes = tacit_wallet::shielded::ViewingKey::from_text(&receiver().to_text(Network::Dev), Network::Dev);
    vec![full, incoming, bytes.expect(CONSTANT).to_bytes().to_vec()]
}

fn plain() -> Disclosure {
    let place = Place { genesis_id: PAYMENT.tx.body.genesis_id, tx_id: PAYMENT.tx.id(), action: 0, output: 0 };
    Disclosure::of_sent(place, Network::Dev, &sent(4))
}

/// A disclosure of the payment, which nobody signed for.
pub fn disclosures() -> Vec<Vec<u8>> {
    vec![plain().to_text().into_bytes()]
}

/// What it shows.
pub fn shown() -> Disclosed {
    plain().verify(&PAYMENT.tx, Network::Dev).expect("the sample discloses the payment")
}
