//! How a note travels: encrypted to its receiver, and once more to its sender's outgoing key.
//!
//! A wrong key, a changed byte and a note that breaks a rule all look the same from outside: nothing was received. What
//! makes a sender's output unreadable is never told to anybody, or a wallet would be an oracle for its own key.

use super::address::{Diversifier, ShieldedAddress, point};
use super::derive::{context, ristretto_scalar};
use super::memo::{MemoKey, open, seal};
use super::note::{DecryptedNote, Note};
use super::viewing::{IncomingViewingKey, OutgoingKey};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use std::fmt;
use std::sync::LazyLock;
use tacit_circuits::FieldBytes;
use tacit_types::AssetId;
use tacit_types::shielded::{
    CompactOutput, NOTE_CIPHERTEXT_BYTES, NoteCiphertext, NoteOutput, OUTGOING_CIPHERTEXT_BYTES, OutgoingCiphertext,
};
use zeroize::{Zeroize, Zeroizing};

/// The only version of the plaintext so far.
const VERSION: u8 = 1;
const PLAINTEXT_BYTES: usize = NOTE_CIPHERTEXT_BYTES - 16;
const OUTGOING_BYTES: usize = OUTGOING_CIPHERTEXT_BYTES - 16;
/// Outputs whose shared points are encoded together, which costs one inversion per batch instead of one each.
const BATCH: usize = 128;

/// What a sender's viewing key reads again of an output that it made.
#[derive(Clone, PartialEq, Eq)]
pub struct SentNote {
    /// To whom it went.
    pub address: ShieldedAddress,
    /// The note.
    pub note: Note,
    /// Decrypts the memo of its join-split.
    pub memo_key: MemoKey,
}

/// A note that does not belong to the address that it is to be encrypted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the note is not one of the address that it is to be encrypted for")]
pub struct ForeignNote;

/// The output that gives `note` to `address`. `outgoing` will read it again; random bytes there give that up.
///
/// # Errors
/// [`ForeignNote`].
pub fn encrypt(
    address: &ShieldedAddress,
    note: &Note,
    memo_key: &MemoKey,
    outgoing: &OutgoingKey,
) -> Result<NoteOutput, ForeignNote> {
    if note.diversifier != address.diversifier() || note.owner != address.owner() {
        return Err(ForeignNote);
    }
    let commitment = note.commitment().map_err(|_| ForeignNote)?;
    let esk = ephemeral_secret(&note.rseed);
    let ephemeral_key = (*esk * note.diversifier.base()).compress().to_bytes();
    let shared = Zeroizing::new(*esk * address.transmission_point().ok_or(ForeignNote)?);
    let secret = note_secret(&Zeroizing::new(shared.compress()), &ephemeral_key, &commitment);
    Ok(NoteOutput {
        commitment: tacit_types::FieldBytes(commitment.0),
        ephemeral_key,
        view_tag: secret.tag,
        ciphertext: seal_note(note, memo_key, &secret.key),
        outgoing: seal_outgoing(address, &esk, outgoing, &commitment, &ephemeral_key),
    })
}

/// The outputs that were sent to the holder of `key`, by their index. The view tag spares all but one in 256 foreign
/// outputs everything but one multiplication. Several threads may work on parts of a list.
#[must_use]
pub fn try_decrypt(key: &IncomingViewingKey, outputs: &[&CompactOutput]) -> Vec<(usize, DecryptedNote)> {
    let mut found = Vec::new();
    for (batch, outputs) in outputs.chunks(BATCH).enumerate() {
        let first = batch.saturating_mul(BATCH);
        for (offset, shared) in shared_secrets(key, outputs) {
            let note = outputs.get(offset).and_then(|output| receive(key, output, &shared));
            found.extend(note.map(|note| (first.saturating_add(offset), note)));
        }
    }
    found
}

/// What the holder of an outgoing key once sent in this output, or `None` when it did not.
#[must_use]
pub fn recover_sent(key: &OutgoingKey, output: &CompactOutput, outgoing: &OutgoingCiphertext) -> Option<SentNote> {
    let commitment = FieldBytes(output.commitment.0);
    let outgoing_key = outgoing_secret(key, &commitment, &output.ephemeral_key);
    let mut plaintext = Zeroizing::new([0u8; OUTGOING_BYTES]);
    if !open(&outgoing_key, &outgoing.0, plaintext.as_mut()) {
        return None;
    }
    let (parts, _) = plaintext.as_chunks::<32>();
    let [transmission_key, owner, esk] = parts else { return None };
    let esk = Zeroizing::new(Option::<Scalar>::from(Scalar::from_canonical_bytes(*esk))?);
    let shared = Zeroizing::new(*esk * point(transmission_key)?);
    let secret = note_secret(&Zeroizing::new(shared.compress()), &output.ephemeral_key, &commitment);
    let plaintext = open_note(output, &secret.key)?;
    let note = plaintext.note(FieldBytes(*owner))?;
    checked(&note, output)?;
    let address = ShieldedAddress::from_parts(note.diversifier, note.owner, *transmission_key);
    Some(SentNote { address, note, memo_key: plaintext.memo_key() })
}

/// Reads an output with nothing but what a payment's disclosure says: the address and the seed. Nobody can name another
/// address or seed for which this succeeds.
#[must_use]
pub(super) fn open_disclosed(address: &ShieldedAddress, rseed: &[u8; 32], output: &CompactOutput) -> Option<SentNote> {
    let commitment = FieldBytes(output.commitment.0);
    let esk = ephemeral_secret(rseed);
    let shared = Zeroizing::new(*esk * address.transmission_point()?);
    let secret = note_secret(&Zeroizing::new(shared.compress()), &output.ephemeral_key, &commitment);
    let plaintext = open_note(output, &secret.key)?;
    let note = plaintext.note(address.owner())?;
    checked(&note, output)?;
    let same = note.rseed == *rseed && note.diversifier == address.diversifier();
    same.then(|| SentNote { address: *address, note, memo_key: plaintext.memo_key() })
}

/// The encoded shared points of those outputs whose ephemeral key is one, by index.
fn shared_secrets(
    key: &IncomingViewingKey,
    outputs: &[&CompactOutput],
) -> Vec<(usize, Zeroizing<CompressedRistretto>)> {
    let decoded = outputs.iter().enumerate();
    let decoded = decoded.filter_map(|(index, output)| point(&output.ephemeral_key).map(|point| (index, point)));
    let (indices, mut halves): (Vec<usize>, Vec<RistrettoPoint>) =
        decoded.map(|(index, point)| (index, key.half() * point)).unzip();
    let encoded = RistrettoPoint::double_and_compress_batch(&halves);
    halves.zeroize();
    indices.into_iter().zip(encoded.into_iter().map(Zeroizing::new)).collect()
}

/// Every check of the specification, the cheapest first.
fn receive(key: &IncomingViewingKey, output: &CompactOutput, shared: &CompressedRistretto) -> Option<DecryptedNote> {
    let secret = note_secret(shared, &output.ephemeral_key, &FieldBytes(output.commitment.0));
    if secret.tag != output.view_tag {
        return None;
    }
    let plaintext = open_note(output, &secret.key)?;
    // The owner follows from the own key, never from the plaintext: a note for somebody else is not received.
    let owner = key.owner(&plaintext.diversifier()).ok()?;
    let note = plaintext.note(owner)?;
    checked(&note, output)?;
    Some(DecryptedNote { note, memo_key: plaintext.memo_key() })
}

/// That the output's ephemeral key and commitment are those of the note: otherwise its sender could tell addresses of
/// one wallet apart by which notes it acts on, or show a note that cannot be spent.
fn checked(note: &Note, output: &CompactOutput) -> Option<()> {
    let esk = ephemeral_secret(&note.rseed);
    let same_key = (*esk * note.diversifier.base()).compress().to_bytes() == output.ephemeral_key;
    let commitment = note.commitment().ok()?;
    (same_key && commitment.0 == output.commitment.0).then_some(())
}

fn ephemeral_secret(rseed: &[u8; 32]) -> Zeroizing<Scalar> {
    ristretto_scalar(context::ESK, &[rseed])
}

/// The key of a note's ciphertext and the tag that tells its receiver to look.
struct NoteSecret {
    key: Zeroizing<[u8; 32]>,
    tag: u8,
}

fn note_secret(shared: &CompressedRistretto, ephemeral_key: &[u8; 32], commitment: &FieldBytes) -> NoteSecret {
    // Keyed once: deriving the context's key would cost as much again for every output scanned.
    static KEYED: LazyLock<blake3::Hasher> = LazyLock::new(|| blake3::Hasher::new_derive_key(context::NOTE_ENCRYPTION));
    let mut hasher = KEYED.clone();
    hasher.update(shared.as_bytes()).update(ephemeral_key).update(&commitment.0);
    let mut bytes = Zeroizing::new([0u8; 33]);
    hasher.finalize_xof().fill(bytes.as_mut());
    let mut key = Zeroizing::new([0u8; 32]);
    key.copy_from_slice(&bytes[..32]);
    NoteSecret { key, tag: bytes[32] }
}

fn outgoing_secret(key: &OutgoingKey, commitment: &FieldBytes, ephemeral_key: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    super::derive::kdf(context::OUTGOING, &[key.0.as_ref(), &commitment.0, ephemeral_key])
}

fn seal_note(note: &Note, memo_key: &MemoKey, key: &[u8; 32]) -> NoteCiphertext {
    let mut bytes = [0u8; NOTE_CIPHERTEXT_BYTES];
    bytes[0] = VERSION;
    bytes[1..12].copy_from_slice(&note.diversifier.0);
    bytes[12..28].copy_from_slice(&note.value.to_le_bytes());
    bytes[28..60].copy_from_slice(&note.asset.0);
    bytes[60..92].copy_from_slice(&note.rseed);
    bytes[92..124].copy_from_slice(memo_key.0.as_ref());
    seal(key, &mut bytes);
    NoteCiphertext(bytes)
}

fn seal_outgoing(
    address: &ShieldedAddress,
    esk: &Scalar,
    key: &OutgoingKey,
    commitment: &FieldBytes,
    ephemeral_key: &[u8; 32],
) -> OutgoingCiphertext {
    let mut bytes = [0u8; OUTGOING_CIPHERTEXT_BYTES];
    bytes[..32].copy_from_slice(address.transmission_key());
    bytes[32..64].copy_from_slice(&address.owner().0);
    bytes[64..96].copy_from_slice(esk.as_bytes());
    seal(&outgoing_secret(key, commitment, ephemeral_key), &mut bytes);
    OutgoingCiphertext(bytes)
}

fn open_note(output: &CompactOutput, key: &[u8; 32]) -> Option<Plaintext> {
    let mut bytes = Zeroizing::new([0u8; PLAINTEXT_BYTES]);
    (open(key, &output.ciphertext.0, bytes.as_mut()) && bytes[0] == VERSION).then_some(Plaintext(bytes))
}

/// A decrypted note of the known version whose contents are not checked yet.
struct Plaintext(Zeroizing<[u8; PLAINTEXT_BYTES]>);

impl Plaintext {
    fn array<const N: usize>(&self, from: usize) -> [u8; N] {
        std::array::from_fn(|index| self.0.get(from.saturating_add(index)).copied().unwrap_or_default())
    }

    fn diversifier(&self) -> Diversifier {
        Diversifier(self.array(1))
    }

    fn memo_key(&self) -> MemoKey {
        MemoKey::from_bytes(self.array(92))
    }

    /// The note for an owner; `None` for an owner that is no field element. All values and assets are well-formed.
    fn note(&self, owner: FieldBytes) -> Option<Note> {
        owner.is_canonical().then(|| Note {
            asset: AssetId(self.array(28)),
            value: u128::from_le_bytes(self.array(12)),
            diversifier: self.diversifier(),
            owner,
            rseed: self.array(60),
        })
    }
}

impl fmt::Debug for SentNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SentNote(..)")
    }
}
