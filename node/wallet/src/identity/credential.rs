//! Credentials: what an issuer attests, the file in which it reaches its holder, and the proofs that holders make of it.

use crate::error::WalletError;
use crate::prove::{Binding, Hidden, Proven, ours, random_field, theirs};
use rand_core::OsRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use tacit_circuits::statement::credential::{CredentialPrivate, HolderSecret, leaf};
use tacit_circuits::{
    CredentialPublic, FieldBytes as Field, GroupTree, ProvingKeys, context_from_hash, prove_credential,
};
use tacit_rpc::json::{Decimal, Hex32, HexArray};
use tacit_types::action::Prove;
use tacit_types::identity::ProveCredential;
use tacit_types::{FieldBytes, IssuerId, Name, ProofBytes, binding as scopes};
use zeroize::{Zeroize, Zeroizing};

/// Longest credential file in bytes.
pub const CREDENTIAL_FILE_BYTES_MAX: usize = 4 * 1024;
/// The only credential file format so far.
const FORMAT: u32 = 1;

/// The secret behind which all credentials of a holder stand.
pub struct HolderKey(HolderSecret);

impl HolderKey {
    /// A new random secret.
    ///
    /// # Errors
    /// [`WalletError::Random`].
    pub fn generate() -> Result<Self, WalletError> {
        Ok(Self(HolderSecret(Field(*random_field()?))))
    }

    /// A secret that was kept from before.
    #[must_use]
    pub const fn from_bytes(secret: [u8; 32]) -> Self {
        Self(HolderSecret(Field(secret)))
    }

    /// The secret, which its owner must keep.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.0.0)
    }

    /// What the holder hands to issuers. It is the same for each, so that issuers who compare notes can tell.
    ///
    /// # Errors
    /// [`WalletError::Statement`] for a secret that is zero or at or above the modulus.
    pub fn public(&self) -> Result<FieldBytes, WalletError> {
        Ok(ours(self.0.holder_key()?))
    }
}

impl fmt::Debug for HolderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HolderKey(..)")
    }
}

/// What an issuer attests to a holder. Whoever has it learns the value; it is useless without the holder's secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Who attests.
    pub issuer: IssuerId,
    /// Which attribute.
    pub kind: Name,
    /// Its value.
    pub value: u128,
    salt: Zeroizing<[u8; 32]>,
}

impl Credential {
    /// Attests `value` under fresh randomness.
    ///
    /// # Errors
    /// [`WalletError::Random`].
    pub fn attest(issuer: IssuerId, kind: Name, value: u128) -> Result<Self, WalletError> {
        Ok(Self { issuer, kind, value, salt: random_field()? })
    }

    /// The leaf with which the issuer puts this on chain.
    ///
    /// # Errors
    /// [`WalletError::Statement`] for a holder's key that is no field element.
    pub fn leaf(&self, holder: &FieldBytes) -> Result<FieldBytes, WalletError> {
        Ok(ours(leaf(&theirs(holder), &kind(&self.kind), self.value, &Field(*self.salt))?))
    }

    /// As a file for the holder.
    #[must_use]
    pub fn to_file(&self) -> CredentialFile {
        CredentialFile {
            format: FORMAT,
            issuer: HexArray(self.issuer.0),
            kind: self.kind.to_string(),
            value: Decimal(self.value),
            salt: HexArray(*self.salt),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// A credential on its way from the issuer to the holder.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialFile {
    format: u32,
    issuer: Hex32,
    kind: String,
    value: Decimal,
    salt: Hex32,
}

impl CredentialFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`WalletError::CredentialFile`].
    pub fn from_json(text: &str) -> Result<Credential, WalletError> {
        let refuse = |why: &str| WalletError::CredentialFile(why.to_owned());
        if text.len() > CREDENTIAL_FILE_BYTES_MAX {
            return Err(refuse("it is too long"));
        }
        // The parser's own message could quote the salt.
        let file: Self = serde_json::from_str(text).map_err(|error| {
            WalletError::CredentialFile(format!("it is wrong at line {}, column {}", error.line(), error.column()))
        })?;
        if file.format != FORMAT {
            return Err(refuse("its format is unknown; this program may be too old"));
        }
        let kind = Name::new(&file.kind).map_err(|_| refuse("its kind is no name"))?;
        Ok(Credential { issuer: IssuerId(file.issuer.0), kind, value: file.value.0, salt: Zeroizing::new(file.salt.0) })
    }
}

impl Drop for CredentialFile {
    fn drop(&mut self) {
        self.salt.0.zeroize();
        self.value.0.zeroize();
    }
}

/// What a holder shows, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showing {
    /// To whom the pseudonym is shown.
    pub application: Name,
    /// The smallest value that the proof allows.
    pub low: u128,
    /// The largest.
    pub high: u128,
}

/// A proof about a credential, and the opening of the commitment in it, for proofs that go on from there.
#[derive(Debug)]
pub struct Shown {
    /// Statement and proof.
    pub proven: Proven,
    /// The committed value.
    pub opening: Hidden,
}

/// Proves that the owner of `holder` holds `credential` and that its value lies within the bounds. `leaves` are all of
/// the issuer's, revoked ones as zero, as `issuer_leaves` gives them.
///
/// # Errors
/// [`WalletError::NoCredential`] when it is not among the leaves or was revoked, [`WalletError::Prove`],
/// [`WalletError::Statement`].
pub fn show(
    keys: &ProvingKeys,
    binding: &Binding,
    leaves: &[[u8; 32]],
    holder: &HolderKey,
    credential: &Credential,
    showing: &Showing,
) -> Result<Shown, WalletError> {
    let tree = GroupTree::with_gaps(&leaves.iter().copied().map(Field).collect::<Vec<_>>())?;
    let own = theirs(&credential.leaf(&holder.public()?)?);
    let position = tree.position_of(&own).ok_or(WalletError::NoCredential)?;
    let opening = Hidden::new(credential.value)?;
    let application = application(binding, &showing.application);
    let statement = ProveCredential {
        issuer: credential.issuer,
        root: ours(tree.root()),
        kind: credential.kind.clone(),
        application: showing.application.clone(),
        pseudonym: ours(holder.0.pseudonym(&application)?),
        commitment: opening.commitment()?,
        low: showing.low,
        high: showing.high,
        purpose: binding.purpose.clone(),
    };
    let private = CredentialPrivate {
        secret: holder.0.clone(),
        value: credential.value,
        salt: Field(*credential.salt),
        blinding: Field(*opening.blinding()),
        path: tree.path(position)?,
    };
    let proof = prove_credential(keys, &public(binding, &statement), &private, &mut OsRng)?;
    Ok(Shown { proven: Proven { statement: Prove::Credential(statement), proof: ProofBytes(proof.0) }, opening })
}

/// What the chain will see.
pub(crate) fn public(binding: &Binding, statement: &ProveCredential) -> CredentialPublic {
    CredentialPublic {
        root: theirs(&statement.root),
        kind: kind(&statement.kind),
        application: application(binding, &statement.application),
        pseudonym: theirs(&statement.pseudonym),
        commitment: theirs(&statement.commitment),
        low: statement.low,
        high: statement.high,
        context: binding.context(),
    }
}

fn kind(name: &Name) -> Field {
    context_from_hash(&scopes::credential_kind(name))
}

fn application(binding: &Binding, name: &Name) -> Field {
    context_from_hash(&scopes::application_scope(&binding.genesis_id, name))
}
