//! What a wallet knows of the chain, on disk: a folder per viewing key and chain with sealed segments of heights, what is
//! known of the note tree, and the transactions that are on their way.
//!
//! All of it can be had again from a node, so damage is no misfortune: a segment that cannot be read, or that does not fit
//! its neighbours, is dropped and its heights are scanned again. Nothing here can spend: the key in the folder's name and
//! under its cipher comes from a viewing key.

mod sealed;
mod segment;

pub use segment::{
    BlockMark, JoinSplitMark, OutgoingNote, ReceivedNote, SEGMENT_HEIGHTS_MAX, SEGMENT_NOTES_MAX, Segment,
};

use super::tree::TreeCache;
use super::viewing::ViewingKey;
use crate::error::WalletError;
use borsh::{BorshDeserialize, BorshSerialize};
use sealed::{ReadError, Sealed};
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tacit_circuits::FieldBytes;
use tacit_types::GenesisId;
use zeroize::Zeroizing;

const KEY_CONTEXT: &str = "tacit 2026-11 wallet cache key";
const NAME_CONTEXT: &str = "tacit 2026-11 wallet cache name";
const META: &str = "meta";
const TREE: &str = "tree";
const PENDING: &str = "pending";
const LOCK: &str = "lock";
/// How long another process may work on the same wallet before this one gives up.
const LOCK_WAIT: Duration = Duration::from_secs(5);
const LOCK_POLL: Duration = Duration::from_millis(50);

/// The cache of one viewing key on one chain. Only one process has it open at a time.
pub struct Store {
    sealed: Sealed,
    genesis_id: GenesisId,
    birthday: u64,
    segments: BTreeMap<u64, Entry>,
    /// Held until the store is dropped.
    _lock: File,
}

/// Where a segment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// First height.
    pub from: u64,
    /// Last height.
    pub to: u64,
    /// Notes before it.
    pub first_position: u64,
    /// Notes up to its end.
    pub end_position: u64,
}

/// Something that was dropped because it could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Heights that are scanned again; none when only something derived was lost.
    pub heights: Option<RangeInclusive<u64>>,
    /// Why.
    pub reason: &'static str,
}

#[derive(BorshSerialize, BorshDeserialize)]
struct Meta {
    genesis_id: [u8; 32],
    birthday: u64,
}

impl Store {
    /// Opens or makes the cache of `key` on a chain, below the folder of all caches.
    ///
    /// # Errors
    /// [`WalletError::Busy`] while another process has it open, [`WalletError::OtherChain`] when the folder holds another
    /// chain's, [`WalletError::Io`].
    pub fn open(root: &Path, key: &ViewingKey, genesis_id: GenesisId) -> Result<(Self, Vec<Repair>), WalletError> {
        let directory = Self::directory_of(root, key, genesis_id);
        let secret = key.to_bytes();
        let sealed = Sealed::open(&directory, &Zeroizing::new(blake3::derive_key(KEY_CONTEXT, &secret)))?;
        let lock = lock(&directory)?;
        sealed.clean()?;
        let mut store = Self { sealed, genesis_id, birthday: 0, segments: BTreeMap::new(), _lock: lock };
        let mut repairs = Vec::new();
        store.read_meta(&mut repairs)?;
        store.read_segments(&mut repairs)?;
        Ok((store, repairs))
    }

    /// The folder of a viewing key on a chain. Its name tells neither.
    #[must_use]
    pub fn directory_of(root: &Path, key: &ViewingKey, genesis_id: GenesisId) -> PathBuf {
        let named = Zeroizing::new([key.to_bytes().as_slice(), &genesis_id.0].concat());
        let name = blake3::derive_key(NAME_CONTEXT, &named);
        root.join(hex::encode(name.get(..12).unwrap_or_default()))
    }

    /// The folder.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.sealed.directory()
    }

    /// The chain.
    #[must_use]
    pub const fn genesis_id(&self) -> GenesisId {
        self.genesis_id
    }

    /// The height before which the wallet has received nothing.
    #[must_use]
    pub const fn birthday(&self) -> u64 {
        self.birthday
    }

    /// Sets the birthday. An earlier one makes the next sync scan the heights in between.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn set_birthday(&mut self, height: u64) -> Result<(), WalletError> {
        let meta = Meta { genesis_id: self.genesis_id.0, birthday: height };
        self.write(META, &meta)?;
        self.birthday = height;
        Ok(())
    }

    /// All segments, ascending. They do not overlap and their positions never go back.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Entry> + '_ {
        self.segments.values().copied()
    }

    /// The heights from `floor` to `tip` that no segment covers, highest first.
    #[must_use]
    pub fn missing(&self, floor: u64, tip: u64) -> Vec<RangeInclusive<u64>> {
        let mut missing = Vec::new();
        let mut next = Some(floor);
        for entry in self.segments.values() {
            let Some(from) = next else { break };
            if entry.from > from {
                missing.push(from..=entry.from.saturating_sub(1).min(tip));
            }
            next = entry.to.checked_add(1).map(|after| after.max(from));
        }
        missing.extend(next.map(|from| from..=tip));
        missing.retain(|heights| !heights.is_empty());
        missing.reverse();
        missing
    }

    /// Reads a segment. One that is damaged is dropped, and its heights are missing from then on.
    ///
    /// # Errors
    /// [`WalletError::Cache`] for damage, [`WalletError::Io`].
    pub fn read(&mut self, entry: Entry) -> Result<Segment, WalletError> {
        match self.load(&entry.name(), entry.from, entry.to) {
            Ok(segment) if entry_of(&segment) == entry => Ok(segment),
            Ok(_) => self.lose(entry, "it changed since it was opened"),
            Err(ReadError::Missing) => self.lose(entry, "it is gone"),
            Err(ReadError::Damaged(reason)) => self.lose(entry, reason),
            Err(ReadError::Io(error)) => Err(error),
        }
    }

    /// Adds a segment, which replaces those whose heights it covers. It is on disk when this returns.
    ///
    /// # Errors
    /// [`WalletError::Cache`] when it does not fit its neighbours, [`WalletError::Io`].
    pub fn put(&mut self, segment: &Segment) -> Result<(), WalletError> {
        let entry = entry_of(segment);
        let refuse = |reason| self.refuse(entry, reason);
        segment.check().map_err(refuse)?;
        let overlapping: Vec<Entry> =
            self.segments().filter(|other| other.from <= entry.to && entry.from <= other.to).collect();
        if overlapping.iter().any(|other| other.from < entry.from || other.to > entry.to) {
            return Err(refuse("it overlaps another one"));
        }
        let below = self.segments().rfind(|other| other.to < entry.from);
        let above = self.segments().find(|other| other.from > entry.to);
        if below.is_some_and(|below| !follows(&below, &entry)) || above.is_some_and(|above| !follows(&entry, &above)) {
            return Err(refuse("its positions do not follow those of its neighbours"));
        }
        let text = Zeroizing::new(borsh::to_vec(segment).map_err(|_| refuse("it cannot be encoded"))?);
        self.sealed.write(&entry.name(), &self.genesis_id.0, &text)?;
        for other in overlapping.iter().filter(|other| other.name() != entry.name()) {
            self.sealed.remove(&other.name())?;
            self.segments.remove(&other.from);
        }
        self.segments.insert(entry.from, entry);
        Ok(())
    }

    /// Drops all segments that touch `heights`.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn drop_heights(&mut self, heights: &RangeInclusive<u64>) -> Result<(), WalletError> {
        let touched: Vec<Entry> =
            self.segments().filter(|entry| entry.from <= *heights.end() && *heights.start() <= entry.to).collect();
        for entry in touched {
            self.discard(entry)?;
        }
        Ok(())
    }

    /// All leaves of a range of positions, and which of them are one's own.
    ///
    /// # Errors
    /// [`WalletError::Missing`] when a position is not stored; else as [`Store::read`].
    pub fn leaves(&mut self, positions: Range<u64>) -> Result<(Vec<FieldBytes>, Vec<u32>), WalletError> {
        let (mut leaves, mut own) = (Vec::new(), Vec::new());
        let touched: Vec<Entry> = self
            .segments()
            .filter(|entry| entry.first_position < positions.end && positions.start < entry.end_position)
            .collect();
        for entry in touched {
            let segment = self.read(entry)?;
            let here = positions.start.max(entry.first_position)..positions.end.min(entry.end_position);
            let index =
                |position: u64| usize::try_from(position.saturating_sub(entry.first_position)).unwrap_or(usize::MAX);
            let part = segment.commitments.get(index(here.start)..index(here.end)).unwrap_or_default();
            leaves.extend(part.iter().copied().map(FieldBytes));
            let received = segment.received.iter().map(|note| entry.first_position.saturating_add(note.output.into()));
            own.extend(received.filter(|own| here.contains(own)).filter_map(|own| u32::try_from(own).ok()));
        }
        let wanted = positions.end.saturating_sub(positions.start);
        if leaves.len() as u64 == wanted { Ok((leaves, own)) } else { Err(WalletError::Missing) }
    }

    /// What is known of the note tree; nothing when the file is missing or damaged.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn tree(&self) -> Result<TreeCache, WalletError> {
        Ok(self.read_file(TREE)?.unwrap_or_default())
    }

    /// Keeps what is known of the note tree.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn put_tree(&self, tree: &TreeCache) -> Result<(), WalletError> {
        self.write(TREE, tree)
    }

    /// The transactions on their way, in a form that [`super::pending`] knows; nothing when the file is missing or damaged.
    pub(super) fn pending<T: BorshDeserialize + Default>(&self) -> Result<T, WalletError> {
        Ok(self.read_file(PENDING)?.unwrap_or_default())
    }

    pub(super) fn put_pending<T: BorshSerialize>(&self, pending: &T) -> Result<(), WalletError> {
        self.write(PENDING, pending)
    }

    fn read_meta(&mut self, repairs: &mut Vec<Repair>) -> Result<(), WalletError> {
        let meta: Option<Meta> = match self.sealed.read(META, b"") {
            Ok(text) => borsh::from_slice(&text).ok(),
            Err(ReadError::Missing) => return self.set_birthday(0),
            Err(ReadError::Damaged(_)) => None,
            Err(ReadError::Io(error)) => return Err(error),
        };
        let Some(meta) = meta else {
            repairs.push(Repair { heights: None, reason: "the birthday was damaged; every height is scanned" });
            return self.set_birthday(0);
        };
        if meta.genesis_id != self.genesis_id.0 {
            let found = GenesisId(meta.genesis_id).to_string();
            return Err(WalletError::OtherChain { expected: self.genesis_id.to_string(), found });
        }
        self.birthday = meta.birthday;
        Ok(())
    }

    /// Reads every segment once. What cannot be read or does not fit is removed.
    fn read_segments(&mut self, repairs: &mut Vec<Repair>) -> Result<(), WalletError> {
        let mut named: Vec<(u64, u64, String)> = Vec::new();
        for name in self.sealed.names()?.into_iter().filter(|name| name.starts_with("seg-")) {
            match parse_name(&name) {
                Some((from, to)) => named.push((from, to, name)),
                None => self.sealed.remove(&name)?,
            }
        }
        // Of two that begin together the longer one is the newer: the shorter was to be removed.
        named.sort_by_key(|(from, to, _)| (*from, u64::MAX.saturating_sub(*to)));
        let mut kept: Vec<Entry> = Vec::new();
        for (from, to, name) in named {
            if kept.last().is_some_and(|last| to <= last.to) {
                self.sealed.remove(&name)?;
                continue;
            }
            let entry = match self.load(&name, from, to) {
                Ok(segment) => entry_of(&segment),
                Err(ReadError::Io(error)) => return Err(error),
                Err(ReadError::Missing) => continue,
                Err(ReadError::Damaged(reason)) => {
                    self.sealed.remove(&name)?;
                    repairs.push(Repair { heights: Some(from..=to), reason });
                    continue;
                }
            };
            if let Some(last) = kept.last().copied().filter(|last| !follows(last, &entry)) {
                // One of the two is wrong and nobody can say which.
                kept.pop();
                for wrong in [last, entry] {
                    self.sealed.remove(&wrong.name())?;
                    let reason = "it does not fit the segment beside it";
                    repairs.push(Repair { heights: Some(wrong.from..=wrong.to), reason });
                }
                continue;
            }
            kept.push(entry);
        }
        self.segments = kept.into_iter().map(|entry| (entry.from, entry)).collect();
        if repairs.iter().any(|repair| repair.heights.is_some()) {
            // What was checked with a segment that is gone is not checked any more.
            self.sealed.remove(TREE)?;
        }
        Ok(())
    }

    fn load(&self, name: &str, from: u64, to: u64) -> Result<Segment, ReadError> {
        let text = self.sealed.read(name, &self.genesis_id.0)?;
        let segment = Segment::decode(&text).map_err(ReadError::Damaged)?;
        if (segment.from, segment.to) != (from, to) {
            return Err(ReadError::Damaged("it is of other heights"));
        }
        Ok(segment)
    }

    fn lose<T>(&mut self, entry: Entry, reason: &'static str) -> Result<T, WalletError> {
        let error = self.refuse(entry, reason);
        self.discard(entry)?;
        Err(error)
    }

    fn discard(&mut self, entry: Entry) -> Result<(), WalletError> {
        self.segments.remove(&entry.from);
        self.sealed.remove(&entry.name())?;
        self.sealed.remove(TREE)
    }

    fn refuse(&self, entry: Entry, reason: &'static str) -> WalletError {
        WalletError::Cache { path: self.directory().join(entry.name()), reason }
    }

    fn write<T: BorshSerialize>(&self, name: &'static str, value: &T) -> Result<(), WalletError> {
        let path = self.directory().join(name);
        let text = borsh::to_vec(value).map_err(|source| WalletError::Io { path, source })?;
        self.sealed.write(name, binding(name, &self.genesis_id), &Zeroizing::new(text))
    }

    fn read_file<T: BorshDeserialize>(&self, name: &'static str) -> Result<Option<T>, WalletError> {
        match self.sealed.read(name, binding(name, &self.genesis_id)) {
            Ok(text) => Ok(borsh::from_slice(&text).ok()),
            Err(ReadError::Io(error)) => Err(error),
            Err(ReadError::Missing | ReadError::Damaged(_)) => Ok(None),
        }
    }
}

/// Every file is bound to its chain but the one that says which chain it is.
fn binding<'a>(name: &str, genesis_id: &'a GenesisId) -> &'a [u8] {
    if name == META { b"" } else { &genesis_id.0 }
}

fn lock(directory: &Path) -> Result<File, WalletError> {
    let path = directory.join(LOCK);
    let fail = |source| WalletError::Io { path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(fail)?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(fail(error)),
            Err(TryLockError::WouldBlock) if start.elapsed() < LOCK_WAIT => std::thread::sleep(LOCK_POLL),
            Err(TryLockError::WouldBlock) => return Err(WalletError::Busy { path: directory.to_owned() }),
        }
    }
}

impl Entry {
    fn name(&self) -> String {
        format!("seg-{:016}-{:016}", self.from, self.to)
    }
}

const fn entry_of(segment: &Segment) -> Entry {
    Entry {
        from: segment.from,
        to: segment.to,
        first_position: segment.first_position,
        end_position: segment.end_position(),
    }
}

/// Heights and positions of the one name that such a segment has.
fn parse_name(name: &str) -> Option<(u64, u64)> {
    let (from, to) = name.strip_prefix("seg-")?.split_once('-')?;
    let number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?;
    let (from, to) = (number(from)?, number(to)?);
    let one = Entry { from, to, first_position: 0, end_position: 0 };
    (from <= to && one.name() == name).then_some((from, to))
}

/// True when `upper` can come after `lower`: without a gap of heights there is none of positions either.
fn follows(lower: &Entry, upper: &Entry) -> bool {
    let adjacent = lower.to.checked_add(1) == Some(upper.from);
    lower.to < upper.from
        && lower.end_position <= upper.first_position
        && (!adjacent || lower.end_position == upper.first_position)
}
