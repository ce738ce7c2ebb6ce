//! The guard under repetition, contradiction, torn writes, failing disks and foreign files.
#![allow(clippy::unwrap_used)]

use super::*;
use std::io;
use std::sync::Mutex;

const GENESIS: GenesisId = GenesisId([7; 32]);
const KEY: PublicKey = PublicKey([9; 32]);

/// What happened to the disk, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Did {
    Write(usize),
    Sync,
}

#[derive(Default)]
struct Memory {
    slots: [Vec<u8>; 2],
    did: Vec<Did>,
    fail_sync: bool,
}

#[derive(Clone)]
struct FakeDisk(Arc<Mutex<Memory>>);

impl FakeDisk {
    fn new() -> Self {
        let slots = [vec![0; SLOT_BYTES], vec![0; SLOT_BYTES]];
        Self(Arc::new(Mutex::new(Memory { slots, ..Memory::default() })))
    }
}

impl GuardDisk for FakeDisk {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn read(&mut self) -> io::Result<[Vec<u8>; 2]> {
        Ok(self.0.lock().unwrap().slots.clone())
    }

    fn write(&mut self, slot: usize, bytes: &[u8; SLOT_BYTES]) -> io::Result<()> {
        let mut memory = self.0.lock().unwrap();
        memory.slots[slot] = bytes.to_vec();
        memory.did.push(Did::Write(slot));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut memory = self.0.lock().unwrap();
        if memory.fail_sync {
            return Err(io::Error::other("no space"));
        }
        memory.did.push(Did::Sync);
        Ok(())
    }
}

fn open(disk: &FakeDisk) -> Result<Guard<FakeDisk>, GuardError> {
    Guard::open(disk.clone(), &GENESIS, &KEY)
}

fn put(guard: &mut Guard<FakeDisk>, at: (u64, u32), step: SignedStep, text: u8) -> Result<Signature, GuardError> {
    guard.sign(Height(at.0), Round(at.1), step, [text; 32], |message| Signature([message[0]; 64]))
}

#[test]
fn the_record_is_synced_before_the_signature_leaves() {
    let disk = FakeDisk::new();
    let mut guard = open(&disk).unwrap();
    put(&mut guard, (1, 0), SignedStep::Prevote, 1).unwrap();
    assert_eq!(disk.0.lock().unwrap().did, vec![Did::Write(1), Did::Sync]);
    assert_eq!((guard.counts().syncs(), guard.counts().released()), (1, 1));
}

#[test]
fn no_signature_leaves_when_the_sync_fails_and_none_ever_after() {
    let disk = FakeDisk::new();
    let mut guard = open(&disk).unwrap();
    disk.0.lock().unwrap().fail_sync = true;
    assert!(matches!(put(&mut guard, (1, 0), SignedStep::Prevote, 1), Err(GuardError::Disk { action: "synced", .. })));
    disk.0.lock().unwrap().fail_sync = false;
    assert!(matches!(put(&mut guard, (2, 0), SignedStep::Prevote, 1), Err(GuardError::Disk { action: "used", .. })));
    assert_eq!(guard.counts().released(), 0);
}

#[test]
fn a_second_different_message_is_refused_and_the_identical_one_repeated_without_a_sync() {
    let disk = FakeDisk::new();
    let mut guard = open(&disk).unwrap();
    let first = put(&mut guard, (3, 1), SignedStep::Precommit, 5).unwrap();
    assert_eq!(put(&mut guard, (3, 1), SignedStep::Precommit, 5).unwrap(), first);
    assert!(matches!(put(&mut guard, (3, 1), SignedStep::Precommit, 6), Err(GuardError::Conflict { .. })));
    assert_eq!(guard.counts().syncs(), 1);
}

#[test]
fn going_back_is_refused_in_height_round_and_step() {
    let disk = FakeDisk::new();
    let mut guard = open(&disk).unwrap();
    put(&mut guard, (3, 1), SignedStep::Prevote, 5).unwrap();
    for (at, step) in [((2, 9), SignedStep::Precommit), ((3, 0), SignedStep::Precommit), ((3, 1), SignedStep::Proposal)]
    {
        assert!(matches!(put(&mut guard, at, step, 5), Err(GuardError::Behind { .. })), "{at:?} {step:?}");
    }
    put(&mut guard, (3, 1), SignedStep::Precommit, 5).unwrap();
    put(&mut guard, (3, 2), SignedStep::Prevote, 7).unwrap();
    put(&mut guard, (4, 0), SignedStep::PartsInit, 7).unwrap();
}

#[test]
fn every_step_of_the_latest_round_is_remembered_over_a_restart() {
    let disk = FakeDisk::new();
    let mut guard = open(&disk).unwrap();
    for (text, step) in [SignedStep::PartsInit, SignedStep::Proposal, SignedStep::Prevote, SignedStep::Precommit]
        .into_iter()
        .enumerate()
    {
        put(&mut guard, (3, 1), step, text as u8).unwrap();
    }
    let mut again = open(&disk).unwrap();
    assert_eq!(again.last(), (Height(3), Round(1)));
    assert_eq!(put(&mut again, (3, 1), SignedStep::Proposal, 1).unwrap(), Signature([1; 64]));
    assert!(matches!(put(&mut again, (3, 1), SignedStep::Proposal, 9), Err(GuardError::Conflict { .. })));
}

#[test]
fn a_torn_write_at_any_byte_keeps_the_record_before_it() {
    let disk = FakeDisk::new();
    let mut guard = open(&disk).unwrap();
    put(&mut guard, (1, 0), SignedStep::Prevote, 1).unwrap();
    put(&mut guard, (1, 0), SignedStep::Precommit, 1).unwrap();
    let before = disk.0.lock().unwrap().slots.clone();
    put(&mut guard, (2, 0), SignedStep::Prevote, 2).unwrap();
    let after = disk.0.lock().unwrap().slots.clone();
    let changed = usize::from(before[1] != after[1]);
    let length = (0..SLOT_BYTES).rev().find(|at| after[changed][*at] != 0).unwrap();
    for cut in 0..length {
        let mut torn = before.clone();
        torn[changed][..cut].copy_from_slice(&after[changed][..cut]);
        disk.0.lock().unwrap().slots = torn;
        let height = open(&disk).unwrap().last().0;
        assert!(height == Height(1) || cut >= length, "cut at {cut} gave height {height}");
    }
}

#[test]
fn a_damaged_file_and_a_foreign_file_are_refused() {
    let disk = FakeDisk::new();
    put(&mut open(&disk).unwrap(), (1, 0), SignedStep::Prevote, 1).unwrap();
    let foreign = Guard::open(disk.clone(), &GENESIS, &PublicKey([1; 32]));
    assert!(matches!(foreign, Err(GuardError::Owner(_))));
    let elsewhere = Guard::open(disk.clone(), &GenesisId([1; 32]), &KEY);
    assert!(matches!(elsewhere, Err(GuardError::Owner(_))));
    disk.0.lock().unwrap().slots[1][40] ^= 1;
    assert!(matches!(open(&disk), Err(GuardError::Damaged(_))));
}

#[test]
fn a_real_file_survives_reopening_and_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/guard");
    let mut guard = Guard::open(GuardFile::open(&path).unwrap(), &GENESIS, &KEY).unwrap();
    guard.sign(Height(5), Round(0), SignedStep::Prevote, [1; 32], |_| Signature([2; 64])).unwrap();
    assert!(matches!(GuardFile::open(&path), Err(GuardError::InUse(_))));
    drop(guard);
    let guard = Guard::open(GuardFile::open(&path).unwrap(), &GENESIS, &KEY).unwrap();
    assert_eq!(guard.last(), (Height(5), Round(0)));
    drop(guard);
    std::fs::write(&path, b"short").unwrap();
    assert!(Guard::open(GuardFile::open(&path).unwrap(), &GENESIS, &KEY).is_err());
}
