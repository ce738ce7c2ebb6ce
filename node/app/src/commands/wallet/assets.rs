//! Assets of one's own: making them, minting more, looking at one.

use super::look::describe;
use super::pay::parse_asset;
use crate::commands::query::show;
use crate::commands::runtime;
use crate::commands::send::SendArgs;
use crate::commands::status::NodeArg;
use clap::{Args, Subcommand};
use tacit_rpc::json::HexArray;
use tacit_types::asset::{AssetCreate, AssetMint, asset_id};
use tacit_types::{Action, Address, Name};
use tacit_wallet::amount::{format_with, parse_with};
use tacit_wallet::send::ChainView;

/// Make, mint and look at assets.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit wallet assets create --dev 0 --symbol GOLD --decimals 2 --supply 1000 --cap 1000000\n  tacit wallet assets mint --dev 0 --asset 0x... --amount 50\n  tacit wallet assets show 0x..."
)]
pub struct Assets {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make an asset. Its first supply goes to the account.
    Create {
        /// A label for people; nothing makes it unique.
        #[arg(long)]
        symbol: String,
        /// Digits after the point.
        #[arg(long, default_value_t = 6)]
        decimals: u8,
        /// How much there is at first.
        #[arg(long, default_value = "0", value_name = "TOKENS")]
        supply: String,
        /// How much there can ever be; as much as the supply when absent.
        #[arg(long, value_name = "TOKENS")]
        cap: Option<String>,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
    /// Make more of an asset that the account made.
    Mint {
        /// The asset.
        #[arg(long, value_name = "ID")]
        asset: String,
        /// How much.
        #[arg(long, value_name = "TOKENS")]
        amount: String,
        /// Who receives; the account itself when absent.
        #[arg(long, value_name = "ADDRESS")]
        to: Option<String>,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
    /// Show what the chain knows of an asset.
    Show {
        /// The asset.
        asset: String,
        #[command(flatten)]
        node: NodeArg,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Assets {
    pub fn run(self) -> eyre::Result<()> {
        match self.verb {
            Verb::Create { symbol, decimals, supply, cap, send } => {
                let cap = cap.as_deref().unwrap_or(&supply);
                let (supply, cap) = (parse_with(&supply, decimals.into())?, parse_with(cap, decimals.into())?);
                let action = AssetCreate { symbol: Name::new(&symbol)?, decimals, supply, cap };
                let account = send.account()?;
                runtime::block_on(async {
                    let sent = send.send(&account, |builder| Ok(builder.action(Action::AssetCreate(action)))).await?;
                    let id = asset_id(&account.address, sent.tx.body.authorization.sequence(), 0);
                    send.report(&sent, &[("asset", id.to_string()), ("symbol", symbol)])
                })
            }
            Verb::Mint { asset, amount, to, send } => {
                let (asset, account, client) = (parse_asset(Some(&asset))?, send.account()?, send.client()?);
                runtime::block_on(async {
                    let chain = ChainView::fetch(&client, None).await?;
                    let (symbol, decimals) = describe(&client, asset).await;
                    let amount = parse_with(&amount, decimals)?;
                    let to = to.map_or(Ok(account.address), |text| Address::from_text(&text, chain.network))?;
                    let mint = AssetMint { asset, to, amount };
                    let sent = send.send(&account, |builder| Ok(builder.action(Action::AssetMint(mint)))).await?;
                    send.report(&sent, &[("minted", format!("{} {symbol}", format_with(amount, decimals)))])
                })
            }
            Verb::Show { asset, node, json } => {
                let asset = parse_asset(Some(&asset))?;
                runtime::block_on(async { show(&node.client()?.asset(HexArray(asset.0)).await?, json) })
            }
        }
    }
}
