//! The input of a call: typed arguments by the spec, or bytes as they are.

use super::module::Module;
use super::scene::Scene;
use clap::Args;
use eyre::{bail, ensure, eyre};
use serde_json::Value;
use std::path::PathBuf;
use tacit_types::limits::CALL_INPUT_BYTES_MAX;
use tacit_types::{Address, Amount};
use tacit_wallet::contract::{Kind, Names, Spec};

/// How the input of a call is given besides its arguments.
#[derive(Args, Clone)]
pub struct InputArg {
    /// The whole input as 0x-hex, handed on as it is, instead of arguments.
    #[arg(long, value_name = "HEX")]
    input: Option<String>,
    /// Take the spec from this module instead of the code on the chain.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

impl InputArg {
    /// Learns the contract's spec from where it was said, or from the chain.
    pub async fn learn(&self, scene: &mut Scene, contract: &Address) -> eyre::Result<()> {
        match &self.spec {
            Some(file) => {
                let spec = Module::read(file)?.spec()?;
                ensure!(spec.is_some(), "{} has no section tacit.spec", file.display());
                scene.assume(*contract, spec);
                Ok(())
            }
            None => scene.learn(contract).await,
        }
    }

    /// The input for `function`, which runs as one of `kinds`.
    pub fn encode(
        &self,
        spec: Option<&Spec>,
        function: &str,
        kinds: &[Kind],
        typed: &[String],
        names: Names<'_>,
    ) -> eyre::Result<Vec<u8>> {
        if let Some(text) = &self.input {
            ensure!(typed.is_empty(), "say arguments or --input, not both");
            let digits = text.strip_prefix("0x").ok_or_else(|| eyre!("--input is 0x and hex digits"))?;
            let bytes = hex::decode(digits).map_err(|_| eyre!("--input is 0x and hex digits, two for each byte"))?;
            ensure!(bytes.len() <= CALL_INPUT_BYTES_MAX, "an input has at most {CALL_INPUT_BYTES_MAX} bytes");
            return Ok(bytes);
        }
        let Some(spec) = spec else { return untyped(typed, names) };
        let found = spec.function(function)?;
        if !kinds.contains(&found.kind) {
            bail!("`{function}` is a function of kind {:?}, which this verb does not run", found.kind);
        }
        Ok(spec.encode_arguments(found, typed, names)?)
    }
}

/// Without a spec: addresses as 32 bytes, whole numbers as 16 bytes little-endian, 0x-hex as it is, one after the other.
fn untyped(arguments: &[String], names: Names<'_>) -> eyre::Result<Vec<u8>> {
    let mut input = Vec::new();
    for argument in arguments {
        if let Some(digits) = argument.strip_prefix("0x") {
            input.extend(hex::decode(digits).map_err(|_| eyre!("`{argument}` is not hex"))?);
        } else if let Ok(number) = argument.parse::<u128>() {
            input.extend(number.to_le_bytes());
        } else {
            let address = names.address(argument).map_err(|error| {
                eyre!("{error}; the contract has no spec, so arguments are addresses, whole numbers and 0x-hex")
            })?;
            input.extend(address.0);
        }
    }
    ensure!(input.len() <= CALL_INPUT_BYTES_MAX, "an input has at most {CALL_INPUT_BYTES_MAX} bytes");
    Ok(input)
}

/// Refuses money for a function that takes none: it would come back with the failure, less a fee.
pub fn check_money(spec: Option<&Spec>, function: &str, value: Amount) -> eyre::Result<()> {
    let function = spec.and_then(|spec| spec.function(function).ok());
    match function.filter(|function| value != Amount::ZERO && !function.payable) {
        Some(function) => bail!("`{}` takes no money: leave out --value", function.name),
        None => Ok(()),
    }
}

/// What an output means, if the spec can tell.
pub fn decode_output(spec: Option<&Spec>, function: &str, output: &[u8], names: Names<'_>) -> Option<Value> {
    let spec = spec?;
    spec.decode(&spec.function(function).ok()?.result, output, names).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tacit_types::Network;
    use tacit_wallet::contract::AliasBook;

    fn encoded(arguments: &[&str]) -> eyre::Result<Vec<u8>> {
        let mut book = AliasBook::default();
        book.add("alice", Address([8; 32])).unwrap();
        let typed: Vec<String> = arguments.iter().map(|text| (*text).to_string()).collect();
        untyped(&typed, Names { network: Network::Dev, aliases: &book })
    }

    #[test]
    fn without_a_spec_arguments_are_encoded_in_order() {
        let address = Address([7; 32]);
        let text = address.to_text(Network::Dev);
        let mut expected = address.0.to_vec();
        expected.extend(250u128.to_le_bytes());
        expected.push(0xff);
        expected.extend([8; 32]);
        assert_eq!(encoded(&[&text, "250", "0xff", "alice"]).unwrap(), expected);
        assert!(encoded(&[]).unwrap().is_empty());
    }

    #[test]
    fn without_a_spec_what_is_no_argument_is_refused() {
        let main = Address([7; 32]).to_text(Network::Main);
        for bad in ["-1", "1.5", "0xf", "tctd1qqqq", "many", &main, "340282366920938463463374607431768211456"] {
            assert!(encoded(&[bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn bytes_are_handed_on_as_they_are_and_never_with_arguments() {
        let book = AliasBook::default();
        let names = Names { network: Network::Dev, aliases: &book };
        let input = |text: &str, typed: &[String]| {
            let arg = InputArg { input: Some(text.into()), spec: None };
            arg.encode(None, "f", &[Kind::Call], typed, names)
        };
        assert_eq!(input("0x0102", &[]).unwrap(), [1, 2]);
        for bad in ["0102", "0x1", "0xzz", ""] {
            assert!(input(bad, &[]).is_err(), "{bad}");
        }
        assert!(input("0x01", &["a=1".into()]).is_err());
        let long = format!("0x{}", "00".repeat(CALL_INPUT_BYTES_MAX + 1));
        assert!(input(&long, &[]).is_err());
    }
}
