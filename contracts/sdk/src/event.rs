//! Events: the first topic is the event's name in ASCII, padded with zeros; the data are its fields in order.

/// The topic of an event's name. A name longer than 32 bytes does not compile.
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // Runs at compile time, within both arrays.
pub const fn name_topic(name: &str) -> [u8; 32] {
    let name = name.as_bytes();
    assert!(name.len() <= 32, "an event's name has at most 32 bytes");
    let mut topic = [0; 32];
    let mut at = 0;
    while at < name.len() {
        topic[at] = name[at];
        at += 1;
    }
    topic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_padded_with_zeros() {
        let topic = name_topic("Transferred");
        assert_eq!(topic.get(..12), Some(&b"Transferred\0"[..]));
    }
}
