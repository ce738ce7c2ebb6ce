//! A dishonest sender, written from the specification alone: it encrypts whatever it likes under whatever key it likes.

use chacha20poly1305::aead::{Aead, KeyInit};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use tacit_types::FieldBytes;
use tacit_types::shielded::{CompactOutput, NoteCiphertext};
use tacit_wallet::shielded::ShieldedAddress;

/// What a sender puts into an output. An honest one follows from address and note; any field may be changed.
#[derive(Clone)]
pub struct Forgery {
    pub version: u8,
    pub diversifier: [u8; 11],
    pub value: u128,
    pub asset: [u8; 32],
    pub rseed: [u8; 32],
    pub commitment: [u8; 32],
    /// The point on which the ephemeral key is made, and the secret number.
    pub base: [u8; 11],
    pub esk: Scalar,
    pub transmission_key: [u8; 32],
}

impl Forgery {
    /// What an honest sender does.
    pub fn honest(to: &ShieldedAddress, asset: [u8; 32], value: u128, rseed: [u8; 32]) -> Self {
        let bytes = to.to_bytes();
        let note = tacit_wallet::shielded::Note::new(to, tacit_types::AssetId(asset), value, rseed);
        Self {
            version: 1,
            diversifier: to.diversifier().0,
            value,
            asset,
            rseed,
            commitment: note.commitment().unwrap().0,
            base: to.diversifier().0,
            esk: scalar("tacit 2026-11 shielded esk", &rseed),
            transmission_key: bytes[43..].try_into().unwrap(),
        }
    }

    pub fn output(&self) -> CompactOutput {
        let shared = self.esk * CompressedRistretto(self.transmission_key).decompress().unwrap();
        self.output_with((self.esk * base(&self.base)).compress().to_bytes(), shared.compress().to_bytes())
    }

    /// The output under an ephemeral key and a shared point of the forger's choice.
    pub fn output_with(&self, ephemeral_key: [u8; 32], shared: [u8; 32]) -> CompactOutput {
        let secret =
            kdf::<33>("tacit 2026-11 note encryption", &[&shared[..], &ephemeral_key, &self.commitment].concat());
        let mut plaintext = vec![self.version];
        plaintext.extend_from_slice(&self.diversifier);
        plaintext.extend_from_slice(&self.value.to_le_bytes());
        plaintext.extend_from_slice(&self.asset);
        plaintext.extend_from_slice(&self.rseed);
        plaintext.extend_from_slice(&[3; 32]);
        let cipher = chacha20poly1305::ChaCha20Poly1305::new(secret[..32].into());
        let ciphertext = cipher.encrypt(&[0u8; 12].into(), &plaintext[..]).unwrap();
        CompactOutput {
            commitment: FieldBytes(self.commitment),
            ephemeral_key,
            view_tag: secret[32],
            ciphertext: NoteCiphertext(ciphertext.try_into().unwrap()),
        }
    }
}

pub fn base(diversifier: &[u8; 11]) -> RistrettoPoint {
    RistrettoPoint::from_uniform_bytes(&kdf("tacit 2026-11 shielded diversified base", diversifier))
}

pub fn scalar(context: &str, data: &[u8]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&kdf(context, data))
}

pub fn kdf<const N: usize>(context: &str, data: &[u8]) -> [u8; N] {
    let mut out = [0u8; N];
    let mut hasher = blake3::Hasher::new_derive_key(context);
    hasher.update(data);
    hasher.finalize_xof().fill(&mut out);
    out
}
