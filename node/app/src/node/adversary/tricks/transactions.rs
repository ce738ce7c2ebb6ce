//! Blocks whose form is right but which hold a transaction that may not stand there.

use super::accounts::{FEEDER, PAUPER, POOR, RICH, address, body, raw, signed, transfer};
use super::{Scene, sealed};
use tacit_consensus::chain::BuiltBlock;
use tacit_types::action::{Prove, ProveRange};
use tacit_types::limits::EXPIRY_HEIGHTS_MAX;
use tacit_types::{
    Action, Amount, Block, FieldBytes, Gas, GenesisId, Height, List, Name, Price, ProofBytes, RawTx, Tx, TxBody,
};

/// Public inputs and proof of a true range statement for another sender: commitment, low, high, context, proof.
const FOREIGN_PROOF: &[u8; 256] = include_bytes!("../../../../../../circuits/vectors/range-v1.proof");

fn holding(mut block: Block, txs: Vec<RawTx>) -> BuiltBlock {
    block.body.txs = List::new(txs).unwrap();
    sealed(block)
}

/// The block with one transaction of the rich account, whose body was changed before it was signed.
fn with_body(scene: &Scene, block: Block, change: impl FnOnce(&mut TxBody)) -> BuiltBlock {
    let mut body = body(&scene.genesis_id, RICH, 0);
    change(&mut body);
    holding(block, vec![raw(&signed(RICH, body))])
}

pub fn undecodable(_: &Scene, block: Block) -> BuiltBlock {
    holding(block, vec![RawTx::new(vec![0xa5; 200]).unwrap()])
}

/// What was signed was changed afterwards.
pub fn bad_signature(scene: &Scene, block: Block) -> BuiltBlock {
    let mut tx = signed(RICH, body(&scene.genesis_id, RICH, 0));
    tx.body.expiry = tx.body.expiry.next();
    holding(block, vec![raw(&tx)])
}

fn range_proof(scene: &Scene, proof: [u8; 128]) -> Tx {
    let number = |at: usize| u128::from_le_bytes(FOREIGN_PROOF[at..at + 16].try_into().unwrap());
    let statement = ProveRange {
        commitment: FieldBytes(FOREIGN_PROOF[..32].try_into().unwrap()),
        low: number(32),
        high: number(64),
        purpose: Name::new("age").unwrap(),
    };
    let mut body = body(&scene.genesis_id, RICH, 0);
    body.actions = List::new(vec![Action::Prove(Prove::Range(statement))]).unwrap();
    let mut tx = signed(RICH, body);
    tx.witness.proofs = List::new(vec![ProofBytes(proof)]).unwrap();
    tx
}

pub fn garbage_proof(scene: &Scene, block: Block) -> BuiltBlock {
    holding(block, vec![raw(&range_proof(scene, [0x3c; 128]))])
}

/// Points of the curve, and true for somebody else.
pub fn replayed_proof(scene: &Scene, block: Block) -> BuiltBlock {
    holding(block, vec![raw(&range_proof(scene, FOREIGN_PROOF[128..].try_into().unwrap()))])
}

pub fn of_another_chain(scene: &Scene, block: Block) -> BuiltBlock {
    with_body(scene, block, |body| body.genesis_id = GenesisId([0x66; 32]))
}

pub fn of_nothing(scene: &Scene, block: Block) -> BuiltBlock {
    with_body(scene, block, |body| pay(body, Amount(0), RICH))
}

fn pay(body: &mut TxBody, amount: Amount, to: u8) {
    let mut actions = body.actions.clone().into_vec();
    if let Action::Transfer(transfer) = &mut actions[0] {
        (transfer.amount, transfer.to) = (amount, address(to));
    }
    body.actions = List::new(actions).unwrap();
}

pub fn duplicate(scene: &Scene, block: Block) -> BuiltBlock {
    let tx = transfer(&scene.genesis_id, RICH, 0);
    holding(block, vec![tx.clone(), tx])
}

/// One more than the chain allows; they need not even be decodable.
pub fn too_many(_: &Scene, block: Block) -> BuiltBlock {
    holding(block, (0..9).map(|byte| RawTx::new(vec![byte]).unwrap()).collect())
}

/// Each is within the limit, together they are not.
pub fn too_much_gas(scene: &Scene, block: Block) -> BuiltBlock {
    let greedy = |sequence| {
        let mut body = body(&scene.genesis_id, RICH, sequence);
        body.gas_limit = Gas(1_500_000);
        raw(&signed(RICH, body))
    };
    holding(block, vec![greedy(0), greedy(1)])
}

pub fn unpayable(scene: &Scene, block: Block) -> BuiltBlock {
    holding(block, vec![transfer(&scene.genesis_id, PAUPER, 0)])
}

pub fn payable_once(scene: &Scene, block: Block) -> BuiltBlock {
    holding(block, vec![transfer(&scene.genesis_id, POOR, 0), transfer(&scene.genesis_id, POOR, 1)])
}

/// The pauper is given much, and spends it in the same block: charging comes before all bodies.
pub fn paid_by_this_block(scene: &Scene, block: Block) -> BuiltBlock {
    let mut gift = body(&scene.genesis_id, RICH, 0);
    pay(&mut gift, Amount(1 << 90), PAUPER);
    holding(block, vec![raw(&signed(RICH, gift)), transfer(&scene.genesis_id, PAUPER, 0)])
}

pub fn expired(scene: &Scene, block: Block) -> BuiltBlock {
    with_body(scene, block, |body| body.expiry = Height(1))
}

pub fn expiring_too_late(scene: &Scene, block: Block) -> BuiltBlock {
    let height = block.header.height;
    with_body(scene, block, |body| body.expiry = Height(height.0 + EXPIRY_HEIGHTS_MAX + 1))
}

pub fn under_priced(scene: &Scene, block: Block) -> BuiltBlock {
    with_body(scene, block, |body| (body.max_fee_per_gas, body.max_tip_per_gas) = (Price(0), Price(0)))
}

pub fn early(scene: &Scene, block: Block) -> BuiltBlock {
    holding(block, vec![transfer(&scene.genesis_id, RICH, 1)])
}

/// The first honest transfer, which is long committed.
pub fn replayed(scene: &Scene, block: Block) -> BuiltBlock {
    holding(block, vec![transfer(&scene.genesis_id, FEEDER, 0)])
}
