//! Transactions that several people sign: a draft travels from one to the next as a JSON file, collects signatures, and
//! becomes a transaction when there are enough.

use crate::builder::{TxBuilder, assemble};
use crate::error::WalletError;
use crate::secret::SecretKey;
use serde::{Deserialize, Serialize};
use tacit_rpc::json::{HexArray, HexBytes};
use tacit_types::keys::MultisigPolicy;
use tacit_types::limits::TX_BYTES_MAX;
use tacit_types::tx::IndexedSignature;
use tacit_types::{Authorization, ProofBytes, Sequence, Signature, Tx, TxBody, codec};

/// Longest draft file in bytes: a transaction in hexadecimal and room for the signatures.
pub const DRAFT_BYTES_MAX: usize = 2 * TX_BYTES_MAX + 64 * 1024;
/// The only draft format so far.
const FORMAT: u32 = 1;

/// A transaction that waits for signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    body: TxBody,
    proofs: Vec<ProofBytes>,
    signatures: Vec<IndexedSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftFile {
    format: u32,
    body: HexBytes,
    proofs: Vec<HexArray<128>>,
    signatures: Vec<SignatureEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureEntry {
    key_index: u8,
    signature: HexArray<64>,
}

impl Draft {
    /// A draft without signatures.
    ///
    /// # Errors
    /// [`WalletError::Build`], and [`WalletError::Draft`] for a bad policy.
    pub fn new(builder: TxBuilder, policy: MultisigPolicy, sequence: Sequence) -> Result<Self, WalletError> {
        policy.check().map_err(|error| WalletError::Draft(error.to_string()))?;
        let (body, proofs) = builder.multisig_body(policy, sequence)?;
        Ok(Self { body, proofs, signatures: Vec::new() })
    }

    /// What is to be signed. Show it to people before [`Draft::sign`].
    #[must_use]
    pub const fn body(&self) -> &TxBody {
        &self.body
    }

    /// How many signatures there are and how many are needed.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.signatures.len(), self.policy().map_or(0, |policy| usize::from(policy.threshold)))
    }

    /// Adds the signature of one key; signing twice changes nothing.
    ///
    /// # Errors
    /// [`WalletError::Draft`] when the key is not part of the policy.
    pub fn sign(&mut self, key: &SecretKey) -> Result<(), WalletError> {
        let position = self.policy()?.keys.iter().position(|member| *member == key.public_key());
        let key_index = position.and_then(|index| u8::try_from(index).ok());
        let key_index = key_index.ok_or_else(|| WalletError::Draft("this key is not part of its policy".to_owned()))?;
        self.insert(IndexedSignature { key_index, signature: key.sign(&self.body) });
        Ok(())
    }

    /// Takes over the signatures of another copy of this draft. Each is verified first.
    ///
    /// # Errors
    /// [`WalletError::Draft`] when the other is about something else or has a bad signature.
    pub fn merge(&mut self, other: &Self) -> Result<(), WalletError> {
        if self.body != other.body || self.proofs != other.proofs {
            return Err(WalletError::Draft("the two drafts are about different transactions".to_owned()));
        }
        other.check_signatures()?;
        other.signatures.iter().for_each(|signature| self.insert(*signature));
        Ok(())
    }

    /// The transaction, once enough have signed.
    ///
    /// # Errors
    /// [`WalletError::Draft`] when signatures are missing.
    pub fn finish(&self) -> Result<Tx, WalletError> {
        let (found, needed) = self.progress();
        if found < needed {
            return Err(WalletError::Draft(format!("it has {found} of {needed} signatures")));
        }
        // Exactly the threshold, by ascending index: more would be refused.
        let signatures = self.signatures.iter().copied().take(needed).collect();
        Ok(assemble(self.body.clone(), signatures, self.proofs.clone())?)
    }

    /// The JSON file.
    ///
    /// # Errors
    /// [`WalletError::Draft`].
    pub fn to_json(&self) -> Result<String, WalletError> {
        let entry = |signature: &IndexedSignature| SignatureEntry {
            key_index: signature.key_index,
            signature: HexArray(signature.signature.0),
        };
        let file = DraftFile {
            format: FORMAT,
            body: HexBytes(codec::encode(&self.body)),
            proofs: self.proofs.iter().map(|proof| HexArray(proof.0)).collect(),
            signatures: self.signatures.iter().map(entry).collect(),
        };
        serde_json::to_string_pretty(&file).map_err(|error| WalletError::Draft(error.to_string()))
    }

    /// Reads the JSON file; every signature in it is verified.
    ///
    /// # Errors
    /// [`WalletError::Draft`].
    pub fn from_json(text: &str) -> Result<Self, WalletError> {
        let refuse = |reason: String| WalletError::Draft(reason);
        if text.len() > DRAFT_BYTES_MAX {
            return Err(refuse(format!("it is longer than {DRAFT_BYTES_MAX} bytes")));
        }
        let file: DraftFile = serde_json::from_str(text).map_err(|error| {
            refuse(format!("line {}, column {} is not as it should be", error.line(), error.column()))
        })?;
        if file.format != FORMAT {
            return Err(refuse(format!("format {} is unknown", file.format)));
        }
        let body: TxBody = codec::decode_exact("transaction body", &file.body.0, TX_BYTES_MAX)
            .map_err(|error| refuse(error.to_string()))?;
        let proofs = file.proofs.iter().map(|proof| ProofBytes(proof.0)).collect();
        let mut draft = Self { body, proofs, signatures: Vec::new() };
        draft.policy()?.check().map_err(|error| refuse(error.to_string()))?;
        for entry in &file.signatures {
            draft.insert(IndexedSignature { key_index: entry.key_index, signature: Signature(entry.signature.0) });
        }
        draft.check_signatures()?;
        Ok(draft)
    }

    fn policy(&self) -> Result<&MultisigPolicy, WalletError> {
        match &self.body.authorization {
            Authorization::Multisig { policy, .. } => Ok(policy),
            Authorization::Account { .. } => Err(WalletError::Draft("it is for a single key".to_owned())),
            Authorization::Shielded => Err(WalletError::Draft("it is for the shielded pool".to_owned())),
        }
    }

    fn insert(&mut self, signature: IndexedSignature) {
        match self.signatures.binary_search_by_key(&signature.key_index, |known| known.key_index) {
            Ok(_) => {}
            Err(place) => self.signatures.insert(place, signature),
        }
    }

    fn check_signatures(&self) -> Result<(), WalletError> {
        let policy = self.policy()?;
        let message = self.body.sign_bytes();
        for IndexedSignature { key_index, signature } in &self.signatures {
            let key = policy.keys.get(usize::from(*key_index));
            let verified = key.is_some_and(|key| {
                ed25519_consensus::VerificationKey::try_from(key.0)
                    .is_ok_and(|key| key.verify(&signature.0.into(), &message).is_ok())
            });
            if !verified {
                return Err(WalletError::Draft(format!("the signature of key {key_index} does not verify")));
            }
        }
        Ok(())
    }
}
