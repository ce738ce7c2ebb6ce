//! Names of trie pages, and how key paths are read in bits and nibbles.
//!
//! A page covers four bits of depth, so the path to a page is a string of nibbles. Ids come from and go to the page
//! store as bytes; decoding accepts exactly one encoding per id.

use super::error::TrieError;
use super::hash::KeyPath;
use core::fmt;

/// Bits of depth covered by one page.
pub const PAGE_BITS: usize = 4;

/// Levels of pages: 64 nibbles make a key path, so the deepest page lies below 63 nibbles.
pub const PAGE_LEVELS: u8 = 64;

/// The longest encoding of a page id in bytes: a level and 63 nibbles.
pub const PAGE_ID_BYTES_MAX: usize = 33;

/// The path to a page: `level` nibbles of a key path. The root page has level 0.
///
/// Ids order by level, then by path, and their encodings order the same way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId {
    level: u8,
    prefix: KeyPath,
}

impl PageId {
    /// The page at the top of the trie.
    pub const ROOT: Self = Self { level: 0, prefix: [0; 32] };

    /// How many nibbles lead to the page, 0 to 63.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// The nibbles that lead to the page, two in a byte, high half first, zero behind.
    pub fn prefix(&self) -> &KeyPath {
        &self.prefix
    }

    /// The page below this one under `slot` (0 to 15), `None` below the deepest level.
    pub fn child(&self, slot: usize) -> Option<Self> {
        let level = self.level.checked_add(1).filter(|level| *level < PAGE_LEVELS)?;
        let nibble = u8::try_from(slot).ok().filter(|nibble| *nibble < 16)?;
        let mut prefix = self.prefix;
        let byte = prefix.get_mut(usize::from(self.level / 2))?;
        *byte |= if self.level.is_multiple_of(2) { nibble << 4 } else { nibble };
        Some(Self { level, prefix })
    }

    /// Whether `key` lies below this page.
    pub fn contains(&self, key: &KeyPath) -> bool {
        let whole = usize::from(self.level / 2);
        let bytes_agree = self.prefix.iter().zip(key).take(whole).all(|(a, b)| a == b);
        bytes_agree
            && (self.level.is_multiple_of(2)
                || self.prefix.get(whole).map(|b| b >> 4) == key.get(whole).map(|b| b >> 4))
    }

    /// The canonical bytes: the level, then the nibbles, two in a byte, the last half byte zero when the level is odd.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(PAGE_ID_BYTES_MAX);
        bytes.push(self.level);
        bytes.extend(self.prefix.iter().take(usize::from(self.level.div_ceil(2))));
        bytes
    }

    /// Reads what [`PageId::encode`] writes and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, TrieError> {
        let (&level, path) = bytes.split_first().ok_or(TrieError::MalformedPageId("no level"))?;
        if level >= PAGE_LEVELS {
            return Err(TrieError::MalformedPageId("level above 63"));
        }
        if path.len() != usize::from(level.div_ceil(2)) {
            return Err(TrieError::MalformedPageId("length does not fit the level"));
        }
        if !level.is_multiple_of(2) && path.last().is_some_and(|last| last & 0x0f != 0) {
            return Err(TrieError::MalformedPageId("unused half byte is not zero"));
        }
        let mut prefix = [0u8; 32];
        for (to, from) in prefix.iter_mut().zip(path) {
            *to = *from;
        }
        Ok(Self { level, prefix })
    }
}

impl fmt::Display for PageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("/")?;
        (0..usize::from(self.level)).try_for_each(|i| write!(f, "{:x}", nibble(&self.prefix, i)))
    }
}

impl fmt::Debug for PageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PageId({self})")
    }
}

/// The nibble of `key` at nibble depth `level` (0 to 63); 0 beyond the end.
#[inline]
pub(crate) fn nibble(key: &KeyPath, level: usize) -> usize {
    let byte = key.get(level / 2).copied().unwrap_or(0);
    usize::from(if level.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f })
}

/// The bit of `key` at bit depth `depth` (0 to 255, most significant first); 0 beyond the end.
#[inline]
pub(crate) fn bit(key: &KeyPath, depth: usize) -> usize {
    let byte = key.get(depth / 8).copied().unwrap_or(0);
    usize::from((byte >> (7usize.saturating_sub(depth % 8))) & 1)
}
