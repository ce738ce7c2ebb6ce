//! Which format the data are in: written once, looked at before anything else is read or changed.
//!
//! A database of another format is refused as it was found. That takes a look before the real opening, because opening
//! creates the columns that are missing: an old program could no longer read what it wrote.

use crate::column::Column;
use crate::error::StorageError;
use crate::record::{FORMAT_KEY, FORMAT_VERSION, Format, FormatStep};
use crate::store::{Durability, Store, Walk, peek};
use std::path::Path;

/// Refuses a database of another format, and one of this format that lacks a column, without changing anything. A folder
/// whose creation was cut short has no format record yet and is for [`check_format`].
pub(crate) fn refuse_another_format(path: &Path) -> Result<(), StorageError> {
    let Some(found) = peek(path, Column::Meta, FORMAT_KEY)? else { return Ok(()) };
    check_version(path, &found.value)?;
    match Column::ALL.iter().find(|column| !found.columns.iter().any(|name| name == column.name())) {
        Some(missing) => Err(StorageError::damaged(*missing, b"", "the whole column is missing")),
        None => Ok(()),
    }
}

/// Writes the format record of a new database, and refuses a format that this program does not know.
pub(crate) fn check_format(store: &Store) -> Result<(), StorageError> {
    let path = || store.path().to_owned();
    let Some(bytes) = store.get(Column::Meta, FORMAT_KEY)? else {
        return if is_empty(store)? { write_format(store) } else { Err(StorageError::NoFormat { path: path() }) };
    };
    check_version(store.path(), &bytes)
}

fn write_format(store: &Store) -> Result<(), StorageError> {
    let step = FormatStep { version: FORMAT_VERSION, program: env!("CARGO_PKG_VERSION").into() };
    let mut batch = store.batch();
    batch.put_value(Column::Meta, FORMAT_KEY, &Format { version: FORMAT_VERSION, history: vec![step] })?;
    batch.write(Durability::Synced)
}

fn is_empty(store: &Store) -> Result<bool, StorageError> {
    for column in Column::ALL {
        let mut empty = true;
        store.walk(*column, b"", None, |_, _| {
            empty = false;
            Ok(Walk::Stop)
        })?;
        if !empty {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Refuses another version than this program's.
fn check_version(path: &Path, format: &[u8]) -> Result<(), StorageError> {
    // The version stands first in every format, so that it can be read before anything else is known.
    let Some(found) = format.first_chunk().map(|version| u32::from_le_bytes(*version)) else {
        return Err(StorageError::damaged(Column::Meta, FORMAT_KEY, "shorter than its version"));
    };
    let format = crate::store::decode::<Format>(Column::Meta, FORMAT_KEY, format);
    if found != FORMAT_VERSION {
        let last = format.ok().and_then(|format| format.history.last().map(|step| step.program.clone()));
        let writer = last.unwrap_or_else(|| "a version that left no name".into());
        return Err(StorageError::FormatVersion { path: path.to_owned(), found, known: FORMAT_VERSION, writer });
    }
    format.map(|_| ())
}

/// The format record of the database; for `tacit db stats`.
pub(crate) fn read_format(store: &Store) -> Result<Format, StorageError> {
    store.read(Column::Meta, FORMAT_KEY)?.ok_or_else(|| StorageError::damaged(Column::Meta, FORMAT_KEY, "missing"))
}
