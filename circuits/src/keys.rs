//! Where verifying keys come from, and the set of them that a node works with.
//!
//! The *development keys* are made from a public seed (see `prove`): everybody can compute their secret and forge proofs
//! under them. They are compiled in, so that verifying needs no setup, and recognisable by digest, so that a production
//! chain can refuse them. A production chain's keys come from its ceremony: [`VerifyingKeys::from_dir`] reads them from
//! files and holds each against the digest that genesis pins.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use crate::error::Reject;
#[cfg(feature = "prove")]
use crate::gadgets::{Circuit, blank};
use crate::statement::Statement;
#[cfg(feature = "prove")]
use crate::statement::{
    credential::CredentialCircuit, equality::EqualityCircuit, membership::MembershipCircuit, range::RangeCircuit,
    transfer::TransferCircuit, vote::VoteCircuit,
};
use crate::verify::VerifyingKey;

/// What a release holds for one statement. A new statement, or a new version of one, is a row of [`RELEASE`].
pub(crate) struct Release {
    statement: Statement,
    /// The development verifying key.
    verifying: &'static [u8],
    /// BLAKE3 of the development proving key's file.
    #[cfg_attr(not(feature = "prove"), allow(dead_code, reason = "only provers hold proving keys"))]
    pub(crate) proving_digest: &'static str,
    /// Makes the blank circuit.
    #[cfg(feature = "prove")]
    pub(crate) circuit: fn() -> Box<dyn Circuit>,
}

/// One row per statement, in the order of [`Statement::ALL`].
const RELEASE: [Release; Statement::ALL.len()] = [
    Release {
        statement: Statement::Range,
        verifying: include_bytes!("../vectors/range-v1.vk"),
        proving_digest: "53307af9adf19333668c7e49ecda931199c9fe6d7caafcaa38ba0faf23399f1b",
        #[cfg(feature = "prove")]
        circuit: blank::<RangeCircuit>,
    },
    Release {
        statement: Statement::Membership,
        verifying: include_bytes!("../vectors/membership-v1.vk"),
        proving_digest: "8a68a408f13cd1f3ead73c219da22609c85ceeffed8d60cea055d7b23cc0369a",
        #[cfg(feature = "prove")]
        circuit: blank::<MembershipCircuit>,
    },
    Release {
        statement: Statement::Equality,
        verifying: include_bytes!("../vectors/equality-v1.vk"),
        proving_digest: "05cf313fd7565f452122996895c23563da5c2bd4327071279d37db6b00cc043f",
        #[cfg(feature = "prove")]
        circuit: blank::<EqualityCircuit>,
    },
    Release {
        statement: Statement::Transfer1x2,
        verifying: include_bytes!("../vectors/transfer-1x2-v1.vk"),
        proving_digest: "d15a9bd576231cf3206866560086aa32e0d1b1b768aaef6319cf5f4ba2926b05",
        #[cfg(feature = "prove")]
        circuit: blank::<TransferCircuit<1>>,
    },
    Release {
        statement: Statement::Transfer2x2,
        verifying: include_bytes!("../vectors/transfer-2x2-v1.vk"),
        proving_digest: "c3f8adad425a5eb398e00dc4036637f27461a4becb6b7024456608726343484d",
        #[cfg(feature = "prove")]
        circuit: blank::<TransferCircuit<2>>,
    },
    Release {
        statement: Statement::Transfer8x2,
        verifying: include_bytes!("../vectors/transfer-8x2-v1.vk"),
        proving_digest: "5f3d4899b4b723deb0654117c76d0446eb29d7102645fe390db7dedfc6cb8d78",
        #[cfg(feature = "prove")]
        circuit: blank::<TransferCircuit<8>>,
    },
    Release {
        statement: Statement::Vote,
        verifying: include_bytes!("../vectors/vote-v1.vk"),
        proving_digest: "ebbed1a46e24dc8bc93b40ab0bfb672b77e7d3344c7375ed172b82d66c168b9a",
        #[cfg(feature = "prove")]
        circuit: blank::<VoteCircuit>,
    },
    Release {
        statement: Statement::Credential,
        verifying: include_bytes!("../vectors/credential-v1.vk"),
        proving_digest: "5d15801dedbd0b4b9a91c469ad09d19cef5dc3014344cc0b7810800257a3af78",
        #[cfg(feature = "prove")]
        circuit: blank::<CredentialCircuit>,
    },
];

// The rows stand in the order of the statements, or this does not compile.
const _: () = {
    let mut row = 0;
    while row < RELEASE.len() {
        assert!(RELEASE[row].statement as u8 == Statement::ALL[row] as u8);
        row += 1;
    }
};

/// The place of a statement in [`Statement::ALL`], and of its key in every set of keys. A statement that is not in use yet
/// gets the first place, under whose key nothing of it verifies.
pub(crate) fn place(statement: Statement) -> usize {
    Statement::ALL.iter().position(|known| *known == statement).unwrap_or(0)
}

/// What this release holds for a statement.
pub(crate) fn release(statement: Statement) -> &'static Release {
    const TABLE: &[Release; Statement::ALL.len()] = &RELEASE;
    &TABLE[place(statement)]
}

/// The name of a key file: statement and version, then `vk` or `pk`.
pub(crate) fn file_name(dir: &Path, statement: Statement, extension: &str) -> PathBuf {
    dir.join(format!("{}-v{}.{extension}", statement.name(), statement.version()))
}

/// The keys of all statements. Cheap to clone.
#[derive(Clone, Debug)]
pub struct VerifyingKeys {
    /// In the order of [`Statement::ALL`], one each.
    keys: Arc<[VerifyingKey]>,
}

impl VerifyingKeys {
    /// The development keys. **Insecure**: anyone can forge proofs under them; for development and test chains only.
    pub fn development() -> Self {
        // The files are part of the program and a test loads them, so a failure here cannot depend on data.
        static KEYS: LazyLock<VerifyingKeys> = LazyLock::new(|| {
            let bytes = Statement::ALL.map(development_key_bytes);
            VerifyingKeys::from_bytes(bytes).expect("the built-in development keys load")
        });
        KEYS.clone()
    }

    /// Loads a set of keys, given in the order of [`Statement::ALL`], checking each and its number of inputs.
    ///
    /// # Errors
    /// As [`VerifyingKey::load`]; [`Reject::InputCount`] for a key of another statement's shape, and [`Reject::Key`] for
    /// another number of keys than there are statements.
    pub fn from_bytes<K: AsRef<[u8]>>(keys: impl IntoIterator<Item = K>) -> Result<Self, Reject> {
        const COUNT: Reject = Reject::Key { why: "a set holds one key for each statement" };
        let mut given = keys.into_iter();
        let mut loaded = Vec::with_capacity(Statement::ALL.len());
        for statement in Statement::ALL {
            let key = VerifyingKey::load(given.next().ok_or(COUNT)?.as_ref())?;
            let (expected, found) = (statement.input_count(), key.input_count());
            if expected != found {
                return Err(Reject::InputCount { expected, found });
            }
            loaded.push(key);
        }
        if given.next().is_some() {
            return Err(COUNT);
        }
        Ok(Self { keys: loaded.into() })
    }

    /// Reads the keys of a ceremony from `dir`: a file `<statement>-v<version>.vk` for each statement. `digests` are the
    /// ones that the chain's genesis pins, in the order of [`Statement::ALL`]; no other key is taken.
    ///
    /// # Errors
    /// [`Reject::KeyFile`] for a file that is missing, too long or not the pinned one, and as [`Self::from_bytes`].
    pub fn from_dir(dir: &Path, digests: &[[u8; 32]]) -> Result<Self, Reject> {
        if digests.len() != Statement::ALL.len() {
            return Err(Reject::Key { why: "one digest has to be pinned for each statement" });
        }
        let files = Statement::ALL.into_iter().zip(digests).map(|(statement, pinned)| {
            let refuse = |why| Reject::KeyFile { statement, why };
            let path = file_name(dir, statement, "vk");
            let file = std::fs::File::open(path).map_err(|_| refuse("it cannot be read"))?;
            let mut bytes = Vec::new();
            let limit = VerifyingKey::MAX_BYTES as u64 + 1;
            file.take(limit).read_to_end(&mut bytes).map_err(|_| refuse("it cannot be read"))?;
            // The digest covers whatever was read, thus a file that is too long is never the pinned one.
            let is_pinned = crate::verify::digest_of(&bytes) == *pinned;
            if is_pinned { Ok(bytes) } else { Err(refuse("its digest is not the one that the chain pins")) }
        });
        Self::from_bytes(files.collect::<Result<Vec<_>, _>>()?)
    }

    /// The key of a statement.
    pub fn get(&self, statement: Statement) -> &VerifyingKey {
        &self.keys[place(statement)]
    }

    /// The key with a digest, and its statement.
    pub fn by_digest(&self, digest: &[u8; 32]) -> Option<(Statement, &VerifyingKey)> {
        Statement::ALL.into_iter().zip(&*self.keys).find(|(_, key)| key.digest() == *digest)
    }

    /// The digest of a statement's key; genesis pins these.
    pub fn digest(&self, statement: Statement) -> [u8; 32] {
        self.get(statement).digest()
    }

    /// True when any key of the set is a development key; such a set is refused by a production chain.
    pub fn any_development(&self) -> bool {
        Statement::ALL.iter().any(|statement| is_development_key(&self.digest(*statement)))
    }
}

/// True for the digest of a development key of any statement and version of this release.
pub fn is_development_key(digest: &[u8; 32]) -> bool {
    VerifyingKeys::development().by_digest(digest).is_some()
}

/// The bytes of a development verifying key, for tools that write key files.
pub fn development_key_bytes(statement: Statement) -> &'static [u8] {
    release(statement).verifying
}
