//! `tacit poll`: polls among the members of a group, voted in anonymously.

use super::proof::proving_keys;
use super::query::show;
use super::runtime;
use super::send::SendArgs;
use super::status::NodeArg;
use super::tx::parse_hash;
use clap::{Args, Subcommand};
use eyre::bail;
use indicatif::ProgressBar;
use std::path::PathBuf;
use std::time::Duration;
use tacit_circuits::Statement;
use tacit_rpc::json::HexArray;
use tacit_types::identity::{PollCreate, poll_id};
use tacit_types::{Action, FieldBytes, GroupId, Height, Name, PollId};
use tacit_wallet::identity::poll::{Ballot, vote};
use tacit_wallet::prove::MemberKey;
use tacit_wallet::send::ChainView;

/// Open polls among the members of a group, vote, and count.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit poll create --group 0x... --title colour --options 3 --heights 600 --dev 0\n  tacit poll vote --poll 0x... --choice 1 --secret me.key --dev 1\n  tacit poll show 0x..."
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
    /// Vote. Nobody learns which member voted; the account that sends the vote is seen.
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
            Verb::Vote { poll, choice, secret, weight, params, send } => {
                let member = MemberKey::from_bytes(*crate::node::keys::read(&secret)?);
                let poll = PollId(parse_hash(&poll)?.0);
                cast(poll, choice, &member, weight, params.as_deref(), &send)
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

fn cast(
    poll: PollId,
    choice: u8,
    member: &MemberKey,
    weight: u64,
    params: Option<&std::path::Path>,
    send: &SendArgs,
) -> eyre::Result<()> {
    let account = send.account()?;
    let (chain, view, mut leaves) = runtime::block_on(async {
        let client = send.client()?;
        let view = client.poll(HexArray(poll.0)).await?;
        let leaves = client.group_leaves(view.group).await?;
        Ok((ChainView::fetch(&client, None).await?, view, leaves))
    })?;
    if !view.open {
        bail!("the poll closed at height {}", view.closes);
    }
    if usize::from(choice) >= view.tally.len() {
        bail!("the poll has choices 0 to {}", view.tally.len().saturating_sub(1));
    }
    // Who joined after the poll was opened is not part of it.
    leaves.truncate(usize::try_from(view.members)?);
    let ballot = Ballot {
        genesis_id: chain.genesis_id,
        sender: account.address,
        poll,
        root: FieldBytes(view.root.0),
        leaves: &leaves,
    };
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(100));
    let keys = proving_keys(Statement::Vote, params, &bar)?;
    bar.set_message("proving");
    let (vote, proof) = vote(&keys, &ballot, member, weight, choice)?;
    bar.finish_and_clear();
    let nullifier = vote.nullifier;
    runtime::block_on(async {
        let sent = send.send(&account, |builder| Ok(builder.proven(Action::PollVote(vote), proof))).await?;
        send.report(&sent, &[("nullifier", nullifier.to_string())])
    })
}
