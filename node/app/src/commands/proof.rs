//! `tacit proof`: prove and verify the three statements, offline; send proofs to the chain; make the groups that
//! membership proofs are about.

use super::output::say;
use super::query::show;
use super::runtime;
use super::send::SendArgs;
use super::status::NodeArg;
use super::tx::parse_hash;
use clap::{Args, Subcommand, ValueEnum};
use eyre::{Context, bail, eyre};
use indicatif::ProgressBar;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tacit_circuits::{ProvingKeys, Statement, VerifyingKeys};
use tacit_rpc::json::HexArray;
use tacit_types::action::{Prove, group_id};
use tacit_types::{GroupId, Name};
use tacit_wallet::prove::{Binding, GroupLeaves, Hidden, MemberKey, ProofFile, Proven};
use tacit_wallet::send::ChainView;

/// Prove and verify statements, and have the chain verify and record them.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit proof range prove --value 42 --low 18 --high 120 --purpose age --dev 0 --out age.json\n  tacit proof range verify age.json\n  tacit proof submit age.json --dev 0"
)]
pub struct Proof {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A committed value lies between two bounds.
    Range {
        #[command(subcommand)]
        verb: RangeVerb,
    },
    /// Some member of a group acts once in a scope.
    Membership {
        #[command(subcommand)]
        verb: MembershipVerb,
    },
    /// Two commitments hide the same value.
    Equality {
        #[command(subcommand)]
        verb: EqualityVerb,
    },
    /// Verify a proof that snarkjs made.
    Verify(super::snarkjs::Verify),
    /// Write a proof in the form of snarkjs or of an Ethereum machine.
    Export(super::snarkjs::Export),
    /// Register keys that contracts check proofs against.
    Key(super::proof_key::Key),
    /// Have the chain verify and record a proof.
    Submit {
        /// The proof file.
        file: PathBuf,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
}

#[derive(Subcommand)]
enum RangeVerb {
    /// Prove it.
    Prove {
        /// The hidden value.
        #[arg(long)]
        value: u128,
        /// Smallest allowed value.
        #[arg(long)]
        low: u128,
        /// Largest allowed value.
        #[arg(long)]
        high: u128,
        #[command(flatten)]
        common: Box<ProveArgs>,
    },
    /// Verify it.
    Verify(VerifyArgs),
}

#[derive(Subcommand)]
enum EqualityVerb {
    /// Prove it.
    Prove {
        /// The hidden value.
        #[arg(long)]
        value: u128,
        #[command(flatten)]
        common: Box<ProveArgs>,
    },
    /// Verify it.
    Verify(VerifyArgs),
}

#[derive(Subcommand)]
enum MembershipVerb {
    /// Make a member's secret and print the identity that a group's owner needs.
    Identity {
        /// New file for the secret.
        #[arg(long, value_name = "FILE")]
        secret: PathBuf,
    },
    /// Make a group on chain, or add members to one.
    Group {
        /// A member as IDENTITY:WEIGHT; say it several times.
        #[arg(long, value_name = "IDENTITY:WEIGHT", required = true)]
        member: Vec<String>,
        /// Add to this group instead of making one.
        #[arg(long, value_name = "GROUP")]
        add_to: Option<String>,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
    /// Prove it. Asks the node for the group's members.
    Prove {
        /// File with the member's secret.
        #[arg(long, value_name = "FILE")]
        secret: PathBuf,
        /// The group.
        #[arg(long)]
        group: String,
        /// Weight registered with the member.
        #[arg(long, default_value_t = 1)]
        weight: u64,
        /// Where the member acts once.
        #[arg(long)]
        scope: String,
        #[command(flatten)]
        common: Box<ProveArgs>,
    },
    /// Verify it.
    Verify(VerifyArgs),
}

/// What every proof needs besides its statement.
#[derive(Args)]
pub(super) struct ProveArgs {
    /// What the proof is for; nobody can use it for anything else.
    #[arg(long)]
    purpose: String,
    /// File to write the proof to.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Folder of proving keys; made at first use.
    #[arg(long, value_name = "DIR")]
    params: Option<PathBuf>,
    #[command(flatten)]
    pub(super) send: SendArgs,
}

/// Which proof is verified, and whether the chain is asked.
#[derive(Args)]
pub(super) struct VerifyArgs {
    /// The proof file.
    file: PathBuf,
    /// Also ask the chain of this node: is it this chain's, would it accept the proof now?
    #[arg(long, value_name = "URL")]
    node: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Which statement a verb is about.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    Range,
    Membership,
    Equality,
    Credential,
}

impl Proof {
    pub fn run(self) -> eyre::Result<()> {
        match self.what {
            What::Range { verb: RangeVerb::Prove { value, low, high, common } } => {
                prove_with(Statement::Range, &common, |job| {
                    let hidden = Hidden::new(value)?;
                    Ok(tacit_wallet::prove::range(&job.keys, &job.binding, &hidden, (low, high))?)
                })
            }
            What::Equality { verb: EqualityVerb::Prove { value, common } } => {
                prove_with(Statement::Equality, &common, |job| {
                    let (left, right) = (Hidden::new(value)?, Hidden::new(value)?);
                    Ok(tacit_wallet::prove::equality(&job.keys, &job.binding, &left, &right)?)
                })
            }
            What::Membership { verb: MembershipVerb::Prove { secret, group, weight, scope, common } } => {
                prove_membership(&secret, &group, weight, &scope, &common)
            }
            What::Membership { verb: MembershipVerb::Identity { secret } } => new_identity(&secret),
            What::Membership { verb: MembershipVerb::Group { member, add_to, send } } => {
                change_group(&member, add_to.as_deref(), &send)
            }
            What::Range { verb: RangeVerb::Verify(verify) } => verify.run(Kind::Range),
            What::Membership { verb: MembershipVerb::Verify(verify) } => verify.run(Kind::Membership),
            What::Equality { verb: EqualityVerb::Verify(verify) } => verify.run(Kind::Equality),
            What::Verify(verify) => verify.run(),
            What::Export(export) => export.run(),
            What::Key(key) => key.run(),
            What::Submit { file, send } => submit(&file, &send),
        }
    }
}

/// Keys and binding of one proof.
pub(super) struct Job {
    pub(super) keys: ProvingKeys,
    pub(super) binding: Binding,
}

/// Proves what `make` makes, bound to sender and purpose, and writes the proof file.
pub(super) fn prove_with(
    statement: Statement,
    common: &ProveArgs,
    make: impl FnOnce(&Job) -> eyre::Result<Proven>,
) -> eyre::Result<()> {
    let account = common.send.account()?;
    let chain = runtime::block_on(async { Ok(ChainView::fetch(&common.send.client()?, None).await?) })?;
    let purpose = Name::new(&common.purpose)?;
    let binding = Binding { genesis_id: chain.genesis_id, sender: account.address, purpose };
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(100));
    let keys = proving_keys(statement, common.params.as_deref(), &bar)?;
    bar.set_message("proving");
    let started = Instant::now();
    let proven = make(&Job { keys, binding })?;
    let took = started.elapsed();
    bar.finish_and_clear();
    let file = ProofFile::new(chain.genesis_id, chain.network, &account.address, &proven);
    std::fs::write(&common.out, serde_json::to_string_pretty(&file)?)
        .wrap_err_with(|| format!("{} cannot be written", common.out.display()))?;
    let fields = serde_json::json!({
        "file": common.out.display().to_string(),
        "proven_in_ms": u64::try_from(took.as_millis())?,
    });
    show(&fields, common.send.json)
}

/// The development proving key of a statement, made at first use.
pub(super) fn proving_keys(
    statement: Statement,
    folder: Option<&Path>,
    bar: &ProgressBar,
) -> eyre::Result<ProvingKeys> {
    let folder = match folder {
        Some(folder) => folder.to_path_buf(),
        None => {
            let home = std::env::var_os("HOME").ok_or_else(|| eyre!("HOME is not set; say --params DIR"))?;
            PathBuf::from(home).join(".tacit/params")
        }
    };
    let keys = ProvingKeys::development(&folder);
    keys.ensure(statement, &mut |statement, step| bar.set_message(format!("proving key of {statement}: {step:?}")))?;
    Ok(keys)
}

fn prove_membership(secret: &Path, group: &str, weight: u64, scope: &str, common: &ProveArgs) -> eyre::Result<()> {
    let member = MemberKey::from_bytes(*crate::node::keys::read(secret)?);
    let id = GroupId(parse_hash(group)?.0);
    let scope = Name::new(scope)?;
    let leaves = runtime::block_on(async { Ok(common.send.client()?.group_leaves(HexArray(id.0)).await?) })?;
    prove_with(Statement::Membership, common, |job| {
        let group = GroupLeaves { id, leaves: &leaves };
        Ok(tacit_wallet::prove::membership(&job.keys, &job.binding, group, &member, weight, &scope)?)
    })
}

fn new_identity(file: &Path) -> eyre::Result<()> {
    let member = MemberKey::generate()?;
    crate::node::keys::write(file, &member.to_bytes())?;
    say!("{}", member.member(1)?.identity);
    Ok(())
}

fn change_group(members: &[String], add_to: Option<&str>, send: &SendArgs) -> eyre::Result<()> {
    let members = members.iter().map(|text| parse_member(text)).collect::<eyre::Result<Vec<_>>>()?;
    let account = send.account()?;
    runtime::block_on(async {
        let Some(group) = add_to else {
            let sent = send.send(&account, |builder| builder.group_create(members)).await?;
            let id = group_id(&account.address, sent.tx.body.authorization.sequence(), 0);
            return send.report(&sent, &[("group", id.to_string())]);
        };
        let id = GroupId(parse_hash(group)?.0);
        let sent = send.send(&account, |builder| builder.group_add(id, members)).await?;
        send.report(&sent, &[("group", id.to_string())])
    })
}

fn parse_member(text: &str) -> eyre::Result<tacit_types::action::Member> {
    let (identity, weight) = text.split_once(':').ok_or_else(|| eyre!("`{text}` is not IDENTITY:WEIGHT"))?;
    let weight = weight.parse().map_err(|_| eyre!("`{weight}` is no weight"))?;
    Ok(tacit_types::action::Member { identity: tacit_types::FieldBytes(parse_hash(identity)?.0), weight })
}

pub(super) fn read_proof(path: &Path) -> eyre::Result<ProofFile> {
    let shown = path.display();
    let length = std::fs::metadata(path).wrap_err_with(|| format!("{shown} cannot be read"))?.len();
    if length > tacit_wallet::prove::PROOF_FILE_BYTES_MAX as u64 {
        bail!("{shown} has {length} bytes, which no proof file has");
    }
    let text = std::fs::read_to_string(path).wrap_err_with(|| format!("{shown} cannot be read"))?;
    ProofFile::from_json(&text).wrap_err_with(|| format!("{shown} is no proof file"))
}

impl VerifyArgs {
    /// Verifies the file, which must prove a statement of this kind.
    pub(super) fn run(&self, kind: Kind) -> eyre::Result<()> {
        let (genesis_id, _, sender, proven) = read_proof(&self.file)?.parts()?;
        let found = match &proven.statement {
            Prove::Range(_) => Kind::Range,
            Prove::Membership(_) => Kind::Membership,
            Prove::Equality(_) => Kind::Equality,
            Prove::Credential(_) => Kind::Credential,
        };
        if found != kind {
            bail!("{} proves another statement", self.file.display());
        }
        let started = Instant::now();
        tacit_wallet::prove::verify(&VerifyingKeys::development(), genesis_id, sender, &proven)?;
        let took = started.elapsed();
        if let Some(url) = &self.node {
            ask_chain(url, genesis_id, &proven)?;
        }
        let fields = serde_json::json!({
            "verdict": "the statement is proven",
            "verified_in_us": u64::try_from(took.as_micros())?,
            "sender": sender.to_string(),
            "chain_asked": self.node.is_some(),
        });
        show(&fields, self.json)
    }
}

/// What only a chain can say: that it is the chain the proof is bound to, and for a membership or a credential that
/// the root is recent.
fn ask_chain(url: &str, genesis_id: tacit_types::GenesisId, proven: &Proven) -> eyre::Result<()> {
    let client = NodeArg { node: url.into() }.client()?;
    runtime::block_on(async {
        let chain = ChainView::fetch(&client, None).await?;
        if chain.genesis_id != genesis_id {
            bail!("the proof is bound to chain {genesis_id}, the node is on {}", chain.genesis_id);
        }
        if let Prove::Membership(membership) = &proven.statement {
            let group = client.group(HexArray(membership.group.0)).await?;
            if !group.roots.iter().any(|root| root.0 == membership.root.0) {
                bail!("the group's root has moved on; prove again");
            }
        }
        if let Prove::Credential(credential) = &proven.statement {
            let issuer = client.issuer(HexArray(credential.issuer.0)).await?;
            if !issuer.roots.iter().any(|root| root.0 == credential.root.0) {
                bail!("the issuer's root has moved on, or something was revoked; prove again");
            }
        }
        Ok(())
    })
}

fn submit(file: &Path, send: &SendArgs) -> eyre::Result<()> {
    let (_, _, sender, Proven { statement, proof }) = read_proof(file)?.parts()?;
    let account = send.account()?;
    if account.address != sender {
        bail!("the proof is bound to another sender, {sender}");
    }
    let id = tacit_exec::proofs::proof_id(&sender, &statement);
    runtime::block_on(async {
        let sent = send.send(&account, |builder| Ok(builder.prove(statement, proof))).await?;
        send.report(&sent, &[("proof_id", id.to_string())])
    })
}
