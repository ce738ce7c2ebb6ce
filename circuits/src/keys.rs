//! Where verifying keys come from, and the set of them that a node works with.
//!
//! The *development keys* are made from a public seed (see `prove`): everybody can compute their secret and forge proofs
//! under them. They are compiled in, so that verifying needs no setup, and recognisable by digest, so that a production
//! chain can refuse them. Production keys come from files of a ceremony through [`VerifyingKeys::from_bytes`].

use std::sync::{Arc, LazyLock};

use crate::error::Reject;
use crate::statement::Statement;
use crate::verify::VerifyingKey;

/// The development verifying keys, in the order of [`Statement::ALL`].
const DEVELOPMENT: [&[u8]; 3] = [
    include_bytes!("../vectors/range-v1.vk"),
    include_bytes!("../vectors/membership-v1.vk"),
    include_bytes!("../vectors/equality-v1.vk"),
];

/// The keys of all statements. Cheap to clone.
#[derive(Clone, Debug)]
pub struct VerifyingKeys {
    keys: Arc<[VerifyingKey; 3]>,
}

impl VerifyingKeys {
    /// The development keys. **Insecure**: anyone can forge proofs under them; for development and test chains only.
    pub fn development() -> Self {
        // The files are part of the program and a test loads them, so a failure here cannot depend on data.
        static KEYS: LazyLock<VerifyingKeys> = LazyLock::new(|| {
            let [range, membership, equality] = DEVELOPMENT;
            VerifyingKeys::from_bytes(range, membership, equality).expect("the built-in development keys load")
        });
        KEYS.clone()
    }

    /// Loads a set of keys, checking each and its number of inputs.
    ///
    /// # Errors
    /// As [`VerifyingKey::load`], and [`Reject::InputCount`] for a key of another statement's shape.
    pub fn from_bytes(range: &[u8], membership: &[u8], equality: &[u8]) -> Result<Self, Reject> {
        let load = |statement: Statement, bytes| {
            let key = VerifyingKey::load(bytes)?;
            let (expected, found) = (statement.input_count(), key.input_count());
            if expected == found { Ok(key) } else { Err(Reject::InputCount { expected, found }) }
        };
        Ok(Self {
            keys: Arc::new([
                load(Statement::Range, range)?,
                load(Statement::Membership, membership)?,
                load(Statement::Equality, equality)?,
            ]),
        })
    }

    /// The key of a statement.
    pub fn get(&self, statement: Statement) -> &VerifyingKey {
        &self.keys[place(statement)]
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
    let development = VerifyingKeys::development();
    Statement::ALL.iter().any(|statement| development.digest(*statement) == *digest)
}

/// The bytes of a development verifying key, for tools that write key files.
pub fn development_key_bytes(statement: Statement) -> &'static [u8] {
    DEVELOPMENT[place(statement)]
}

/// Place of a statement's key. A statement that has no key yet gets the first one, under which nothing of it verifies: the
/// number of inputs differs.
fn place(statement: Statement) -> usize {
    Statement::ALL.iter().position(|known| *known == statement).unwrap_or(0)
}
