//! Encryption of notes: who finds them, who does not, and what a dishonest sender tries in vain.

use super::forge::{Forgery, base, scalar};
use super::support::{ASSET, address, compact, key, memo_key, sent};
use curve25519_dalek::traits::IsIdentity;
use proptest::prelude::*;
use tacit_types::shielded::CompactOutput;
use tacit_wallet::shielded::{DecryptedNote, Memo, MemoError, Note, OutgoingKey, encrypt, recover_sent, try_decrypt};

/// What wallet `number` finds in one output.
fn found(number: u8, output: &CompactOutput) -> Option<DecryptedNote> {
    let key = key(number);
    let mut found = try_decrypt(key.full_viewing_key().incoming(), &[output]);
    assert!(found.len() <= 1);
    found.pop().map(|(index, note)| {
        assert_eq!(index, 0);
        note
    })
}

#[test]
fn the_receiver_finds_a_note_at_any_of_its_addresses_and_nobody_else_does() {
    for index in [0, 1, 1 << 40, u64::MAX] {
        let (note, output) = sent(1, &address(2, index), 77, 5);
        let received = found(2, &compact(&output)).unwrap();
        assert_eq!(received.note, note);
        assert_eq!(received.memo_key, memo_key(5));
        assert!(found(1, &compact(&output)).is_none(), "the sender did not receive it");
        assert!(found(3, &compact(&output)).is_none());
    }
}

#[test]
fn the_sender_reads_again_what_it_sent_and_nobody_else_does() {
    let to = address(2, 3);
    let (note, output) = sent(1, &to, 77, 5);
    let sent = recover_sent(key(1).full_viewing_key().outgoing(), &compact(&output), &output.outgoing).unwrap();
    assert_eq!((sent.address, sent.note, sent.memo_key), (to, note.clone(), memo_key(5)));
    for other in [2, 3] {
        let outgoing = key(other).full_viewing_key().outgoing().clone();
        assert!(recover_sent(&outgoing, &compact(&output), &output.outgoing).is_none());
    }
    let forgetful = encrypt(&to, &note, &memo_key(5), &OutgoingKey::from_bytes([77; 32])).unwrap();
    let own = key(1);
    assert!(recover_sent(own.full_viewing_key().outgoing(), &compact(&forgetful), &forgetful.outgoing).is_none());
    assert!(found(2, &compact(&forgetful)).is_some(), "the receiver finds it all the same");
}

#[test]
fn many_outputs_are_scanned_at_once_and_only_the_own_ones_are_found_in_place() {
    let mut outputs: Vec<CompactOutput> = (0..300u16)
        .map(|number| {
            let to = if number % 37 == 5 { address(2, number.into()) } else { address(3, number.into()) };
            compact(&sent(1, &to, u128::from(number), (number % 251) as u8).1)
        })
        .collect();
    // Points that are none stand between, and must not shift what is found after them.
    outputs[4].ephemeral_key = [0xff; 32];
    outputs[5].ephemeral_key = [0; 32];
    let references: Vec<&CompactOutput> = outputs.iter().collect();
    let receiver = key(2);
    let found = try_decrypt(receiver.full_viewing_key().incoming(), &references);
    let indices: Vec<usize> = found.iter().map(|(index, _)| *index).collect();
    assert_eq!(indices, (0..300).filter(|number| number % 37 == 5 && *number != 5).collect::<Vec<_>>());
    for (index, received) in found {
        assert_eq!(received.note.value, index as u128);
    }
    assert!(try_decrypt(receiver.full_viewing_key().incoming(), &[]).is_empty());
}

#[test]
fn a_changed_bit_anywhere_in_an_output_and_it_is_nobodys() {
    let (_, output) = sent(1, &address(2, 0), 77, 5);
    let honest = compact(&output);
    assert!(found(2, &honest).is_some());
    let sender = key(1);
    let mut tried = 0;
    let mut refuse = |changed: &CompactOutput, what: &str, at: usize| {
        tried += 1;
        assert!(found(2, changed).is_none(), "receiver: {what} {at}");
        let recovered = recover_sent(sender.full_viewing_key().outgoing(), changed, &output.outgoing);
        // The view tag is the receiver's alone: a sender's key reads the output without it.
        assert!(recovered.is_none() || what == "view tag", "sender: {what} {at}");
    };
    for bit in 0..8 {
        for at in 0..32 {
            let mut changed = honest.clone();
            changed.commitment.0[at] ^= 1 << bit;
            refuse(&changed, "commitment", at);
            let mut changed = honest.clone();
            changed.ephemeral_key[at] ^= 1 << bit;
            refuse(&changed, "ephemeral key", at);
        }
        let mut changed = honest.clone();
        changed.view_tag ^= 1 << bit;
        refuse(&changed, "view tag", 0);
    }
    for at in 0..honest.ciphertext.0.len() {
        let mut changed = honest.clone();
        changed.ciphertext.0[at] ^= 0x40;
        refuse(&changed, "ciphertext", at);
    }
    for at in 0..output.outgoing.0.len() {
        let mut outgoing = output.outgoing;
        outgoing.0[at] ^= 1;
        assert!(recover_sent(sender.full_viewing_key().outgoing(), &honest, &outgoing).is_none(), "outgoing {at}");
    }
    assert_eq!(tried, 8 * 65 + 140);
}

#[test]
fn the_forger_who_follows_the_specification_is_an_honest_sender() {
    let to = address(2, 9);
    let received = found(2, &Forgery::honest(&to, ASSET.0, 12, [6; 32]).output()).unwrap();
    assert_eq!(received.note, Note::new(&to, ASSET, 12, [6; 32]));
}

#[test]
fn attack_20_two_notes_with_one_commitment_are_both_found_and_spent_apart() {
    let to = address(2, 0);
    let (note, output) = sent(1, &to, 50, 5);
    let (twin, second) = sent(3, &to, 50, 5);
    assert_eq!(output.commitment, second.commitment, "the sender reused the seed");
    assert_eq!(note, twin);
    let nk = *key(2).full_viewing_key().nullifier_key();
    let nullifiers: Vec<_> = [0u32, 1, 2, u32::MAX].map(|position| note.nullifier(&nk, position).unwrap()).to_vec();
    for (index, nullifier) in nullifiers.iter().enumerate() {
        assert!(!nullifiers[..index].contains(nullifier), "a second note at another position has another nullifier");
    }
    assert!(found(2, &compact(&output)).is_some() && found(2, &compact(&second)).is_some());
}

#[test]
fn attack_31_an_ephemeral_key_of_small_order_or_none_is_refused() {
    let to = address(2, 0);
    let forged = Forgery::honest(&to, ASSET.0, 12, [6; 32]);
    // Under the identity everybody knows the shared point, so that anybody could read and nobody pays attention.
    let identity = [0u8; 32];
    assert!(curve25519_dalek::ristretto::CompressedRistretto(identity).decompress().unwrap().is_identity());
    assert!(found(2, &forged.output_with(identity, identity)).is_none());
    for bytes in [[0xff; 32], [1; 32], {
        let mut one = [0; 32];
        one[0] = 1;
        one
    }] {
        assert!(found(2, &forged.output_with(bytes, identity)).is_none(), "{bytes:?}");
    }
}

#[test]
fn attack_31_an_address_with_an_identity_or_a_broken_point_is_refused() {
    use tacit_wallet::shielded::{KeyTextError, ShieldedAddress};
    let mut bytes = address(2, 0).to_bytes();
    bytes[43..].fill(0);
    assert_eq!(ShieldedAddress::from_bytes(&bytes), Err(KeyTextError::Part("transmission key")));
    bytes[43..].fill(0xff);
    assert_eq!(ShieldedAddress::from_bytes(&bytes), Err(KeyTextError::Part("transmission key")));
}

#[test]
fn a_note_whose_parts_do_not_belong_together_is_not_received() {
    let (to, other) = (address(2, 0), address(2, 1));
    let honest = Forgery::honest(&to, ASSET.0, 12, [6; 32]);
    let refused = |what: &str, forgery: Forgery| assert!(found(2, &forgery.output()).is_none(), "{what}");
    refused("another version", Forgery { version: 0, ..honest.clone() });
    refused("a later version", Forgery { version: 2, ..honest.clone() });
    refused("more than was committed to", Forgery { value: 13, ..honest.clone() });
    refused("another asset", Forgery { asset: [8; 32], ..honest.clone() });
    refused("another seed", Forgery { rseed: [7; 32], ..honest.clone() });
    refused("another of the own addresses", Forgery { diversifier: other.diversifier().0, ..honest.clone() });
    refused("another commitment", Forgery { commitment: [1; 32], ..honest.clone() });
    // An ephemeral key that does not follow from the seed: with it a sender could test which addresses are one
    // wallet's.
    refused("an ephemeral key of another number", Forgery { esk: scalar("other", &[1]), ..honest.clone() });
    // The commitment is to somebody else's note, encrypted to this wallet: it could never spend it.
    let theirs = Note::new(&address(3, 0), ASSET, 12, [6; 32]);
    refused("somebody else's note", Forgery { commitment: theirs.commitment().unwrap().0, ..honest.clone() });
    assert!(found(2, &honest.output()).is_some());
}

#[test]
fn attack_46_addresses_of_one_wallet_cannot_be_linked_by_a_key_made_on_the_wrong_base() {
    // The sender makes the ephemeral key on the base of address 1, and encrypts for the key of address 0: were the note
    // accepted, whoever sent it would learn that both addresses have one owner.
    let (zero, one) = (address(2, 0), address(2, 1));
    let honest = Forgery::honest(&zero, ASSET.0, 12, [6; 32]);
    let mixed = Forgery { base: one.diversifier().0, transmission_key: transmission_key(&one), ..honest.clone() };
    assert!(found(2, &mixed.output()).is_none());
    let committed = Note::new(&one, ASSET, 12, [6; 32]).commitment().unwrap().0;
    let told = Forgery { commitment: committed, base: one.diversifier().0, ..honest };
    assert!(found(2, &told.output()).is_none());
}

fn transmission_key(address: &tacit_wallet::shielded::ShieldedAddress) -> [u8; 32] {
    address.to_bytes()[43..].try_into().unwrap()
}

#[test]
fn attack_46_nothing_says_why_an_output_was_not_received() {
    // Whatever is wrong, the answer is the same empty list: there is no error to print, log, or answer with.
    let to = address(2, 0);
    let honest = Forgery::honest(&to, ASSET.0, 12, [6; 32]);
    let outputs = [
        Forgery { version: 2, ..honest.clone() }.output(),
        Forgery { value: 13, ..honest.clone() }.output(),
        honest.output_with([0; 32], [0; 32]),
        {
            let mut output = honest.output();
            output.view_tag ^= 1;
            output
        },
        {
            let mut output = honest.output();
            output.ciphertext.0[0] ^= 1;
            output
        },
    ];
    let references: Vec<&CompactOutput> = outputs.iter().collect();
    assert!(try_decrypt(key(2).full_viewing_key().incoming(), &references).is_empty());
}

#[test]
fn a_note_is_encrypted_for_its_own_address_only() {
    let (to, other) = (address(2, 0), address(2, 1));
    let note = Note::new(&to, ASSET, 1, [1; 32]);
    assert!(encrypt(&other, &note, &memo_key(1), key(1).full_viewing_key().outgoing()).is_err());
    assert_ne!(base(&to.diversifier().0), base(&other.diversifier().0));
}

#[test]
fn memos_are_padded_authenticated_and_read_back() {
    let (key, other) = (memo_key(1), memo_key(2));
    for text in ["", "thanks", "für dich ♥", &"x".repeat(512)] {
        let sealed = Memo::new(text).unwrap().encrypt(&key);
        let opened = Memo::decrypt(&sealed, &key).unwrap();
        assert_eq!(opened.text().as_str(), text);
        assert_eq!(opened.is_empty(), text.is_empty());
        assert!(Memo::decrypt(&sealed, &other).is_none());
    }
    assert_eq!(Memo::new(&"x".repeat(513)), Err(MemoError::Length(513)));
    assert_eq!(Memo::new("a\0b"), Err(MemoError::Nul));
    let sealed = Memo::new("thanks").unwrap().encrypt(&key);
    for at in 0..sealed.0.len() {
        let mut changed = sealed;
        changed.0[at] ^= 0x10;
        assert!(Memo::decrypt(&changed, &key).is_none(), "byte {at}");
    }
}

proptest! {
    #[test]
    fn any_note_arrives(value: u128, asset: [u8; 32], rseed: [u8; 32], index: u64, memo: [u8; 32]) {
        let to = address(2, index);
        let note = Note::new(&to, tacit_types::AssetId(asset), value, rseed);
        let memo_key = tacit_wallet::shielded::MemoKey::from_bytes(memo);
        let output = encrypt(&to, &note, &memo_key, key(1).full_viewing_key().outgoing()).unwrap();
        let received = found(2, &compact(&output)).unwrap();
        prop_assert!(received.note == note && received.memo_key == memo_key);
        let sent = recover_sent(key(1).full_viewing_key().outgoing(), &compact(&output), &output.outgoing).unwrap();
        prop_assert!(sent.note == note && sent.address == to);
    }

    #[test]
    fn arbitrary_bytes_are_nobodys_note(
        commitment: [u8; 32], ephemeral_key: [u8; 32], view_tag: u8, ciphertext in prop::collection::vec(any::<u8>(), 140),
    ) {
        let output = CompactOutput {
            commitment: tacit_types::FieldBytes(commitment),
            ephemeral_key,
            view_tag,
            ciphertext: tacit_types::shielded::NoteCiphertext(ciphertext.try_into().unwrap()),
        };
        prop_assert!(found(2, &output).is_none());
    }
}
