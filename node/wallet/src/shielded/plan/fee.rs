//! What a private transaction offers to pay. Price, gas limit and expiry stand in the open, so they move in steps that
//! many transactions share: two wallets that do the same thing at about the same time show the same numbers.

use tacit_types::shielded::Shape;
use tacit_types::{Gas, Height, Price, gas};

/// Room for the bytes of a transaction without its join-splits.
const BODY_BYTES: u64 = 700;
/// Room for the bytes of a join-split that spends up to two notes, its proof and its spend signature: ample, so that round numbers
/// come out (`docs/spec/privacy.md`).
const JOIN_SPLIT_BYTES: u64 = 4_000;
/// The same for one that spends up to eight notes.
const JOIN_SPLIT_WIDE_BYTES: u64 = 5_000;
/// Room for the bytes of what hands money to an account.
const SWEEP_BYTES: u64 = 700;
/// Gas of a private transaction before its actions; an account's signature has room in it.
const BASE: u64 = gas::BASE + gas::SIGNATURE + BODY_BYTES * gas::PER_BYTE;
/// Gas of a join-split that spends up to eight notes.
const JOIN_SPLIT_WIDE: u64 = join_split(Shape::EightIn, JOIN_SPLIT_WIDE_BYTES);
/// Gas of a join-split that spends up to two notes: of one as of two, so that the number says nothing.
const JOIN_SPLIT: u64 = join_split(Shape::TwoIn, JOIN_SPLIT_BYTES);
/// Gas of handing money to an account.
const SWEEP: u64 = gas::TRANSFER + SWEEP_BYTES * gas::PER_BYTE;
/// Gas limits are multiples of this.
const GAS_STEP: u64 = 50_000;
/// Expiry heights are multiples of this.
const EXPIRY_STEP: u64 = 100;

const fn join_split(shape: Shape, bytes: u64) -> u64 {
    gas::PROOF + gas::SPEND_SIGNATURE + gas::join_split(shape.inputs()) + bytes * gas::PER_BYTE
}

/// What a plan consists of, as far as gas is concerned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Work {
    pub narrow: u64,
    pub wide: u64,
    pub sweeps: u64,
    /// Of actions that the planner knows nothing about.
    pub extra: Gas,
}

impl Work {
    pub(super) const fn add(&mut self, shape: Shape) {
        match shape {
            Shape::OneIn | Shape::TwoIn => self.narrow = self.narrow.saturating_add(1),
            Shape::EightIn => self.wide = self.wide.saturating_add(1),
        }
    }

    /// The gas limit for this, in steps.
    pub(super) fn gas_limit(self) -> Gas {
        let parts = [
            BASE,
            self.narrow.saturating_mul(JOIN_SPLIT),
            self.wide.saturating_mul(JOIN_SPLIT_WIDE),
            self.sweeps.saturating_mul(SWEEP),
            self.extra.0,
        ];
        let gas = parts.into_iter().fold(0u64, u64::saturating_add);
        Gas(gas.div_ceil(GAS_STEP).saturating_mul(GAS_STEP))
    }
}

/// The price per gas that a wallet offers at a base fee: a quarter more, so that the transaction stays valid while the
/// base fee climbs, then up to the next number with three significant bits.
#[must_use]
pub fn price_step(base_fee: Price) -> Price {
    let wanted = base_fee.0.saturating_add(base_fee.0.div_ceil(4)).max(1);
    let significant = 64u32.saturating_sub(wanted.leading_zeros());
    let step = 1u64 << significant.saturating_sub(3);
    Price(wanted.div_ceil(step).saturating_mul(step))
}

/// The expiry of a transaction that is to be valid for about `lifetime` heights.
#[must_use]
pub const fn expiry_step(height: Height, lifetime: u64) -> Height {
    let last = height.0.saturating_add(lifetime);
    Height(last.div_ceil(EXPIRY_STEP).saturating_mul(EXPIRY_STEP))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tacit_types::asset::Sweep;
    use tacit_types::shielded::{
        JoinSplit, MEMO_CIPHERTEXT_BYTES, MemoCiphertext, NOTE_CIPHERTEXT_BYTES, NoteCiphertext, NoteOutput,
        Nullifiers, OUTGOING_CIPHERTEXT_BYTES, OutgoingCiphertext, PublicValue, SpendKeyBytes, SpendSignature,
    };
    use tacit_types::tx::IndexedSignature;
    use tacit_types::{
        Action, Address, Amount, AssetId, Authorization, FieldBytes, GenesisId, List, ProofBytes, PublicKey, Sequence,
        Signature, Tx, TxBody, Witness,
    };

    fn tx(actions: Vec<Action>, witness: Witness) -> u64 {
        let body = TxBody {
            version: tacit_types::tx::TX_VERSION,
            genesis_id: GenesisId([0; 32]),
            expiry: Height(1),
            gas_limit: Gas(1),
            max_fee_per_gas: Price(1),
            max_tip_per_gas: Price(1),
            authorization: Authorization::Account { public_key: PublicKey([0; 32]), sequence: Sequence(0) },
            actions: List::new(actions).unwrap(),
        };
        Tx { body, witness }.encode().len() as u64
    }

    fn widest() -> Action {
        let output = NoteOutput {
            commitment: FieldBytes([0; 32]),
            ephemeral_key: [0; 32],
            view_tag: 0,
            ciphertext: NoteCiphertext([0; NOTE_CIPHERTEXT_BYTES]),
            outgoing: OutgoingCiphertext([0; OUTGOING_CIPHERTEXT_BYTES]),
        };
        Action::JoinSplit(Box::new(JoinSplit {
            anchor: FieldBytes([0; 32]),
            nullifiers: Nullifiers::Eight([FieldBytes([0; 32]); 8]),
            outputs: [output.clone(), output],
            public_value: PublicValue::Out { asset: AssetId::NATIVE, amount: Amount(1) },
            spend_key: SpendKeyBytes([0; 32]),
            memo: MemoCiphertext([0; MEMO_CIPHERTEXT_BYTES]),
        }))
    }

    #[test]
    fn the_gas_of_each_part_is_what_the_specification_tells_other_wallets() {
        assert_eq!((BASE, JOIN_SPLIT, JOIN_SPLIT_WIDE, SWEEP), (35_000, 620_000, 690_000, 15_000));
    }

    #[test]
    fn every_part_fits_into_the_room_that_is_paid_for_its_bytes() {
        let signatures = List::new(vec![IndexedSignature { key_index: 0, signature: Signature([0; 64]) }]).unwrap();
        let empty = tx(Vec::new(), Witness::default());
        assert!(tx(Vec::new(), Witness { signatures, ..Witness::default() }) <= BODY_BYTES);
        let witness = Witness {
            proofs: List::new(vec![ProofBytes([0; 128])]).unwrap(),
            spend_signatures: List::new(vec![SpendSignature([0; 64])]).unwrap(),
            ..Witness::default()
        };
        assert!(tx(vec![widest()], witness) - empty <= JOIN_SPLIT_BYTES);
        let sweep = Action::Sweep(Sweep { asset: AssetId::NATIVE, to: Address([0; 32]) });
        assert!(tx(vec![sweep], Witness::default()) - empty <= SWEEP_BYTES);
    }

    proptest! {
        #[test]
        fn prices_have_three_significant_bits_and_cover_a_base_fee_that_climbs_by_a_quarter(base in 0u64..1 << 60) {
            let price = price_step(Price(base)).0;
            prop_assert!(price >= base + base.div_ceil(4) && price >= 1);
            prop_assert!(price <= (base + base.div_ceil(4)).max(1) / 4 * 5 + 1);
            prop_assert!(64 - price.leading_zeros() - price.trailing_zeros() <= 3);
        }

        #[test]
        fn an_expiry_is_a_multiple_of_a_hundred_and_not_too_early(height in 0u64..1 << 50, lifetime in 1u64..10_000) {
            let expiry = expiry_step(Height(height), lifetime).0;
            prop_assert!(expiry.is_multiple_of(100) && expiry >= height + lifetime && expiry < height + lifetime + 100);
        }
    }
}
