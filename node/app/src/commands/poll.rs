//! `tacit poll`: polls among the members of a group, voted in anonymously.

use super::proof::proving_keys;
use super::query::show;
use super::runtime;
use super::send::SendArgs;
use super::status::NodeArg;
use super::tx::parse_hash;
use super::wallet::{PayArgs, WalletArgs, WalletsArg};
use clap::{Args, Subcommand};
use eyre::bail;
use indicatif::ProgressBar;
use std::path::PathBuf;
use std::time::Duration;
use tacit_circuits::{ProvingKeys, Statement};
use tacit_rpc::json::HexArray;
use tacit_types::identity::{PollCreate, PollVote, poll_id};
use tacit_types::{Action, Address, FieldBytes, Gas, GroupId, Height, Name, PollId, ProofBytes};
use tacit_wallet::WalletError;
use tacit_wallet::identity::poll::{Ballot, nullifier, vote};
use tacit_wallet::prove::MemberKey;
use tacit_wallet::send::ChainView;
use tacit_wallet::shielded::build::TxContext;

/// Gas of a vote beside its payment: a proof, about 250 bytes, a nullifier and the tally.
const VOTE_GAS: Gas = Gas(450_000);

/// Open polls among the members of a group, vote, and count.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit poll create --group 0x... --title colour --options 3 --heights 600 --dev 0\n  tacit poll vote --poll 0x... --choice 1 --secret me.key --dev 1\n  tacit poll vote --poll 0x... --choice 1 --secret me.key --from-pool --from alice\n  tacit poll show 0x..."
)]
pub struct Poll {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Open a poll among the members that a group has now.
    Create {
        /// Who may vote; `tacit proof membership group` makes one.
        #[arg(long)]
        group: String,
        /// What it is about: 1 to 64 characters, no spaces.
        #[arg(long)]
        title: String,
        /// How many choices, 2 to 32; they are numbered from 0.
        #[arg(long)]
        options: u8,
        /// For how many heights from now it stays open.
        #[arg(long, default_value_t = 1_000)]
        heights: u64,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
    /// Vote. Nobody learns which member voted; the account that sends the vote is seen, unless the pool pays for it.
    Vote {
        /// The poll.
        #[arg(long)]
        poll: String,
        /// The choice, from 0.
        #[arg(long)]
        choice: u8,
        /// File with the member's secret.
        #[arg(long, value_name = "FILE")]
        secret: PathBuf,
        /// Weight registered with the member.
        #[arg(long, default_value_t = 1)]
        weight: u64,
        /// Folder of proving keys; made at first use.
        #[arg(long, value_name = "DIR")]
        params: Option<PathBuf>,
        /// Pay from the shielded pool: no account signs, and the vote's sender is used this once.
        #[arg(long)]
        from_pool: bool,
        #[command(flatten)]
        wallets: WalletsArg,
        /// With --from-pool, socket of a `tacit prover` that proves the payment. The vote is proven here.
        #[arg(long, value_name = "SOCKET", requires = "from_pool")]
        prover: Option<PathBuf>,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
    /// Show a poll and its tally.
    Show {
        /// The poll.
        poll: String,
        #[command(flatten)]
        node: NodeArg,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Poll {
    pub fn run(self) -> eyre::Result<()> {
        match self.verb {
            Verb::Create { group, title, options, heights, send } => create(&group, &title, options, heights, &send),
            Verb::Vote { poll, choice, secret, weight, params, from_pool, wallets, prover, send } => {
                let member = MemberKey::from_bytes(*crate::node::keys::read(&secret)?);
                let choice = Choice { poll: PollId(parse_hash(&poll)?.0), choice, member, weight, params };
                if from_pool { choice.cast_from_pool(wallets, prover, &send) } else { choice.cast(&send) }
            }
            Verb::Show { poll, node, json } => {
                let id = parse_hash(&poll)?;
                let view = runtime::block_on(async { Ok(node.client()?.poll(id).await?) })?;
                show(&view, json)
            }
        }
    }
}

fn create(group: &str, title: &str, options: u8, heights: u64, send: &SendArgs) -> eyre::Result<()> {
    let group = GroupId(parse_hash(group)?.0);
    let title = Name::new(title)?;
    let account = send.account()?;
    runtime::block_on(async {
        let now = ChainView::fetch(&send.client()?, None).await?.height;
        let closes = Height(now.0.saturating_add(heights));
        let action = Action::PollCreate(PollCreate { group, title, options, closes });
        let sent = send.send(&account, |builder| Ok(builder.action(action))).await?;
        let id = poll_id(&account.address, sent.tx.body.authorization.sequence(), 0);
        send.report(&sent, &[("poll", id.to_string()), ("closes", closes.0.to_string())])
    })
}

/// What a member wants to say, and with which secret.
struct Choice {
    poll: PollId,
    choice: u8,
    member: MemberKey,
    weight: u64,
    params: Option<PathBuf>,
}

/// A poll as the chain has it.
struct Asked {
    chain: ChainView,
    root: FieldBytes,
    leaves: Vec<[u8; 32]>,
}

impl Choice {
    /// Votes from an account.
    fn cast(&self, send: &SendArgs) -> eyre::Result<()> {
        let account = send.account()?;
        let asked = self.ask(send)?;
        let (vote, proof) = self.prove(&self.keys()?, &asked, account.address)?;
        let nullifier = vote.nullifier;
        runtime::block_on(async {
            let sent = send.send(&account, |builder| Ok(builder.proven(Action::PollVote(vote), proof))).await?;
            send.report(&sent, &[("nullifier", nullifier.to_string())])
        })
    }

    /// Votes from the pool. The sender is known only when the payment is, so the vote is proven in its midst.
    fn cast_from_pool(&self, wallets: WalletsArg, prover: Option<PathBuf>, send: &SendArgs) -> eyre::Result<()> {
        if send.has_account_options() {
            bail!("--gas-limit, --max-fee and --tip are for accounts; with --from-pool the wallet chooses common ones");
        }
        let asked = self.ask(send)?;
        let keys = self.keys()?;
        let nullifier = nullifier(asked.chain.genesis_id, self.poll, &self.member)?;
        let pay = PayArgs {
            wallet: WalletArgs {
                signer: send.signer.clone(),
                keystore: send.keystore.clone(),
                wallets,
                node: send.node.clone(),
            },
            params: self.params.clone(),
            prover,
            no_wait: send.no_wait,
            json: send.json,
        };
        let vote = |context: &TxContext| {
            let (vote, proof) = self.vote(&keys, &asked, context.sender)?;
            Ok((Action::PollVote(vote), Some(proof)))
        };
        pay.act(VOTE_GAS, Box::new(vote), &[("nullifier", nullifier.to_string())])
    }

    fn ask(&self, send: &SendArgs) -> eyre::Result<Asked> {
        let (chain, view, mut leaves) = runtime::block_on(async {
            let client = send.client()?;
            let view = client.poll(HexArray(self.poll.0)).await?;
            let leaves = client.group_leaves(view.group).await?;
            Ok((ChainView::fetch(&client, None).await?, view, leaves))
        })?;
        if !view.open {
            bail!("the poll closed at height {}", view.closes);
        }
        if usize::from(self.choice) >= view.tally.len() {
            bail!("the poll has choices 0 to {}", view.tally.len().saturating_sub(1));
        }
        // Who joined after the poll was opened is not part of it.
        leaves.truncate(usize::try_from(view.members)?);
        Ok(Asked { chain, root: FieldBytes(view.root.0), leaves })
    }

    fn keys(&self) -> eyre::Result<ProvingKeys> {
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(100));
        let keys = proving_keys(Statement::Vote, self.params.as_deref(), &bar)?;
        bar.finish_and_clear();
        Ok(keys)
    }

    fn prove(&self, keys: &ProvingKeys, asked: &Asked, sender: Address) -> eyre::Result<(PollVote, ProofBytes)> {
        let bar = ProgressBar::new_spinner().with_message("proving");
        bar.enable_steady_tick(Duration::from_millis(100));
        let voted = self.vote(keys, asked, sender)?;
        bar.finish_and_clear();
        Ok(voted)
    }

    fn vote(&self, keys: &ProvingKeys, asked: &Asked, sender: Address) -> Result<(PollVote, ProofBytes), WalletError> {
        let ballot = Ballot {
            genesis_id: asked.chain.genesis_id,
            sender,
            poll: self.poll,
            root: asked.root,
            leaves: &asked.leaves,
        };
        vote(keys, &ballot, &self.member, self.weight, self.choice)
    }
}
