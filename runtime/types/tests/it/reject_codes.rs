//! Rejections are numbered once and for all.

use tacit_types::RejectCode;

#[test]
fn numbers_ascend_and_find_their_code_again() {
    let numbers: Vec<u16> = RejectCode::ALL.iter().map(|code| code.number()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    for code in RejectCode::ALL {
        assert_eq!(RejectCode::from_number(code.number()), Some(*code));
    }
    assert_eq!(RejectCode::from_number(0), None, "zero is success");
}

#[test]
fn every_message_says_something_and_carries_its_number() {
    for code in RejectCode::ALL {
        assert!(code.message().len() > 10, "{code:?}");
        assert!(code.to_string().ends_with(&format!("(code {})", code.number())));
    }
}
