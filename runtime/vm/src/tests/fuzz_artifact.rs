//! What lies in a node's folder of compiled contracts, through the whole VM: whatever the bytes, a call ends as it would without
//! them, and the code is compiled again unless they are what this node put there.

use super::support::{ALICE, MemoryWorld, module};
use crate::engine::{self, WasmtimeMachine};
use crate::{ArtifactName, ArtifactRefused, ArtifactStore, Artifacts, CallOutcome, CallParams, Seal, Vm, VmConfig};
use std::sync::{Arc, LazyLock, Mutex};
use tacit_types::{Address, Amount, CodeHash, Gas};

const CONFIG: VmConfig = VmConfig { execution_calls: 1, view_calls: 1 };
const SECRET: [u8; 32] = [0x43; 32];

/// A contract with a table, data, branches and host calls.
static CODE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    module(
        "(table 2 2 funcref) (elem (i32.const 0) $one $two) (type $number (func (result i32))) (data (i32.const 0) \"key\")
         (func $one (result i32) (i32.const 11)) (func $two (result i32) (i32.const 22))
         (func (export \"run\") (local $i i32)
            (loop $again
                (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16))
                    (call_indirect (type $number) (i32.and (local.get $i) (i32.const 1)))))
                (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))
            (drop (call $storage_set (i32.const 0) (i32.const 3) (i32.const 16) (i32.const 4)))
            (call $return_data (i32.const 16) (i32.const 4)))",
    )
});

/// One engine for all cases: making one takes longer than compiling the code.
static ENGINE: LazyLock<wasmtime::Engine> =
    LazyLock::new(|| engine::engine(CONFIG.slots()).expect("the engine starts"));

/// A store with one artifact, whatever it is asked for.
#[derive(Default)]
struct Shelf(Mutex<Option<Vec<u8>>>);

impl ArtifactStore for Shelf {
    fn get(&self, _name: &ArtifactName) -> Option<Vec<u8>> {
        self.0.lock().unwrap().clone()
    }

    fn has(&self, _name: &ArtifactName) -> bool {
        self.0.lock().unwrap().is_some()
    }

    fn put(&self, _name: &ArtifactName, sealed: &[u8]) {
        *self.0.lock().unwrap() = Some(sealed.to_vec());
    }

    fn refused(&self, _name: &ArtifactName, _reason: &ArtifactRefused) {}
}

/// A call by a process that finds `artifact` in its folder: how it ends, what it leaves, how often it compiled, and what is in the
/// folder then.
fn call(artifact: Option<&[u8]>) -> (CallOutcome, MemoryWorld, u64, Vec<u8>) {
    let shelf = Arc::new(Shelf(Mutex::new(artifact.map(<[u8]>::to_vec))));
    let store: Arc<dyn ArtifactStore> = Arc::clone(&shelf) as _;
    let artifacts = Artifacts { store, seal: Seal::new(&SECRET) };
    let vm = Vm::over(WasmtimeMachine::over(ENGINE.clone(), Some(artifacts)).unwrap(), CONFIG);
    let (hash, contract) = (CodeHash::of(&[&CODE]), Address([1; 32]));
    let mut world = MemoryWorld::default();
    world.codes.insert(hash, CODE.clone());
    world.contracts.insert(contract, hash);
    let (caller, function, input, value, gas_limit) = (ALICE, "run", &[][..], Amount::ZERO, Gas(1_000_000));
    let params = CallParams { caller, contract, function, input, value, gas_limit, record: false };
    let outcome = vm.call(&mut world, params).expect("no damaged artifact stops a node");
    let kept = shelf.0.lock().unwrap().clone().expect("execution keeps what it compiled");
    (outcome, world, vm.compilations(), kept)
}

/// The artifact that this node makes of the code.
///
/// # Panics
/// When the contract does not do what it should.
pub fn honest_artifact() -> Vec<u8> {
    let (outcome, _, compilations, artifact) = call(None);
    assert_eq!((outcome.result, compilations), (Ok(165_u32.to_le_bytes().to_vec()), 1));
    artifact
}

/// Whatever the artifact's bytes are, a call gives and leaves the same, and what is not this node's own is compiled again and replaced.
///
/// # Panics
/// Where that is not so.
pub fn artifact(bytes: &[u8]) {
    static HONEST: LazyLock<(CallOutcome, MemoryWorld, u64, Vec<u8>)> = LazyLock::new(|| call(None));
    let (outcome, world, _, honest) = &*HONEST;
    let (other_outcome, other_world, compilations, kept) = call(Some(bytes));
    assert_eq!((&other_outcome, &other_world), (outcome, world), "an artifact changes what a contract does");
    assert_eq!(compilations, u64::from(bytes != honest), "a strange artifact is run, or the own one is not");
    assert_eq!(&kept, honest, "a damaged artifact is left where it lies");
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_target_takes_its_own_artifact_damaged_ones_and_none() {
        let honest = super::honest_artifact();
        super::artifact(&honest);
        let step = honest.len() / 20;
        for at in (0..honest.len()).step_by(step) {
            let mut changed = honest.clone();
            changed[at] ^= 1;
            super::artifact(&changed);
            super::artifact(&honest[..at]);
        }
        super::artifact(&[&honest[..], &[0]].concat());
    }
}
