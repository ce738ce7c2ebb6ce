//! The guard's file: two slots, locked, synced. The trait exists so that tests can let the disk fail.

use super::{GuardError, SLOT_BYTES};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Where the guard keeps its two slots.
pub trait GuardDisk: Send + 'static {
    /// Name for messages.
    fn name(&self) -> String;
    /// Both slots.
    ///
    /// # Errors
    /// The system's.
    fn read(&mut self) -> io::Result<[Vec<u8>; 2]>;
    /// Overwrites one slot.
    ///
    /// # Errors
    /// The system's.
    fn write(&mut self, slot: usize, bytes: &[u8; SLOT_BYTES]) -> io::Result<()>;
    /// Returns when everything written is on disk.
    ///
    /// # Errors
    /// The system's.
    fn sync(&mut self) -> io::Result<()>;
}

/// A file of two slots, held under an exclusive lock as long as it is open.
#[derive(Debug)]
pub struct GuardFile {
    file: File,
    path: PathBuf,
}

impl GuardFile {
    /// Opens the file, or makes an empty one with its folder; both the file and its folder are synced then.
    ///
    /// # Errors
    /// [`GuardError::InUse`], [`GuardError::Disk`].
    pub fn open(path: &Path) -> Result<Self, GuardError> {
        let disk = |action| move |error: io::Error| GuardError::Disk { action, reason: error.to_string() };
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        std::fs::create_dir_all(folder).map_err(disk("created"))?;
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path).map_err(disk("opened"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(GuardError::InUse(path.display().to_string())),
            Err(TryLockError::Error(error)) => return Err(disk("locked")(error)),
        }
        let bytes = SLOT_BYTES.saturating_mul(2) as u64;
        if file.metadata().map_err(disk("read"))?.len() == 0 {
            file.set_len(bytes).map_err(disk("created"))?;
            file.sync_all().map_err(disk("created"))?;
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(disk("created"))?;
        }
        Ok(Self { file, path: path.to_owned() })
    }
}

impl GuardDisk for GuardFile {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn read(&mut self) -> io::Result<[Vec<u8>; 2]> {
        let mut slots = [vec![0; SLOT_BYTES], vec![0; SLOT_BYTES]];
        for (index, slot) in slots.iter_mut().enumerate() {
            self.file.read_exact_at(slot, index.saturating_mul(SLOT_BYTES) as u64)?;
        }
        Ok(slots)
    }

    fn write(&mut self, slot: usize, bytes: &[u8; SLOT_BYTES]) -> io::Result<()> {
        self.file.write_all_at(bytes, slot.saturating_mul(SLOT_BYTES) as u64)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }
}
