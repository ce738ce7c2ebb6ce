//! What a wallet keeps of the chain on disk: segments as they are once opened, and the sealed files themselves.

use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use tacit_types::shielded::PublicValue;
use tacit_types::{Amount, AssetId, GenesisId};
use tacit_wallet::shielded::ViewingKey;
use tacit_wallet::shielded::store::{BlockMark, JoinSplitMark, OutgoingNote, ReceivedNote, Segment, Store};
use tempfile::TempDir;

use super::samples::receiver;

const CONSTANT: &str = "samples are constants";
const CHAIN: GenesisId = GenesisId([4; 32]);

/// Bytes are a segment of which they are the encoding and whose parts fit together, or none; and whatever is asked of one
/// has an answer.
pub fn segment(bytes: &[u8]) {
    let Ok(read) = Segment::decode(bytes) else { return };
    assert_eq!(read.encode(), bytes, "a segment with two encodings");
    assert!(read.from <= read.to && read.commitments.len() == 2 * read.join_splits.len());
    assert_eq!(read.join_splits_with_heights().count(), read.join_splits.len(), "a join-split without a height");
    for note in &read.received {
        assert!(read.origin(note.output).is_some(), "a note from nowhere");
    }
    let _ =
        (read.end_position(), read.heights(), read.is_full(), read.state_after(read.from), read.state_after(read.to));
    let next = Segment::empty(read.to.saturating_add(1), u64::MAX, read.end_position());
    let (last, length) = (read.to, read.commitments.len());
    if let Some(joined) = read.join(&next) {
        assert!(last < u64::MAX && joined.commitments.len() == length);
    }
}

/// One wallet's folder, written once.
struct Folder {
    _root: TempDir,
    path: PathBuf,
    /// The sealed segment, and where it lies.
    honest: Vec<u8>,
    name: String,
}

fn key() -> ViewingKey {
    ViewingKey::Full(receiver().clone())
}

static FOLDER: LazyLock<Mutex<Folder>> = LazyLock::new(|| {
    let root = tempfile::tempdir().expect("a temporary folder");
    let (mut store, _) = Store::open(root.path(), &key(), CHAIN).expect("a new store");
    store.put(&sample()).expect("a segment");
    let directory = store.directory().to_owned();
    drop(store);
    let is_segment = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|file| file.len() > 200);
    let entries = std::fs::read_dir(&directory).expect("the folder").flatten();
    let path = entries.map(|entry| entry.path()).find(is_segment).expect("the segment's file");
    let honest = std::fs::read(&path).expect("the segment's file");
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let path = root.path().to_owned();
    Mutex::new(Folder { path, honest, name, _root: root })
});

/// A segment's file with other bytes is the honest one, or is thrown away with a reason and its heights are asked for again;
/// never is something else read from it.
pub fn file(bytes: &[u8]) {
    let folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
    let path = Store::directory_of(&folder.path, &key(), CHAIN).join(&folder.name);
    std::fs::write(&path, bytes).expect("the segment's file");
    check(&folder.path, bytes == folder.honest, &path);
}

fn check(root: &Path, honest: bool, path: &Path) {
    let (mut store, repairs) = Store::open(root, &key(), CHAIN).expect("damage is no error");
    let entries: Vec<_> = store.segments().collect();
    if honest {
        let [entry] = entries[..] else { panic!("an honest segment is lost") };
        assert!(store.read(entry).is_ok_and(|read| read == sample()) && repairs.is_empty());
        return;
    }
    assert!(entries.is_empty(), "a changed segment is believed");
    assert_eq!(repairs.len(), 1, "the loss of a segment is not told");
    assert_eq!(store.missing(1, sample().to), [1..=sample().to]);
    assert!(!path.exists(), "the changed file stays");
}

fn sample() -> Segment {
    let join_split = |number: u8| JoinSplitMark {
        tx_id: [number; 32],
        action: number.into(),
        nullifiers: vec![[number; 32], [number ^ 0x80; 32]],
        public_value: match number {
            1 => PublicValue::None,
            2 => PublicValue::In { asset: AssetId::NATIVE, amount: Amount(21) },
            _ => PublicValue::Out { asset: AssetId([5; 32]), amount: Amount(7) },
        },
    };
    Segment {
        from: 1,
        to: 9,
        first_position: 0,
        blocks: vec![
            BlockMark { height: 3, join_splits: 2, root: [1; 32] },
            BlockMark { height: 8, join_splits: 1, root: [2; 32] },
        ],
        join_splits: [1, 2, 3].map(join_split).to_vec(),
        commitments: (1..=6).map(|number| [number; 32]).collect(),
        received: vec![ReceivedNote {
            output: 2,
            diversifier: [1; 11],
            value: 5,
            asset: [0; 32],
            rseed: [6; 32],
            memo: Some("for the bread".into()),
        }],
        sent: vec![OutgoingNote { output: 3, to: vec![7; 75], value: 8, asset: [0; 32], memo: None }],
    }
}

/// A segment with everything, and one of heights without notes.
pub fn segments() -> Vec<Vec<u8>> {
    vec![sample().encode(), Segment::empty(10, 20, 6).encode()]
}

/// The sealed file of that segment.
pub fn files() -> Vec<Vec<u8>> {
    let folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(!folder.honest.is_empty(), "{CONSTANT}");
    vec![folder.honest.clone()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target that reads none of its samples would find nothing.
    #[test]
    fn honest_segments_are_read() {
        assert!(segments().iter().all(|bytes| Segment::decode(bytes).is_ok()));
    }
}
