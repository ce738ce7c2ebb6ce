//! `tacit credential`: issuers, their credentials, and what holders show of them.

use super::output::say;
use super::proof::{Kind, ProveArgs, VerifyArgs, prove_with};
use super::query::show;
use super::runtime;
use super::send::SendArgs;
use super::status::NodeArg;
use super::tx::parse_hash;
use clap::{Args, Subcommand};
use eyre::{Context, bail};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tacit_circuits::Statement;
use tacit_rpc::json::HexArray;
use tacit_types::identity::{CredentialIssue, CredentialRevoke, IssuerCreate, issuer_id};
use tacit_types::{Action, FieldBytes, IssuerId, List, Name};
use tacit_wallet::identity::credential::{
    CREDENTIAL_FILE_BYTES_MAX, Credential as Attested, CredentialFile, HolderKey, Showing, show as show_credential,
};

/// Issue credentials, revoke them, and prove facts about one's own without saying who one is.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit credential holder --secret me.holder\n  tacit credential issuer --name city-hall --dev 0\n  tacit credential issue --issuer 0x... --holder 0x... --kind age --value 42 --out age.cred --dev 0\n  tacit credential prove --credential age.cred --secret me.holder --application bar --low 18 --purpose entry --out adult.json --dev 1\n  tacit credential verify adult.json --node http://127.0.0.1:26602\n  tacit proof submit adult.json --dev 1\n  tacit credential revoke --issuer 0x... --index 0 --dev 0"
)]
pub struct Credential {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make a holder's secret and print the key that issuers need.
    Holder {
        /// New file for the secret.
        #[arg(long, value_name = "FILE")]
        secret: PathBuf,
    },
    /// Make an issuer, owned by the account.
    Issuer {
        /// A label for people: 1 to 64 characters, no spaces.
        #[arg(long)]
        name: String,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
    /// Attest a value to a holder: put the credential on chain and write the file that the holder needs.
    Issue {
        /// The issuer.
        #[arg(long)]
        issuer: String,
        /// The holder's key.
        #[arg(long)]
        holder: String,
        /// Which attribute.
        #[arg(long)]
        kind: String,
        /// Its value.
        #[arg(long)]
        value: u128,
        /// New file for the holder. Whoever has it learns the value.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
    /// Take a credential back. Every proof about any credential of the issuer has to be made again.
    Revoke {
        /// The issuer.
        #[arg(long)]
        issuer: String,
        /// Where the credential stands, as `issue` said.
        #[arg(long)]
        index: u32,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
    /// Prove that one holds a credential whose value lies between two bounds. Asks the node for the issuer's leaves.
    Prove {
        /// The credential's file.
        #[arg(long, value_name = "FILE")]
        credential: PathBuf,
        /// File with the holder's secret.
        #[arg(long, value_name = "FILE")]
        secret: PathBuf,
        /// To whom the pseudonym is shown.
        #[arg(long)]
        application: String,
        /// Smallest value that the proof allows.
        #[arg(long, default_value_t = 0)]
        low: u128,
        /// Largest value that the proof allows.
        #[arg(long, default_value_t = u128::MAX)]
        high: u128,
        #[command(flatten)]
        common: Box<ProveArgs>,
    },
    /// Verify such a proof.
    Verify(VerifyArgs),
    /// Show an issuer.
    Show {
        /// The issuer.
        issuer: String,
        #[command(flatten)]
        node: NodeArg,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Credential {
    pub fn run(self) -> eyre::Result<()> {
        match self.verb {
            Verb::Holder { secret } => new_holder(&secret),
            Verb::Issuer { name, send } => new_issuer(&name, &send),
            Verb::Issue { issuer, holder, kind, value, out, send } => {
                let credential = Attested::attest(issuer_of(&issuer)?, Name::new(&kind)?, value)?;
                issue(&credential, &FieldBytes(parse_hash(&holder)?.0), &out, &send)
            }
            Verb::Revoke { issuer, index, send } => revoke(issuer_of(&issuer)?, index, &send),
            Verb::Prove { credential, secret, application, low, high, common } => {
                let showing = Showing { application: Name::new(&application)?, low, high };
                prove(&credential, &secret, &showing, &common)
            }
            Verb::Verify(verify) => verify.run(Kind::Credential),
            Verb::Show { issuer, node, json } => {
                let id = parse_hash(&issuer)?;
                let view = runtime::block_on(async { Ok(node.client()?.issuer(id).await?) })?;
                show(&view, json)
            }
        }
    }
}

fn issuer_of(text: &str) -> eyre::Result<IssuerId> {
    Ok(IssuerId(parse_hash(text)?.0))
}

fn new_holder(file: &Path) -> eyre::Result<()> {
    let holder = HolderKey::generate()?;
    crate::node::keys::write(file, &holder.to_bytes())?;
    say!("{}", holder.public()?);
    Ok(())
}

fn new_issuer(name: &str, send: &SendArgs) -> eyre::Result<()> {
    let action = Action::IssuerCreate(IssuerCreate { name: Name::new(name)? });
    let account = send.account()?;
    runtime::block_on(async {
        let sent = send.send(&account, |builder| Ok(builder.action(action))).await?;
        let id = issuer_id(&account.address, sent.tx.body.authorization.sequence(), 0);
        send.report(&sent, &[("issuer", id.to_string())])
    })
}

/// The file is written first: a credential on chain whose salt is lost is worth nothing.
fn issue(credential: &Attested, holder: &FieldBytes, out: &Path, send: &SendArgs) -> eyre::Result<()> {
    let leaf = credential.leaf(holder)?;
    write_new(out, &serde_json::to_string_pretty(&credential.to_file())?)?;
    let leaves = List::new(vec![leaf])?;
    let action = Action::CredentialIssue(CredentialIssue { issuer: credential.issuer, leaves });
    let account = send.account()?;
    runtime::block_on(async {
        let sent = send.send(&account, |builder| Ok(builder.action(action))).await?;
        let leaves = send.client()?.issuer_leaves(HexArray(credential.issuer.0)).await?;
        let index = leaves.iter().rposition(|present| *present == leaf.0);
        let index = index.map_or_else(|| "not there yet".to_owned(), |index| index.to_string());
        send.report(&sent, &[("index", index), ("file", out.display().to_string())])
    })
}

fn write_new(path: &Path, text: &str) -> eyre::Result<()> {
    let shown = path.display();
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.wrap_err_with(|| format!("{shown} cannot be made as a new file"))?;
    file.write_all(text.as_bytes()).wrap_err_with(|| format!("{shown} cannot be written"))
}

fn revoke(issuer: IssuerId, index: u32, send: &SendArgs) -> eyre::Result<()> {
    let account = send.account()?;
    let action = Action::CredentialRevoke(CredentialRevoke { issuer, index });
    runtime::block_on(async {
        let sent = send.send(&account, |builder| Ok(builder.action(action))).await?;
        send.report(&sent, &[])
    })
}

fn prove(credential: &Path, secret: &Path, showing: &Showing, common: &ProveArgs) -> eyre::Result<()> {
    let shown = credential.display();
    let length = std::fs::metadata(credential).wrap_err_with(|| format!("{shown} cannot be read"))?.len();
    if length > CREDENTIAL_FILE_BYTES_MAX as u64 {
        bail!("{shown} has {length} bytes, which no credential has");
    }
    let text = std::fs::read_to_string(credential).wrap_err_with(|| format!("{shown} cannot be read"))?;
    let credential = CredentialFile::from_json(&text)?;
    let holder = HolderKey::from_bytes(*crate::node::keys::read(secret)?);
    let issuer = HexArray(credential.issuer.0);
    let leaves = runtime::block_on(async { Ok(common.send.client()?.issuer_leaves(issuer).await?) })?;
    prove_with(Statement::Credential, common, |job| {
        Ok(show_credential(&job.keys, &job.binding, &leaves, &holder, &credential, showing)?.proven)
    })
}
