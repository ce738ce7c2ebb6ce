//! What four nodes do about an adversary among them, about a majority that decides what they hold for invalid, and
//! about a damaged database of their own.

use super::network::{Network, Setup};
use super::tricks;
use std::time::Duration;
use tacit_consensus::ConsensusError;
use tacit_types::{Block, BlockId, Height, Round};

const PATIENCE: Duration = Duration::from_secs(180);
const ADVERSARY: usize = 0;
const HONEST: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_broken_block_gets_nil_for_its_reason_and_the_next_round_decides() {
    let setup = Setup { adversary: Some(ADVERSARY), ..Setup::honest(HONEST + 1) };
    let mut network = Network::start(setup).await;
    network.run_until(PATIENCE, |network| network.ledger.is_full(HONEST)).await;
    let enough = network.height(HONEST + 1).next().next();
    network.run_until(PATIENCE, |network| network.height(HONEST + 1) >= enough).await;
    network.stop().await;

    assert_eq!(network.ledger.surprises(), Vec::<String>::new());
    let chain = common_chain(&network);
    let played = network.ledger.played();
    assert!(played.len() >= tricks::ALL.len());
    for (height, broken, name) in played {
        let Some((id, block)) = chain.get(height.0 as usize - 1) else { continue };
        assert_ne!(*id, broken, "height {height} decided {name}");
        assert!(block.header.round > Round(0), "height {height} with {name} was decided in the adversary's round");
    }
    let transactions = chain.iter().map(|(_, block)| block.body.txs.len() as u64).sum::<u64>();
    assert!(transactions > 0 && transactions <= network.fed(), "{transactions} of {}", network.fed());
    let adversarys = |block: &Block| {
        block.body.txs.iter().any(|raw| {
            let tx = tacit_types::Tx::decode(raw.as_bytes()).unwrap();
            tx.body.sender() != tricks::accounts::address(tricks::accounts::FEEDER)
        })
    };
    assert!(!chain.iter().any(|(_, block)| adversarys(block)), "a transaction of the adversary was committed");
}

/// The blocks up to the lowest tip, which must be the same bytes in every node.
fn common_chain(network: &Network) -> Vec<(BlockId, Block)> {
    let tip = network.height(network.nodes.len());
    let bytes = |node: usize, height| {
        let stored = network.nodes[node].core.database.stored_block(Height(height)).unwrap().unwrap();
        (stored.bytes, network.nodes[node].core.database.state_root(Height(height)).unwrap().unwrap())
    };
    (1..=tip.0)
        .map(|height| {
            let first = bytes(0, height);
            assert!((1..network.nodes.len()).all(|node| bytes(node, height) == first), "fork at {height}");
            let block = Block::decode(&first.0).unwrap();
            (block.header.id(), block)
        })
        .collect()
}

/// The fourth node believes in a stricter limit. It must neither follow the others nor be stuck without a word.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_halts_when_the_others_certified_a_block_that_it_finds_invalid() {
    let strict = Setup {
        believes: |node, params| {
            if node == 3 {
                params.block_txs_max = 1;
            }
        },
        ..Setup::honest(4)
    };
    let mut network = Network::start(strict).await;
    network.run_until(PATIENCE, |network| network.height(4) >= Height(2)).await;
    let before = network.nodes[3].core.database.tip().unwrap();
    // More than the fourth node takes at once, and three of four proposers take them all.
    network.feed(6).await;
    let halted = tokio::time::timeout(PATIENCE, network.nodes[3].consensus.finished()).await.unwrap();
    let Err(ConsensusError::CertifiedInvalid { height, block_id, reason }) = halted else {
        panic!("the fourth node ended with {halted:?}");
    };
    assert!(reason.contains("number of transactions"), "{reason}");
    let database = &network.nodes[3].core.database;
    assert_eq!(database.tip().unwrap().height.next(), height);
    assert!(height > before.height);
    assert!(database.undecided_by_id(height, &block_id).unwrap().is_some(), "the block is not kept as evidence");
    let decided = network.nodes[0].core.database.block(height).unwrap().unwrap();
    assert_eq!(decided.header.id(), block_id);
}

/// A refusal is not for ever: the certificate shows that the others' clocks agreed, and the block comes by sync.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_whose_clock_was_behind_follows_what_the_others_decided() {
    // Its clock stays behind: where the machine is busy, many a block comes by sync before the node has looked at its proposal.
    static BEHIND: [Height; 200] = {
        let mut heights = [Height(3); 200];
        let mut at = 1;
        while at < heights.len() {
            heights[at] = Height(heights[at - 1].0 + 1);
            at += 1;
        }
        heights
    };
    let setup = Setup { clock_behind_at: &BEHIND, ..Setup::honest(4) };
    let mut network = Network::start(setup).await;
    network.run_until(PATIENCE, |network| !network.ledger.surprises().is_empty()).await;
    let refused_at = network.height(4);
    network.run_until(PATIENCE, |network| network.height(4).0 >= refused_at.0 + 8).await;
    network.stop().await;
    assert!(common_chain(&network).len() as u64 >= refused_at.0 + 8);
}

/// A record that this node itself wrote cannot be read any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_database_ends_consensus_with_the_verb_that_helps() {
    let damaged = Setup {
        prepare: |core| {
            let block = tacit_storage::UndecidedBlock {
                height: Height(3),
                round: Round(0),
                block_id: BlockId([1; 32]),
                meta: vec![0xff; 40],
                bytes: vec![1],
            };
            core.database.store_undecided(&block).unwrap();
        },
        ..Setup::honest(1)
    };
    let mut network = Network::start(damaged).await;
    let ended = tokio::time::timeout(PATIENCE, network.nodes[0].consensus.finished()).await.unwrap();
    let Err(ConsensusError::Chain(fault)) = ended else { panic!("ended with {ended:?}") };
    assert!(fault.0.contains("tacit db check"), "{fault}");
    assert_eq!(network.height(1), Height(2), "what was committed before stays");
}
