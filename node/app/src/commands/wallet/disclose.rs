//! Payment disclosures: a proof for one other person that a transaction paid somebody.

use super::look::describe;
use crate::commands::output::say_raw;
use crate::commands::query::show;
use crate::commands::runtime;
use crate::commands::signer::{KeystoreArg, Opened, SignerArg};
use crate::commands::status::NodeArg;
use crate::commands::tx::parse_hash;
use clap::Args;
use eyre::{Context, bail, eyre};
use serde_json::json;
use std::path::PathBuf;
use tacit_types::shielded::{CompactOutput, JoinSplit};
use tacit_types::{Action, Network, Tx};
use tacit_wallet::amount::format_with;
use tacit_wallet::send::ChainView;
use tacit_wallet::shielded::disclosure::{DISCLOSURE_BYTES_MAX, Place};
use tacit_wallet::shielded::{Disclosure, ShieldedAddress, recover_sent, try_decrypt};

/// Write a proof that a transaction paid somebody.
#[derive(Args)]
#[command(
    after_help = "Example:\n  tacit wallet disclose 0x... --from alice --out payment.json --challenge \"for the tax office, 2026\""
)]
pub struct Disclose {
    /// The transaction.
    tx_id: String,
    #[command(flatten)]
    signer: SignerArg,
    #[command(flatten)]
    keystore: KeystoreArg,
    #[command(flatten)]
    node: NodeArg,
    /// Whose payment, when the transaction paid several.
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// A text of the person who will check it; the answer shows that the sender wrote it for them.
    #[arg(long)]
    challenge: Option<String>,
    /// File to write; without it, standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Check a payment disclosure against the chain.
#[derive(Args)]
#[command(
    after_help = "Example:\n  tacit wallet verify-disclosure payment.json --challenge \"for the tax office, 2026\""
)]
pub struct VerifyDisclosure {
    /// The disclosure.
    file: PathBuf,
    #[command(flatten)]
    node: NodeArg,
    /// The text that the sender was asked to sign.
    #[arg(long)]
    challenge: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Disclose {
    pub fn run(self) -> eyre::Result<()> {
        let secret = self.signer.open(&self.keystore)?;
        let client = self.node.client()?;
        let id = parse_hash(&self.tx_id)?;
        let (chain, bytes) = runtime::block_on(async {
            let chain = ChainView::fetch(&client, None).await?;
            Ok((chain, client.tx_raw(id).await?.bytes.0))
        })?;
        let tx = Tx::decode(&bytes)?;
        let to = match &self.to {
            Some(text) => Some(ShieldedAddress::from_text(text, chain.network)?),
            None => None,
        };
        let mut found = Vec::new();
        for (action, join_split) in join_splits(&tx) {
            for output in 0..join_split.outputs.len() {
                let place =
                    Place { genesis_id: chain.genesis_id, tx_id: tx.id(), action, output: u8::try_from(output)? };
                found.extend(disclosed(&secret, place, join_split, chain.network)?.map(|found| (found, join_split)));
            }
        }
        found.retain(|((address, _), _)| to.is_none_or(|to| to == *address));
        let ((_, disclosure), join_split) = match found.len() {
            0 => bail!("this wallet neither sent nor received such a payment in that transaction"),
            1 => found.remove(0),
            several => bail!("the transaction has {several} payments of this wallet; choose one with --to ADDRESS"),
        };
        let disclosure = match &self.challenge {
            Some(challenge) => disclosure.answer(challenge, &secret.spending()?, join_split)?,
            None => disclosure,
        };
        match &self.out {
            Some(path) => std::fs::write(path, disclosure.to_text())
                .wrap_err_with(|| format!("{} cannot be written", path.display())),
            None => {
                say_raw!("{}", disclosure.to_text());
                Ok(())
            }
        }
    }
}

fn join_splits(tx: &Tx) -> impl Iterator<Item = (u16, &JoinSplit)> {
    (0u16..).zip(tx.body.actions.iter()).filter_map(|(index, action)| match action {
        Action::JoinSplit(join_split) => Some((index, join_split.as_ref())),
        _ => None,
    })
}

/// The disclosure of one output, as its sender (but not of change) or else as its receiver.
fn disclosed(
    secret: &Opened,
    place: Place,
    join_split: &JoinSplit,
    network: Network,
) -> eyre::Result<Option<(ShieldedAddress, Disclosure)>> {
    let key = secret.viewing()?;
    let output = join_split.outputs.get(usize::from(place.output)).ok_or_else(|| eyre!("no such output"))?;
    let compact = CompactOutput {
        commitment: output.commitment,
        ephemeral_key: output.ephemeral_key,
        view_tag: output.view_tag,
        ciphertext: output.ciphertext,
    };
    let received = try_decrypt(key.incoming(), &[&compact]).pop().map(|(_, note)| note);
    let sent = key.full().and_then(|full| recover_sent(full.outgoing(), &compact, &output.outgoing));
    Ok(match (sent, received) {
        // What comes back to oneself is no payment.
        (Some(_), Some(_)) | (None, None) => None,
        (Some(sent), None) => Some((sent.address, Disclosure::of_sent(place, network, &sent))),
        (None, Some(note)) => {
            let address = key.incoming().address_with(&note.note.diversifier)?;
            Some((address, Disclosure::of_received(place, network, key.incoming(), &note)?))
        }
    })
}

impl VerifyDisclosure {
    pub fn run(self) -> eyre::Result<()> {
        let shown = self.file.display();
        let length = std::fs::metadata(&self.file).wrap_err_with(|| format!("{shown} cannot be read"))?.len();
        if length > DISCLOSURE_BYTES_MAX as u64 {
            bail!("{shown} has {length} bytes, which no disclosure has");
        }
        let text = std::fs::read_to_string(&self.file).wrap_err_with(|| format!("{shown} cannot be read"))?;
        let disclosure = Disclosure::from_text(&text)?;
        let client = self.node.client()?;
        runtime::block_on(async {
            let chain = ChainView::fetch(&client, Some(disclosure.place().genesis_id)).await?;
            let shown = disclosure.verify_on(&client, chain.network).await?;
            if self.challenge.as_ref().is_some_and(|challenge| *challenge != shown.challenge) {
                bail!("the disclosure answers another challenge, or none");
            }
            let (symbol, decimals) = describe(&client, shown.asset).await;
            let fields = json!({
                "verdict": "the transaction made this payment",
                "tx_id": shown.place.tx_id.to_string(),
                "to": shown.address.to_text(chain.network),
                "amount": format_with(shown.amount, decimals),
                "symbol": symbol,
                "asset": shown.asset.to_string(),
                "memo": shown.memo.text().as_str(),
                "challenge": shown.challenge,
            });
            show(&fields, self.json)
        })
    }
}
