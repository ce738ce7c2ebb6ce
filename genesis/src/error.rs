//! Why a chain spec is refused: always with the file and, where there is one, the field.

/// A refused chain spec.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// The file is longer than the limit; it was not parsed.
    #[error("{file}: the chain spec has {bytes} bytes, at most {limit} are allowed")]
    TooLong {
        /// The file.
        file: String,
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Not TOML, a field missing, a field too many, or of the wrong type.
    #[error("{file}: {reason}")]
    Syntax {
        /// The file.
        file: String,
        /// What the parser met, with line and column.
        reason: String,
    },
    /// A field holds what it must not.
    #[error("{file}: field `{field}`: {reason}")]
    Field {
        /// The file.
        file: String,
        /// The field.
        field: String,
        /// What is wrong and what would be right.
        reason: String,
    },
}
