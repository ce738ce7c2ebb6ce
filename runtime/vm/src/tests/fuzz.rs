//! Targets of fuzzers: functions of hostile bytes that panic where a promise of this crate is broken.

use super::generate::{from_bytes, with_a_large_stack};
use super::naive::Passes;
use super::script::Family;
use super::support::{Chain, Engines};
use crate::reject::Part;
use crate::validate::FEATURES;
use crate::{meter, validate};
use wasmparser::Validator;

pub use super::fuzz_artifact::{artifact, honest_artifact};

/// Gas of a call; enough to get somewhere, and an endless loop ends soon.
const GAS: u64 = 300_000;

/// Bytes are a contract or are refused with a number; what is accepted can be metered, and what comes out is valid too.
///
/// # Panics
/// Where that is not so.
pub fn validator(bytes: &[u8]) {
    let verdict = validate(bytes);
    assert_eq!(verdict, validate(bytes), "two verdicts on the same bytes");
    match verdict {
        Ok(info) => {
            assert!(
                Validator::new_with_features(FEATURES).validate_all(bytes).is_ok(),
                "an invalid module was accepted"
            );
            check_metered(bytes, info.metered_bytes);
        }
        Err(reject) => {
            let parts = Part::Types as u16..=Part::JoinsSum as u16;
            assert!(
                (1..=19).contains(&reject.number()) || parts.contains(&reject.number()),
                "no rule's number: {reject}"
            );
        }
    }
}

/// A valid module is a valid module when it is metered, all engines agree about what it does, and what it costs is what its operators
/// cost one by one.
///
/// # Panics
/// Where that is not so.
pub fn instrumenter(bytes: &[u8]) {
    let Some((code, info)) = from_bytes(bytes) else { return };
    assert_eq!(validate(&code).as_ref(), Ok(&info), "two verdicts on the same bytes");
    check_metered(&code, info.metered_bytes);
    with_a_large_stack(|| {
        let mut chain = Chain::new();
        let contract = chain.place(&code);
        let passes = Passes::new();
        for function in &info.exports {
            let input = &bytes[..bytes.len().min(64)];
            chain.call_with_gas(contract, function, input, GAS);
            passes.agree(&code, function, input, GAS);
        }
    });
}

/// Whatever contracts ask of the host: no host function panics, money stays the same, and all engines agree.
///
/// # Panics
/// Where that is not so.
pub fn host_calls(bytes: &[u8]) {
    with_a_large_stack(|| drop(Family::new(bytes, Engines::Three).run()));
}

fn check_metered(code: &[u8], metered_bytes: usize) {
    let metered = meter::meter(code).expect("an accepted module can be metered");
    assert_eq!(metered.len(), metered_bytes, "metering gives another length than the deploy check said");
    let verdict = Validator::new_with_features(FEATURES).validate_all(&metered);
    assert!(verdict.is_ok(), "the metered module is invalid: {:?}", verdict.err());
}

#[cfg(test)]
mod tests {
    use crate::reject::Part;
    use crate::{CodeReject, validate};

    #[test]
    fn a_module_refused_for_its_joins_is_a_verdict_and_no_crash_of_the_fuzzer() {
        // The last two numbers: joins of one function, and of all.
        let nest = super::super::modules::nest;
        let one = super::super::support::module(&nest(512, 64));
        let body = nest(60, 40).replace("(export \"run\")", "");
        let all = super::super::support::module(&body.repeat(9));
        for (code, part) in [(one, Part::Joins), (all, Part::JoinsSum)] {
            assert!(matches!(validate(&code), Err(CodeReject::Limit { what, .. }) if what == part), "{part:?}");
            super::validator(&code);
        }
        super::validator(&super::super::support::module(&nest(60, 40)));
    }

    #[test]
    fn the_other_targets_take_any_bytes() {
        let bytes: Vec<u8> = (0..3_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for length in [0, 1, 64, 3_000] {
            super::validator(&bytes[..length]);
            super::instrumenter(&bytes[..length]);
            super::host_calls(&bytes[..length]);
        }
    }
}
