//! Sequences with a largest length: lists, bytes and text. Encoded as a 4-byte length and the elements.

use crate::layout::{self, Layout};
use crate::spec::TypeName;
use crate::{Buffer, Reader, Wire};
use core::fmt;
use core::mem::MaybeUninit;

/// Up to `N` values. Unused places are never written.
///
/// ```
/// use tacit_sdk::List;
/// let mut voters = List::<u64, 3>::new();
/// voters.push(7).unwrap();
/// assert_eq!(voters.iter().sum::<u64>(), 7);
/// assert_eq!(List::<u64, 3>::from_slice(&[1, 2, 3, 4]), None, "one too many");
/// ```
#[derive(Clone, Copy)]
pub struct List<T: Copy, const N: usize> {
    items: [MaybeUninit<T>; N],
    /// How many items from the start are initialised; never more than `N`.
    len: usize,
}

/// Up to `N` bytes.
pub type Bytes<const N: usize> = List<u8, N>;

impl<T: Copy, const N: usize> List<T, N> {
    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self { items: [const { MaybeUninit::uninit() }; N], len: 0 }
    }

    /// A copy of some items, unless there are too many.
    #[must_use]
    pub fn from_slice(items: &[T]) -> Option<Self> {
        let mut list = Self::new();
        let room = list.items.get_mut(..items.len())?;
        // SAFETY: `room` is as long as `items`, and an item may be copied.
        unsafe { core::ptr::copy_nonoverlapping(items.as_ptr(), room.as_mut_ptr().cast(), items.len()) };
        list.len = items.len();
        Some(list)
    }

    /// Appends an item, unless the list is full.
    #[must_use = "the list may be full"]
    pub fn push(&mut self, item: T) -> Option<()> {
        self.items.get_mut(self.len)?.write(item);
        self.len = self.len.saturating_add(1);
        Some(())
    }

    /// Takes the last item.
    pub fn pop(&mut self) -> Option<T> {
        let last = self.as_slice().last().copied()?;
        self.len = self.len.saturating_sub(1);
        Some(last)
    }

    /// Takes an item out and puts the last one into its place.
    pub fn swap_remove(&mut self, index: usize) -> Option<T> {
        let taken = self.as_slice().get(index).copied()?;
        let last = self.pop()?;
        if let Some(place) = self.as_mut_slice().get_mut(index) {
            *place = last;
        }
        Some(taken)
    }

    /// The items.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        let written = self.items.get(..self.len).unwrap_or_default();
        // SAFETY: the first `len` items are initialised.
        unsafe { core::slice::from_raw_parts(written.as_ptr().cast(), written.len()) }
    }

    /// The items, to change them.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        let written = self.items.get_mut(..self.len).unwrap_or_default();
        // SAFETY: the first `len` items are initialised, and `self` is borrowed mutably.
        unsafe { core::slice::from_raw_parts_mut(written.as_mut_ptr().cast(), written.len()) }
    }

    /// How many items there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// One item after the other.
    pub fn iter(&self) -> core::slice::Iter<'_, T> {
        self.as_slice().iter()
    }
}

impl<T: Copy, const N: usize> Default for List<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Copy + PartialEq, const N: usize> PartialEq for List<T, N> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: Copy + Eq, const N: usize> Eq for List<T, N> {}

impl<T: Copy + fmt::Debug, const N: usize> fmt::Debug for List<T, N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(formatter)
    }
}

impl<'a, T: Copy, const N: usize> IntoIterator for &'a List<T, N> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Wire + Copy, const N: usize> Wire for List<T, N> {
    const MAX: usize = N.saturating_mul(T::MAX).saturating_add(4);
    const TYPE: &'static TypeName = if is_byte(T::TYPE) {
        &TypeName::new("Bytes<").number(N).text(">")
    } else {
        &TypeName::new("List<").name(T::TYPE).text(",").number(N).text(">")
    };
    const LAYOUT: Layout = layout::of(&[b"List", &T::LAYOUT, &layout::number(N)]);
    fn put(&self, out: &mut Buffer) {
        put_len(self.len, out);
        T::put_all(self.as_slice(), out);
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        T::take_all(take_len(input, N)?, input)
    }
}

/// Up to `N` bytes of UTF-8.
///
/// ```
/// use tacit_sdk::Text;
/// assert_eq!(Text::<8>::new("Tacit").unwrap().as_str(), "Tacit");
/// assert_eq!(Text::<4>::new("Tacit"), None, "too long");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Text<const N: usize>(List<u8, N>);

impl<const N: usize> Text<N> {
    /// A copy of some text, unless it is too long.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        List::from_slice(text.as_bytes()).map(Self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.0.as_slice()).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(formatter)
    }
}

impl<const N: usize> Wire for Text<N> {
    const MAX: usize = N.saturating_add(4);
    const TYPE: &'static TypeName = &TypeName::new("Text<").number(N).text(">");
    fn put(&self, out: &mut Buffer) {
        self.0.put(out);
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        let len = take_len(input, N)?;
        Self::new(core::str::from_utf8(input.slice(len)?).ok()?)
    }
}

fn put_len(len: usize, out: &mut Buffer) {
    u32::try_from(len).unwrap_or(u32::MAX).put(out);
}

fn take_len(input: &mut Reader<'_>, max: usize) -> Option<usize> {
    usize::try_from(u32::take(input)?).ok().filter(|len| *len <= max)
}

#[allow(clippy::indexing_slicing)] // Runs when compiling.
const fn is_byte(name: &TypeName) -> bool {
    matches!(name.as_bytes(), b"u8")
}
