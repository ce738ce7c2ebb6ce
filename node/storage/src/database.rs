//! [`Database`]: everything the node keeps on disk, opened once per process.
//!
//! A handle is cheap to clone and may be used from any thread. Readers never wait for writers; there is one writer at a
//! time. What is where: `commit` (blocks), `read` and `events` (what was committed), `view` (state at a height),
//! `undecided`, `extras` (evidence, mempool, proofs, statistics), `check`.

use crate::column::Column;
use crate::error::StorageError;
use crate::format::{check_format, refuse_another_format};
use crate::options::Options;
use crate::record::{GENESIS_KEY, Genesis, Mark, TIP_KEY, Tip};
use crate::recovery;
use crate::state_trie::{EMPTY_ROOT, StateTrie};
use crate::store::Store;
use crate::view::{Snapshot, View};
use crate::write_back::{Job, WriteBack};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tacit_types::GenesisId;

/// The node's database.
#[derive(Clone)]
pub struct Database {
    pub(crate) inner: Arc<Inner>,
}

/// What all handles share.
pub(crate) struct Inner {
    pub(crate) store: Arc<Store>,
    pub(crate) options: Options,
    /// The newest view; `None` before genesis.
    pub(crate) view: RwLock<Option<Arc<View>>>,
    /// Held by whoever changes the chain or needs the trie at the tip.
    pub(crate) writer: Mutex<Writer>,
}

/// What only the writer touches.
pub(crate) struct Writer {
    pub(crate) trie: StateTrie,
    pub(crate) write_back: WriteBack,
}

impl Database {
    /// Opens the database in the folder `path`, or creates it there, and brings the trie pages up to the tip.
    ///
    /// # Errors
    /// Whatever is wrong on the disk, each with what to do about it; nothing is repaired by guessing.
    pub fn open(path: &Path, options: Options) -> Result<Self, StorageError> {
        refuse_another_format(path)?;
        let store = Arc::new(Store::open(path, &options)?);
        check_format(&store)?;
        check_genesis(&store, options.genesis_id)?;
        let tip: Option<Tip> = store.read(Column::Meta, TIP_KEY)?;
        let recovered = recovery::recover(&store, tip, &options)?;
        Self::assemble(store, options, tip, recovered.trie, recovered.mark)
    }

    /// Opens a database that may be damaged, for [`Database::check`] only: nothing is replayed and every write refused.
    ///
    /// # Errors
    /// When the files cannot be opened at all, or are of another format.
    pub fn open_for_check(path: &Path, options: Options) -> Result<Self, StorageError> {
        refuse_another_format(path)?;
        let store = Arc::new(Store::open(path, &Options { create: false, ..options })?);
        check_format(&store)?;
        store.halt("it was opened for checking");
        let tip: Option<Tip> = store.read(Column::Meta, TIP_KEY)?;
        let trie = StateTrie::open(&store, EMPTY_ROOT, 1)?;
        Self::assemble(store, options, tip, trie, None)
    }

    fn assemble(
        store: Arc<Store>,
        options: Options,
        tip: Option<Tip>,
        trie: StateTrie,
        mark: Option<Mark>,
    ) -> Result<Self, StorageError> {
        let write_back = WriteBack::start(Arc::clone(&store), mark)?;
        let view = RwLock::new(tip.map(View::new));
        let writer = Mutex::new(Writer { trie, write_back });
        Ok(Self { inner: Arc::new(Inner { store, options, view, writer }) })
    }

    /// The chain in the database; `None` before genesis.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn genesis(&self) -> Result<Option<Genesis>, StorageError> {
        self.store().read(Column::Meta, GENESIS_KEY)
    }

    /// The end of the chain.
    ///
    /// # Errors
    /// [`StorageError::NoGenesis`].
    pub fn tip(&self) -> Result<Tip, StorageError> {
        self.view().map(|view| view.tip)
    }

    /// The state after the tip, as it stays while later blocks commit.
    ///
    /// # Errors
    /// [`StorageError::NoGenesis`].
    pub fn snapshot(&self) -> Result<Snapshot, StorageError> {
        Ok(Snapshot::new(Arc::clone(&self.inner.store), self.view()?))
    }

    /// Writes all trie pages back and syncs, so that the next start replays nothing. For a clean stop.
    ///
    /// # Errors
    /// [`StorageError::Io`], [`StorageError::Halted`].
    pub fn close(&self) -> Result<(), StorageError> {
        if self.view().is_err() {
            return Ok(());
        }
        let mut writer = self.writer();
        writer.write_back.wait()?;
        self.start_write_back(&mut writer)?;
        writer.write_back.wait()?;
        self.store().raw().flush_wal(true).map_err(|error| StorageError::Io(error.into_string()))
    }

    /// How often RocksDB has synced its log since the database was opened. It rises before [`Database::commit`] and
    /// [`Database::store_undecided`] return.
    #[must_use]
    pub fn synced_writes(&self) -> u64 {
        self.store().synced_writes()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn view(&self) -> Result<Arc<View>, StorageError> {
        let view = self.inner.view.read().unwrap_or_else(PoisonError::into_inner);
        view.as_ref().map(Arc::clone).ok_or(StorageError::NoGenesis)
    }

    pub(crate) fn publish(&self, view: Arc<View>) {
        *self.inner.view.write().unwrap_or_else(PoisonError::into_inner) = Some(view);
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        // A writer that panicked half way left a trie that refuses further work; no other state can be half changed.
        self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a write-back when enough pages are dirty or enough blocks have passed, and makes room in memory; waits
    /// for a running one only when the bound on dirty pages is reached.
    pub(crate) fn write_back_if_due(&self, writer: &mut Writer) -> Result<(), StorageError> {
        let options = &self.inner.options;
        let tip = self.view()?.tip.height;
        let dirty = writer.trie.dirty_bytes();
        let behind = tip.0.saturating_sub(writer.write_back.mark().map_or(0, |mark| mark.height.0));
        if dirty < options.flush_bytes() && behind < options.flush_blocks {
            return Ok(());
        }
        if !writer.write_back.is_idle()? {
            if dirty < options.dirty_bytes_max {
                return Ok(());
            }
            writer.write_back.wait()?;
        }
        // Everything taken earlier is written, so pages may be dropped and read again.
        writer.trie.evict(options.trie_cache_bytes);
        self.start_write_back(writer)
    }

    /// Hands all dirty pages to the thread, which must be idle.
    fn start_write_back(&self, writer: &mut Writer) -> Result<(), StorageError> {
        let tip = self.view()?.tip;
        if writer.trie.root() != tip.state_root {
            return Err(StorageError::Diverged {
                height: tip.height,
                computed: writer.trie.root(),
                expected: tip.state_root,
            });
        }
        let flush = writer.trie.take_dirty()?;
        let write_sets_from = recovery::first_write_set_kept(&self.inner.options, tip.height);
        writer.write_back.hand_over(Job { flush, height: tip.height, write_sets_from });
        Ok(())
    }
}

fn check_genesis(store: &Store, expected: Option<GenesisId>) -> Result<(), StorageError> {
    let stored: Option<Genesis> = store.read(Column::Meta, GENESIS_KEY)?;
    match (stored, expected) {
        (Some(stored), Some(given)) if stored.id != given => {
            Err(StorageError::WrongGenesis { stored: stored.id, given })
        }
        _ => Ok(()),
    }
}
