//! Making wallets: new words, known words, addresses, viewing keys, and keys of others to watch.

use super::open::WalletsArg;
use crate::commands::keys::{NetworkArg, print_one, read_secret};
use crate::commands::output::{say, tell};
use crate::commands::query::show;
use crate::commands::runtime;
use crate::commands::signer::{KeystoreArg, Opened, SignerArg};
use crate::commands::status::NodeArg;
use clap::Args;
use eyre::{Context, bail, eyre};
use serde_json::json;
use std::io::Read;
use std::path::PathBuf;
use tacit_types::Network;
use tacit_wallet::send::ChainView;
use tacit_wallet::shielded::{IncomingViewingKey, ShieldedWallet, ViewingKey as Key};
use tacit_wallet::view::{AddressView, KeyView};
use tacit_wallet::{Mnemonic, Secret, WordCount};
use zeroize::Zeroizing;

/// Longest text of a viewing key that is read.
const KEY_TEXT_MAX: u64 = 1_024;

/// Where a new wallet is put, and what is shown of it.
#[derive(Args)]
struct Place {
    #[command(flatten)]
    keystore: KeystoreArg,
    #[command(flatten)]
    wallets: WalletsArg,
    #[command(flatten)]
    node: NodeArg,
    /// Network whose address form is shown.
    #[arg(long, value_enum, default_value_t = NetworkArg::Dev)]
    network: NetworkArg,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Make a wallet with new words.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit wallet new alice")]
pub struct New {
    /// Name of the wallet.
    name: String,
    /// Twelve words instead of 24.
    #[arg(long)]
    short: bool,
    #[command(flatten)]
    place: Place,
}

/// Bring a wallet back from its words.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit wallet restore alice --file words.txt --birthday 120000")]
pub struct Restore {
    /// Name of the wallet.
    name: String,
    /// File that holds the words; without it they are asked for.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Height before which the wallet received no private money: scanning begins there. Belongs to the node's chain.
    #[arg(long, value_name = "HEIGHT")]
    birthday: Option<u64>,
    #[command(flatten)]
    place: Place,
}

/// Show an account's address.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit wallet address --from alice\n  tacit wallet address --from alice --shielded --index 3 --qr"
)]
pub struct Address {
    #[command(flatten)]
    signer: SignerArg,
    #[command(flatten)]
    keystore: KeystoreArg,
    /// Network whose address form is shown.
    #[arg(long, value_enum, default_value_t = NetworkArg::Dev)]
    network: NetworkArg,
    /// The shielded address: nobody sees what it receives.
    #[arg(long)]
    shielded: bool,
    /// Which of the account's shielded addresses; nobody can tell that two are of one account.
    #[arg(long, default_value_t = 0, value_name = "NUMBER", requires = "shielded")]
    index: u64,
    /// Draw the address for a camera.
    #[arg(long, conflicts_with = "json")]
    qr: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Print an account's viewing key.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit wallet viewing-key --from alice --incoming")]
pub struct ViewingKey {
    #[command(flatten)]
    signer: SignerArg,
    #[command(flatten)]
    keystore: KeystoreArg,
    /// Network whose text form is shown.
    #[arg(long, value_enum, default_value_t = NetworkArg::Dev)]
    network: NetworkArg,
    /// The key that sees only what is received: neither what is sent nor what is spent.
    #[arg(long)]
    incoming: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Store somebody's viewing key.
#[derive(Args)]
#[command(
    after_help = "Example:\n  tacit wallet watch auditor --file viewing-key.txt\n  tacit wallet balance --from auditor"
)]
pub struct Watch {
    /// Name under which it is stored.
    name: String,
    /// File that holds the key's text; without it, it is read from standard input.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Height before which the account received nothing.
    #[arg(long, value_name = "HEIGHT")]
    birthday: Option<u64>,
    #[command(flatten)]
    place: Place,
}

impl New {
    pub fn run(self) -> eyre::Result<()> {
        let words = if self.short { WordCount::Twelve } else { WordCount::TwentyFour };
        let secret = Secret::Mnemonic(Mnemonic::generate(words)?);
        let text = secret.export();
        let (view, opened) = self.place.store(&self.name, secret)?;
        tell!("Write these words down. Whoever has them has the money; without them it is lost:\n");
        tell!("  {}\n", text.as_str());
        // New words have received nothing yet, on whatever chain the node is. Without a node every height is scanned.
        let birthday = self.place.born_now(&opened).unwrap_or_default();
        self.place.show(&view, &opened, birthday)
    }
}

impl Restore {
    pub fn run(self) -> eyre::Result<()> {
        let secret = read_secret(self.file.as_deref())?;
        let (view, opened) = self.place.store(&self.name, secret)?;
        self.place.set_birthday(&opened, self.birthday)?;
        self.place.show(&view, &opened, self.birthday)
    }
}

impl Watch {
    pub fn run(self) -> eyre::Result<()> {
        let text = read_key_text(self.file.as_deref())?;
        let key = Key::from_text(text.trim(), self.place.network.into())?;
        let (view, opened) = self.place.store(&self.name, Secret::Viewing(key))?;
        self.place.set_birthday(&opened, self.birthday)?;
        self.place.show(&view, &opened, self.birthday)
    }
}

impl Place {
    fn store(&self, name: &str, secret: Secret) -> eyre::Result<(KeyView, Opened)> {
        let password = self.keystore.password(&format!("new password of `{name}`"), true)?;
        let info = self.keystore.open()?.add(name, &secret, &password)?;
        Ok((KeyView::new(&info, self.network.into()), Opened::new(name, secret)))
    }

    fn born_now(&self, opened: &Opened) -> eyre::Result<Option<u64>> {
        let height = runtime::block_on(async { Ok(ChainView::fetch(&self.node.client()?, None).await?.height.0) })?;
        self.set_birthday(opened, Some(height))?;
        Ok(Some(height))
    }

    fn set_birthday(&self, opened: &Opened, birthday: Option<u64>) -> eyre::Result<()> {
        let Some(birthday) = birthday else { return Ok(()) };
        let chain = runtime::block_on(async { Ok(ChainView::fetch(&self.node.client()?, None).await?) })
            .wrap_err("a birthday is a height of one chain, so a node must say which")?;
        let mut wallet = ShieldedWallet::open(&self.wallets.folder()?, opened.viewing()?, chain.genesis_id)?;
        Ok(wallet.set_birthday(birthday)?)
    }

    fn show(&self, view: &KeyView, opened: &Opened, birthday: Option<u64>) -> eyre::Result<()> {
        let mut value = serde_json::to_value(view)?;
        let shielded = opened.viewing().and_then(|key| Ok(key.incoming().address(0)?));
        if let (Some(object), Ok(address)) = (value.as_object_mut(), shielded) {
            object.insert("shielded_address".into(), address.to_text(self.network.into()).into());
            object.insert("birthday".into(), birthday.into());
        }
        show(&value, self.json)
    }
}

impl Address {
    pub fn run(self) -> eyre::Result<()> {
        let network: Network = self.network.into();
        if !self.shielded {
            let view = AddressView::new(&self.signer.unlock(&self.keystore)?, network);
            if self.qr {
                say!("{}", qr(&view.address)?);
            }
            return print_one(&view, self.json);
        }
        let key = self.signer.open(&self.keystore)?.viewing()?;
        let text = key.incoming().address(self.index).map_err(|error| eyre!("{error}"))?.to_text(network);
        if self.qr {
            say!("{}", qr(&text)?);
        }
        show(&json!({ "index": self.index, "address": text }), self.json)
    }
}

/// The text as a picture of half blocks, dark on light, whatever the terminal's colours are.
fn qr(text: &str) -> eyre::Result<String> {
    let code = qrcode::QrCode::new(text.as_bytes()).map_err(|error| eyre!("the QR code cannot be drawn: {error}"))?;
    let mut picture = code.render::<qrcode::render::unicode::Dense1x2>();
    let (dark, light) = (qrcode::render::unicode::Dense1x2::Light, qrcode::render::unicode::Dense1x2::Dark);
    Ok(picture.dark_color(dark).light_color(light).build())
}

impl ViewingKey {
    pub fn run(self) -> eyre::Result<()> {
        let key = self.signer.open(&self.keystore)?.viewing()?;
        let network = self.network.into();
        let incoming = |key: &IncomingViewingKey| ("incoming", key.to_text(network));
        let (kind, text) = match (&key, self.incoming) {
            (key, true) => incoming(key.incoming()),
            (Key::Full(key), false) => ("full", key.to_text(network)),
            (Key::Incoming(_), false) => bail!("only an incoming viewing key is stored here; say --incoming"),
        };
        if self.json {
            return show(&json!({ "kind": kind, "viewing_key": text.as_str() }), true);
        }
        say!("{}", text.as_str());
        Ok(())
    }
}

fn read_key_text(file: Option<&std::path::Path>) -> eyre::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let source: Box<dyn Read> = match file {
        Some(path) => {
            Box::new(std::fs::File::open(path).wrap_err_with(|| format!("{} cannot be read", path.display()))?)
        }
        None => Box::new(std::io::stdin()),
    };
    source.take(KEY_TEXT_MAX).read_to_string(&mut text)?;
    Ok(text)
}
