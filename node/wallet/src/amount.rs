//! Amounts of the native token as people write them: tokens with up to 18 decimals, exact, no floating point.

use crate::error::WalletError;
use tacit_types::Amount;

/// Decimals of the native token.
pub const DECIMALS: u32 = 18;
/// Base units of one token.
pub const TOKEN: u128 = 10u128.pow(DECIMALS);

/// Reads tokens such as `1.5`, or base units with the suffix `u`, such as `1500000000000000000u`.
///
/// # Errors
/// [`WalletError::Amount`].
pub fn parse(text: &str) -> Result<Amount, WalletError> {
    parse_with(text, DECIMALS)
}

/// Writes tokens without needless zeros.
#[must_use]
pub fn format(amount: Amount) -> String {
    format_with(amount, DECIMALS)
}

/// As [`parse`], of an asset with other decimals.
///
/// # Errors
/// [`WalletError::Amount`].
pub fn parse_with(text: &str, decimals: u32) -> Result<Amount, WalletError> {
    let refuse = |reason| WalletError::Amount { text: text.chars().take(64).collect(), reason };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let too_large = "it is larger than any amount";
    if let Some(units) = text.strip_suffix('u') {
        return match digits(units) {
            true => units.parse().map(Amount).map_err(|_| refuse(too_large)),
            false => Err(refuse("before the `u` for base units stand only digits")),
        };
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if !digits(whole) || !digits(fraction) {
        return Err(refuse("write tokens like 12 or 1.5, or base units like 1500u"));
    }
    let fraction = fraction.trim_end_matches('0');
    let width = usize::try_from(decimals).unwrap_or(usize::MAX);
    if fraction.len() > width {
        return Err(refuse("the asset has fewer decimals"));
    }
    let token = 10u128.checked_pow(decimals).ok_or_else(|| refuse("the asset has too many decimals"))?;
    let whole: u128 = whole.parse().map_err(|_| refuse(too_large))?;
    let fraction = match width {
        0 => 0,
        _ => format!("{fraction:0<width$}").parse().map_err(|_| refuse(too_large))?,
    };
    let units = whole.checked_mul(token).and_then(|units| units.checked_add(fraction));
    units.map(Amount).ok_or_else(|| refuse(too_large))
}

/// As [`format`], of an asset with other decimals. Decimals that no asset has are not applied.
#[must_use]
pub fn format_with(amount: Amount, decimals: u32) -> String {
    let token = 10u128.checked_pow(decimals).unwrap_or(1);
    let (whole, fraction) = (amount.0 / token, amount.0 % token);
    if fraction == 0 {
        return whole.to_string();
    }
    let width = usize::try_from(decimals).unwrap_or_default();
    let fraction = format!("{fraction:0width$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_amount_survives_being_written_and_read(units: u128) {
            prop_assert_eq!(parse(&format(Amount(units))).unwrap(), Amount(units));
            prop_assert_eq!(parse(&format!("{units}u")).unwrap(), Amount(units));
        }

        #[test]
        fn every_amount_survives_whatever_decimals_its_asset_has(units: u128, decimals in 0u32..=38) {
            prop_assert_eq!(parse_with(&format_with(Amount(units), decimals), decimals).unwrap(), Amount(units));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text: String) {
            let _ = parse(&text);
        }
    }

    #[test]
    fn tokens_are_read_exactly() {
        for (text, units) in [("1", TOKEN), ("1.5", TOKEN / 2 * 3), ("0.000000000000000001", 1), ("0", 0), ("007u", 7)]
        {
            assert_eq!(parse(text).unwrap(), Amount(units), "{text}");
        }
        assert_eq!(format(Amount(u128::MAX)), "340282366920938463463.374607431768211455");
        assert_eq!(parse("340282366920938463463.374607431768211455").unwrap(), Amount(u128::MAX));
    }

    #[test]
    fn what_is_not_exact_is_refused() {
        let refused = [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1,5",
            " 1",
            "1 ",
            "0x1",
            "u",
            "1.0u",
            "nan",
            "0.0000000000000000001",
            "340282366920938463463.374607431768211456",
            "340282366920938463464",
            "340282366920938463463374607431768211456u",
        ];
        for text in refused {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
