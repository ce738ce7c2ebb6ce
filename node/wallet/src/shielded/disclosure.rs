//! Payment disclosures: a text with which somebody who sent or received a private payment shows one other person that
//! this transaction paid so much of an asset to an address, and nothing else of the wallet.
//!
//! Who checks it needs the transaction as a node commits it, and no trust in whoever wrote the text: from address and
//! seed the output is made again, commitment, ephemeral key and ciphertext, and only the true values give the same
//! bytes. A disclosure shows the memo as well. It can be passed on by whoever has it; a *challenge*, signed with the
//! spend key of that very join-split, shows that its sender wrote this one for the person who named the challenge.

use super::address::ShieldedAddress;
use super::derive::{context, kdf};
use super::keys::SpendingKey;
use super::memo::Memo;
use super::note::{DecryptedNote, Note};
use super::note_cipher::{SentNote, open_disclosed};
use super::viewing::IncomingViewingKey;
use crate::error::WalletError;
use serde::{Deserialize, Serialize};
use tacit_circuits::spend;
use tacit_rpc::client::Client;
use tacit_rpc::json::{Decimal, Hex32, HexArray};
use tacit_types::shielded::{CompactOutput, JoinSplit, NoteOutput, OUTPUTS};
use tacit_types::{Amount, AssetId, GenesisId, Network, Tx, TxId, codec};
use zeroize::Zeroizing;

/// Longest disclosure.
pub const DISCLOSURE_BYTES_MAX: usize = 4 * 1024;
/// Longest challenge.
pub const CHALLENGE_BYTES_MAX: usize = 512;
/// The only format so far.
const FORMAT: u32 = 1;

/// Why a disclosure shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// Not the text of a disclosure.
    #[error("this is not a payment disclosure as a wallet writes it: {0}")]
    Format(&'static str),
    /// Of another chain.
    #[error("the disclosure is about another chain")]
    Chain,
    /// Of another transaction than the one at hand.
    #[error("the disclosure is about another transaction")]
    Transaction,
    /// The transaction makes no such output.
    #[error("the transaction has no such output")]
    Output,
    /// What it says is not what the transaction does.
    #[error(
        "the transaction did not pay this amount of this asset to this address; the disclosure is forged or damaged"
    )]
    Untrue,
    /// The challenge is not signed by the sender.
    #[error("the challenge was not signed by the sender of the payment")]
    Challenge,
    /// A challenge that is too long.
    #[error("a challenge has at most {CHALLENGE_BYTES_MAX} bytes")]
    ChallengeLength,
    /// Somebody else made the join-split.
    #[error("only the sender of a payment can answer a challenge, and this wallet is not")]
    NotSender,
    /// The node does not have the transaction, or it did not take effect.
    #[error("the node does not report this payment as made")]
    NotCommitted,
}

/// One payment, and what proves it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    format: u32,
    genesis_id: Hex32,
    tx_id: Hex32,
    action: u16,
    output: u8,
    address: String,
    asset: Hex32,
    amount: Decimal,
    rseed: Hex32,
    challenge: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<HexArray<64>>,
}

/// Where a payment stands: chain, transaction, index of the action, index of the output in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The chain.
    pub genesis_id: GenesisId,
    /// The transaction.
    pub tx_id: TxId,
    /// The join-split among its actions.
    pub action: u16,
    /// 0 or 1.
    pub output: u8,
}

/// What a disclosure that holds has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosed {
    /// Where.
    pub place: Place,
    /// To whom.
    pub address: ShieldedAddress,
    /// Of what.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// What was written to the receiver.
    pub memo: Memo,
    /// What the sender signed for; empty when nothing was asked.
    pub challenge: String,
}

impl Disclosure {
    /// By the sender of a payment.
    #[must_use]
    pub fn of_sent(place: Place, network: Network, sent: &SentNote) -> Self {
        Self::new(place, network, &sent.address, &sent.note)
    }

    /// By its receiver.
    ///
    /// # Errors
    /// [`WalletError::Statement`] never for a note that was decrypted.
    pub fn of_received(
        place: Place,
        network: Network,
        key: &IncomingViewingKey,
        received: &DecryptedNote,
    ) -> Result<Self, WalletError> {
        let address = key.address_with(&received.note.diversifier)?;
        Ok(Self::new(place, network, &address, &received.note))
    }

    fn new(place: Place, network: Network, address: &ShieldedAddress, note: &Note) -> Self {
        Self {
            format: FORMAT,
            genesis_id: HexArray(place.genesis_id.0),
            tx_id: HexArray(place.tx_id.0),
            action: place.action,
            output: place.output,
            address: address.to_text(network),
            asset: HexArray(note.asset.0),
            amount: Decimal(note.value),
            rseed: HexArray(note.rseed),
            challenge: String::new(),
            signature: None,
        }
    }

    /// Answers a challenge: the sender signs the disclosure with the key of the join-split.
    ///
    /// # Errors
    /// [`DisclosureError::NotSender`], [`DisclosureError::ChallengeLength`], [`WalletError::Random`].
    pub fn answer(mut self, challenge: &str, key: &SpendingKey, join_split: &JoinSplit) -> Result<Self, WalletError> {
        if challenge.is_empty() || challenge.len() > CHALLENGE_BYTES_MAX {
            return Err(DisclosureError::ChallengeLength.into());
        }
        let [first, second] = &join_split.outputs;
        let alpha = key.spend_blinding(join_split.nullifiers.as_slice(), [&first.commitment, &second.commitment]);
        let secret = key.secret().randomized(&alpha);
        if secret.public().to_bytes() != join_split.spend_key.0 {
            return Err(DisclosureError::NotSender.into());
        }
        challenge.clone_into(&mut self.challenge);
        let mut random = Zeroizing::new([0u8; 80]);
        crate::random(random.as_mut())?;
        self.signature = Some(HexArray(secret.sign(&self.message(), &random)));
        Ok(self)
    }

    /// Where the payment stands.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place {
            genesis_id: GenesisId(self.genesis_id.0),
            tx_id: TxId(self.tx_id.0),
            action: self.action,
            output: self.output,
        }
    }

    /// The one text of this disclosure.
    #[must_use]
    pub fn to_text(&self) -> String {
        // A structure of strings and numbers can always be written.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Reads the text, which must be exactly as [`Disclosure::to_text`] writes it.
    ///
    /// # Errors
    /// [`DisclosureError::Format`], [`DisclosureError::ChallengeLength`].
    pub fn from_text(text: &str) -> Result<Self, DisclosureError> {
        if text.len() > DISCLOSURE_BYTES_MAX {
            return Err(DisclosureError::Format("it is too long"));
        }
        let read: Self = serde_json::from_str(text).map_err(|_| DisclosureError::Format("its fields are not those"))?;
        if read.to_text() != text {
            return Err(DisclosureError::Format("it was edited or damaged"));
        }
        if read.format != FORMAT {
            return Err(DisclosureError::Format("another version"));
        }
        if read.challenge.len() > CHALLENGE_BYTES_MAX {
            return Err(DisclosureError::ChallengeLength);
        }
        Ok(read)
    }

    /// Checks the disclosure against the transaction that it names, which the caller got from a node that it trusts to
    /// say what was committed.
    ///
    /// # Errors
    /// [`DisclosureError`].
    pub fn verify(&self, tx: &Tx, network: Network) -> Result<Disclosed, DisclosureError> {
        let place = self.place();
        if tx.body.genesis_id != place.genesis_id {
            return Err(DisclosureError::Chain);
        }
        if tx.id() != place.tx_id {
            return Err(DisclosureError::Transaction);
        }
        let action = tx.body.actions.get(usize::from(place.action));
        let join_split = action.and_then(tacit_types::Action::as_join_split).ok_or(DisclosureError::Output)?;
        let output = join_split.outputs.get(usize::from(place.output)).ok_or(DisclosureError::Output)?;
        self.check_signature(join_split)?;
        let address = ShieldedAddress::from_text(&self.address, network).map_err(|_| DisclosureError::Untrue)?;
        let opened = open_disclosed(&address, &self.rseed.0, &compact(output)).ok_or(DisclosureError::Untrue)?;
        let (note, amount) = (&opened.note, self.amount.0);
        if note.value != amount || note.asset.0 != self.asset.0 {
            return Err(DisclosureError::Untrue);
        }
        let memo = Memo::decrypt(&join_split.memo, &opened.memo_key).unwrap_or_else(Memo::empty);
        let challenge = self.challenge.clone();
        Ok(Disclosed { place, address, asset: note.asset, amount: Amount(amount), memo, challenge })
    }

    /// Asks a node for the transaction, and checks the disclosure against it.
    ///
    /// # Errors
    /// [`WalletError::Client`], [`DisclosureError`].
    pub async fn verify_on(&self, client: &Client, network: Network) -> Result<Disclosed, WalletError> {
        let view = client.tx(self.tx_id).await?;
        let raw = client.tx_raw(self.tx_id).await?;
        let tx = Tx::decode(&raw.bytes.0).map_err(|_| DisclosureError::NotCommitted)?;
        // Of a shielded transaction whose body failed, the paying join-split took effect all the same.
        let pays = tx.body.authorization.is_shielded() && self.action == 0;
        if view.height.is_none() || (view.reject.is_some() && !pays) {
            return Err(DisclosureError::NotCommitted.into());
        }
        Ok(self.verify(&tx, network)?)
    }

    fn check_signature(&self, join_split: &JoinSplit) -> Result<(), DisclosureError> {
        match (&self.signature, self.challenge.is_empty()) {
            (None, true) => Ok(()),
            (Some(signature), false) => spend::verify(&join_split.spend_key.0, &self.message(), &signature.0)
                .map_err(|_| DisclosureError::Challenge),
            _ => Err(DisclosureError::Challenge),
        }
    }

    /// What is signed: every field but the signature. Its context is no transaction's, so that nothing can be spent
    /// with it.
    fn message(&self) -> [u8; 32] {
        let fields = (
            self.format,
            self.genesis_id.0,
            self.tx_id.0,
            self.action,
            self.output,
            &self.address,
            self.asset.0,
            self.amount.0,
            self.rseed.0,
            &self.challenge,
        );
        *kdf(context::DISCLOSURE, &[&codec::encode(&fields)])
    }
}

/// A disclosure cannot point outside an output's index.
const _: () = assert!(OUTPUTS <= u8::MAX as usize);

const fn compact(output: &NoteOutput) -> CompactOutput {
    CompactOutput {
        commitment: output.commitment,
        ephemeral_key: output.ephemeral_key,
        view_tag: output.view_tag,
        ciphertext: output.ciphertext,
    }
}

impl std::fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disclosure(..)")
    }
}
