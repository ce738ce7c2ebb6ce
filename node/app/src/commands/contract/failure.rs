//! What a failure means: a node says the number that a contract reverted with, the contract's spec says its name.

use eyre::{Report, eyre};
use tacit_rpc::client::ClientError;
use tacit_wallet::WalletError;
use tacit_wallet::contract::Spec;

/// The failure of `function`, with what the spec says of its code. Without a spec the SDK's own codes still have names.
pub fn explained(error: Report, spec: Option<&Spec>, function: &str) -> Report {
    let sent = error.downcast_ref::<WalletError>().and_then(WalletError::contract_code);
    let code = sent.or_else(|| error.downcast_ref::<ClientError>().and_then(ClientError::contract_code));
    let nothing = Spec::default();
    let spec = spec.unwrap_or(&nothing);
    match code.and_then(|code| spec.problem(spec.function(function).ok(), code)) {
        Some(problem) if problem.doc.is_empty() => eyre!("{error:#}: {}", problem.name),
        Some(problem) => eyre!("{error:#}: {} ({})", problem.name, problem.doc),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn failed(contract_code: Option<u32>) -> Report {
        let (name, message, detail) = ("Name".into(), "wrong".into(), Some("more".into()));
        WalletError::BodyFailed { height: 7, name, message, detail, contract_code }.into()
    }

    #[test]
    fn a_code_is_told_by_the_name_that_the_spec_or_the_sdk_gives_it() {
        let spec = r#"{"contract":"x","spec":1}
{"function":"init","kind":"init","error":"Own"}
{"error":"Other","cases":[["Same",7,"Not this."]]}
{"error":"Own","cases":[["Empty",7,"Nothing is left."],["Short",8]]}"#;
        let spec = Spec::parse(spec.as_bytes()).unwrap();
        let told = |code, spec: Option<&Spec>| explained(failed(code), spec, "init").to_string();
        let plain = "at height 7 the transaction fails: Name: wrong: more";
        assert_eq!(told(Some(7), Some(&spec)), format!("{plain}: Own::Empty (Nothing is left.)"));
        assert_eq!(told(Some(8), Some(&spec)), format!("{plain}: Own::Short"));
        for (code, spec) in [(Some(9), Some(&spec)), (Some(7), None), (None, Some(&spec))] {
            assert_eq!(told(code, spec), plain);
        }
        assert!(told(Some(0xFFFF_0002), None).contains("NotPayable"));
    }
}
