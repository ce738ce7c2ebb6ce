//! `tacit contract trace`: a call tried out on the latest state, with every frame: arguments, outputs, logs, gas, and
//! where it failed.

use super::scene::Scene;
use super::wanted::{Prepared, TrialArgs, WantedCall};
use crate::commands::output::say;
use crate::commands::query::show;
use crate::commands::runtime;
use clap::Args;
use serde_json::{Map, Value, json};
use tacit_rpc::types::{FrameView, SimulateView};
use tacit_types::{Authorization, Gas, Sequence};
use tacit_wallet::builder::BuildError;
use tacit_wallet::contract::printable;
use tacit_wallet::send::{SendOptions, balance, simulate};
use tacit_wallet::with_detail;
use tacit_wallet::{Account, TxBuilder};

/// Try a call out and show every step of it. Nothing is sent.
#[derive(Args)]
#[command(
    after_help = "Example:\n  tacit contract trace token transfer to=alice amount=5 --dev 0\n\nExits with 0 whether the call would succeed or fail: the tree is what was asked for."
)]
pub struct TraceVerb {
    #[command(flatten)]
    wanted: WantedCall,
    #[command(flatten)]
    trial: TrialArgs,
}

impl TraceVerb {
    pub fn run(&self) -> eyre::Result<()> {
        let account = self.trial.account()?;
        runtime::block_on(async {
            let Prepared { mut scene, contract, input, value } = self.wanted.prepare(self.trial.client()?).await?;
            let call = |builder: TxBuilder| builder.call(contract, &self.wanted.function, input, value);
            let simulated = rehearse(&mut scene, &account, self.trial.gas_limit(), call).await?;
            if self.trial.json {
                return show(&json_tree(&scene, &simulated)?, true);
            }
            say!("{}", tree(&scene, &simulated));
            Ok(())
        })
    }
}

/// Tries out what `build` adds, as `account` and under a gas limit where one is said, and learns what the contracts on the way say about themselves.
pub async fn rehearse(
    scene: &mut Scene,
    account: &Account,
    limit: Option<Gas>,
    build: impl FnOnce(TxBuilder) -> Result<TxBuilder, BuildError>,
) -> eyre::Result<SimulateView> {
    let state = balance(&scene.client, &account.address, scene.chain.network).await?;
    let authorization = Authorization::Account { public_key: account.public_key(), sequence: Sequence(state.sequence) };
    let builder = build(scene.chain.builder(&SendOptions::default()))?;
    let simulated = simulate(&scene.client, &scene.chain, builder, authorization, limit).await?;
    for frame in simulated.frames.iter().flatten() {
        let contract = scene.address(&frame.contract)?;
        // A contract that the transaction made is not on the chain; its frames stay in bytes.
        let _ = scene.learn(&contract).await;
    }
    scene.learn_all(&simulated.events).await?;
    Ok(simulated)
}

/// A frame with names and values by the spec, where there is one.
struct Shown<'a> {
    frame: &'a FrameView,
    contract: String,
    /// By name, in the order of the declaration.
    arguments: Option<Vec<(String, Value)>>,
    output: Option<Value>,
    failure: Option<String>,
}

impl<'a> Shown<'a> {
    fn new(scene: &Scene, frame: &'a FrameView) -> Self {
        let address = scene.address(&frame.contract).ok();
        let spec = address.as_ref().and_then(|address| scene.spec(address));
        let function = spec.and_then(|spec| spec.function(&frame.function).ok());
        let named = spec.zip(function);
        let arguments = named.and_then(|(spec, function)| {
            let mut values = spec.decode_arguments(function, &frame.input.0, scene.names()).ok()?;
            let in_order = function.arguments.iter().filter_map(|field| values.remove_entry(&field.name));
            Some(in_order.collect())
        });
        let output = named.zip(frame.output.as_ref());
        let output =
            output.and_then(|((spec, function), output)| spec.decode(&function.result, &output.0, scene.names()).ok());
        let problem = frame.contract_code.and_then(|code| spec?.problem(function, code));
        let failure = frame.failure.as_ref().map(|failure| match problem {
            Some(problem) => format!("{failure}: {} ({})", problem.name, problem.doc),
            None => failure.clone(),
        });
        let alias = address.as_ref().and_then(|address| scene.book.name_of(address));
        let name = alias.map(str::to_owned).or_else(|| spec.map(|spec| spec.name.clone()));
        let contract = name.unwrap_or_else(|| frame.contract.clone());
        Self { frame, contract, arguments, output, failure }
    }

    fn lines(&self, lines: &mut Vec<String>) {
        let depth = usize::try_from(self.frame.depth).unwrap_or(usize::MAX).clamp(1, 32);
        let indent = "  ".repeat(depth - 1);
        let arguments = match &self.arguments {
            Some(arguments) => {
                arguments.iter().map(|(name, value)| format!("{name}: {}", plain(value))).collect::<Vec<_>>().join(", ")
            }
            None => self.frame.input.to_string(),
        };
        let money = match self.frame.value.0 {
            0 => String::new(),
            units => format!(" with {units}u"),
        };
        let kind = if self.frame.is_static { " [view]" } else { "" };
        let (name, function, gas) = (&self.contract, printable(&self.frame.function), self.frame.gas_used);
        lines.push(format!("{indent}{name}.{function}({arguments}){money}{kind}  gas {gas}"));
        lines.extend(self.frame.logs.iter().map(|log| format!("{indent}  log: {}", printable(log))));
        match (&self.failure, &self.output, &self.frame.output) {
            (Some(failure), ..) => lines.push(format!("{indent}  failed: {}", printable(failure))),
            // `()` is no news.
            (None, Some(Value::Array(parts)), _) if parts.is_empty() => {}
            (None, Some(value), _) => lines.push(format!("{indent}  -> {}", plain(value))),
            (None, None, Some(output)) => lines.push(format!("{indent}  -> {output}")),
            (None, None, None) => {}
        }
    }
}

/// The call tree as text.
pub fn tree(scene: &Scene, simulated: &SimulateView) -> String {
    let mut lines = Vec::new();
    for frame in simulated.frames.iter().flatten() {
        Shown::new(scene, frame).lines(&mut lines);
    }
    if let Some(more) = simulated.frames_left_out.filter(|more| *more > 0) {
        lines.push(format!("and {more} more frames"));
    }
    for event in scene.events(&simulated.events).unwrap_or_default() {
        lines.push(format!("event: {}", plain(&event)));
    }
    let verdict = match &simulated.reject {
        None => format!("succeeds with {} gas", simulated.gas_used),
        Some(reject) => format!("fails: {}", with_detail(&reject.message, simulated.detail.as_deref())),
    };
    lines.push(verdict);
    lines.join("\n")
}

fn json_tree(scene: &Scene, simulated: &SimulateView) -> eyre::Result<Value> {
    let mut value = serde_json::to_value(simulated)?;
    let shown = simulated.frames.iter().flatten().map(|frame| {
        let shown = Shown::new(scene, frame);
        let mut value = serde_json::to_value(shown.frame)?;
        value["arguments"] =
            shown.arguments.map_or(Value::Null, |arguments| arguments.into_iter().collect::<Map<_, _>>().into());
        value["value_returned"] = shown.output.unwrap_or(Value::Null);
        value["failure"] = json!(shown.failure);
        Ok(value)
    });
    value["frames"] = shown.collect::<eyre::Result<Vec<Value>>>()?.into();
    value["events"] = scene.events(&simulated.events)?.into();
    Ok(value)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => printable(text),
        other => printable(&other.to_string()),
    }
}
