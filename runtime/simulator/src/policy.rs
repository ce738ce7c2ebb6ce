//! What a contract's policy lets somebody do: announce new code and change to it, stop a contract and let it go on; and
//! verifying keys for contracts that check proofs. All of it is the chain's own: who may, and when, is decided there.

use crate::chain::Chain;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::step::input_bytes;
use borsh::BorshSerialize;
use tacit_types::contract::{ContractPause, ContractUnpause, ContractUpgrade, KeyRegister, UpgradeAnnounce};
use tacit_types::{Action, Address, Bytes, CodeHash, KeyId, limits};

impl Chain {
    /// Announces deployed code for a contract, whose `migrate` will get `args`: for the admin of an [`crate::UpgradePolicy::Timelocked`].
    ///
    /// ```
    /// # use tacit_simulator::{Chain, ContractPolicy, InstantiateOptions, UpgradePolicy};
    /// # let artifact = |name: &str| std::fs::read(format!("{}/../../contracts/artifacts/{name}.wasm", env!("CARGO_MANIFEST_DIR")));
    /// # let mut chain = Chain::new();
    /// # let admin = chain.account("admin");
    /// # let [old, new] = ["tariff", "tariff_next"].map(|name| chain.deploy(&artifact(name).unwrap()).unwrap());
    /// # use tacit_simulator::Amount;
    /// let day = 24 * 3_600_000;
    /// let policy = ContractPolicy { upgrade: UpgradePolicy::Timelocked { admin, delay_ms: day }, pause: None };
    /// let options = InstantiateOptions::new().policy(policy);
    /// let contract = chain.instantiate_with(admin, old, &(admin, Amount(5)), options).unwrap();
    /// chain.announce(admin, contract, new, &(Amount(1),)).ok();
    /// chain.warp(day);
    /// chain.upgrade(admin, contract).ok();
    /// assert_eq!(chain.code_of(contract), Some(new));
    /// ```
    ///
    /// # Panics
    /// When `from` has no key and nobody pranked.
    #[track_caller]
    pub fn announce(
        &mut self,
        from: Address,
        contract: Address,
        code_hash: CodeHash,
        args: &(impl BorshSerialize + ?Sized),
    ) -> Outcome {
        let input = input_bytes(crate::encode(args));
        let action = Action::UpgradeAnnounce(UpgradeAnnounce { contract, code_hash, input });
        let what = format!("announcement of {} for {}", self.now.names.code(&code_hash), self.named(&contract));
        self.act(from, action, &what)
    }

    /// Changes a contract to its announced code and runs `migrate` of that with what was announced.
    ///
    /// # Panics
    /// When `from` has no key and nobody pranked.
    #[track_caller]
    pub fn upgrade(&mut self, from: Address, contract: Address) -> Outcome {
        let what = format!("upgrade of {}", self.named(&contract));
        self.act(from, Action::ContractUpgrade(ContractUpgrade { contract }), &what)
    }

    /// Stops a contract for this many milliseconds: for its pauser.
    ///
    /// # Panics
    /// When `from` has no key and nobody pranked.
    #[track_caller]
    pub fn pause(&mut self, from: Address, contract: Address, milliseconds: u64) -> Outcome {
        let action = Action::ContractPause(ContractPause { contract, duration_ms: milliseconds });
        let what = format!("pause of {}", self.named(&contract));
        self.act(from, action, &what)
    }

    /// Lets a stopped contract go on: for its unpauser.
    ///
    /// # Panics
    /// When `from` has no key and nobody pranked.
    #[track_caller]
    pub fn unpause(&mut self, from: Address, contract: Address) -> Outcome {
        let what = format!("end of the pause of {}", self.named(&contract));
        self.act(from, Action::ContractUnpause(ContractUnpause { contract }), &what)
    }

    /// Registers a Groth16 verifying key, laid out as `docs/spec/host-proofs.md` says, and gives the id by which contracts
    /// name it.
    ///
    /// # Errors
    /// [`Failure::Rejected`] with [`tacit_types::RejectCode::KeyInvalid`] and what is wrong with the key.
    ///
    /// # Panics
    /// When the key is longer than a transaction carries, or `from` has no key and nobody pranked.
    #[track_caller]
    pub fn register_key(&mut self, from: Address, key: &[u8]) -> Result<KeyId, Failure> {
        let id = KeyId::of(&[key]);
        let Ok(key) = Bytes::new(key.to_vec()) else {
            panic!("the key has {} bytes, a transaction holds at most {}", key.len(), limits::VERIFYING_KEY_BYTES_MAX)
        };
        self.act(from, Action::KeyRegister(KeyRegister { key }), "registration of a key").result.map(|_| id)
    }

    /// A transaction of one action, with what it does in words.
    #[track_caller]
    fn act(&mut self, from: Address, action: Action, what: &str) -> Outcome {
        let prank = self.now.pranked.take();
        let pending = self.pending(from, prank, vec![action], what);
        self.run_one(pending)
    }
}
