//! What people call: calls that make sense, values of the right types, and bytes that mean nothing.

use super::{Chance, Deployed, Economy, GAS, HOUR_MS, LIFETIME, PRICE, TOO_LITTLE_GAS, hex, now_ms};
use serde_json::{Value, json};
use tacit_types::{Address, Amount, Height, Price};
use tacit_wallet::TxBuilder;
use tacit_wallet::contract::{Field, Function, Kind, Spec, Type};

/// A call: the contract, its function, the input, and the money that goes along.
type Call<'e> = (&'e Deployed, String, Vec<u8>, u128);

impl Economy {
    /// Some call by a person; nothing where a random value fits no type.
    pub(super) fn call(&self, person: usize, chance: &mut Chance) -> Option<(&'static str, TxBuilder)> {
        let limit = if chance.below(20) == 0 { TOO_LITTLE_GAS } else { GAS };
        let builder = TxBuilder::new(self.chain.genesis_id)
            .expiry(Height(self.chain.height.0 + LIFETIME))
            .price(PRICE, Price(1))
            .gas_limit(limit);
        let (contract, function, input, value) = match chance.below(10) {
            0 => self.nonsense(chance),
            1..=5 => self.sensible(person, chance)?,
            _ => self.random(chance)?,
        };
        Some((contract.name, builder.call(contract.address, &function, input, Amount(value)).ok()?))
    }

    fn nonsense(&self, chance: &mut Chance) -> Call<'_> {
        let contract = chance.one_of(&self.contracts);
        let names: Vec<&str> = contract.spec.functions.iter().map(|function| function.name.as_str()).collect();
        let function = if chance.below(3) == 0 { "memory" } else { chance.one_of(&names) };
        let count = usize::try_from(chance.below(96)).unwrap();
        (contract, function.to_owned(), chance.bytes(count), u128::from(chance.below(2)))
    }

    /// Any function with values of its types.
    fn random(&self, chance: &mut Chance) -> Option<Call<'_>> {
        let contract = chance.one_of(&self.contracts);
        let functions: Vec<&Function> =
            contract.spec.functions.iter().filter(|function| function.kind == Kind::Call).collect();
        let function = chance.one_of(&functions);
        let mut input = Vec::new();
        for field in &function.arguments {
            let value = self.value(&contract.spec, &field.kind, chance);
            input.extend(contract.spec.encode(&field.kind, &value, self.names()).ok()?);
        }
        let value = if function.payable { u128::from(chance.below(1_000_000)) } else { 0 };
        Some((contract, function.name.clone(), input, value))
    }

    /// A value of a type, as JSON.
    fn value(&self, spec: &Spec, kind: &Type, chance: &mut Chance) -> Value {
        let mut number = |bits: u32| match chance.below(10) {
            0 if bits < 64 => chance.below(1 << bits),
            0 => chance.below(u64::MAX),
            1..=5 => chance.below(8),
            _ => chance.below(if bits < 20 { 1 << bits } else { 1_000_000 }),
        };
        match kind {
            Type::Bool => json!(chance.below(2) == 0),
            Type::Unsigned(bytes) => json!(number(8 * u32::try_from(*bytes).unwrap()).to_string()),
            Type::U256 | Type::Units(_) => json!(number(128).to_string()),
            Type::Rate => json!(format!("0.{:02}", chance.below(100))),
            Type::Timestamp => json!((now_ms() + chance.below(2 * HOUR_MS)).saturating_sub(HOUR_MS / 4).to_string()),
            Type::Duration => json!(chance.below(2 * HOUR_MS).to_string()),
            Type::Height => json!((self.chain.height.0 + chance.below(20)).to_string()),
            Type::Address => json!(hex(&self.somebody(chance).0)),
            Type::AssetId => json!("native"),
            Type::Array(length) => json!(hex(&chance.bytes(*length))),
            Type::Bytes(most) => {
                let length = chance.below(64.min(*most as u64 + 1));
                json!(hex(&chance.bytes(usize::try_from(length).unwrap())))
            }
            Type::Text(most) => {
                let text = *chance.one_of(&["", "transfer", "x", "balance_of", "a longer text of this and that"]);
                json!(text.get(..text.len().min(*most)).unwrap_or_default())
            }
            Type::List(inner, most) => {
                let count = chance.below(4.min(*most as u64 + 1));
                (0..count).map(|_| self.value(spec, inner, chance)).collect()
            }
            Type::Option(_) if chance.below(2) == 0 => Value::Null,
            Type::Option(inner) => self.value(spec, inner, chance),
            Type::Tuple(parts) => parts.iter().map(|part| self.value(spec, part, chance)).collect(),
            Type::Declared(name) => match (spec.structs.get(name), spec.enums.get(name)) {
                (Some(fields), _) => self.fields(spec, fields, chance),
                (None, Some(cases)) => {
                    let case = chance.one_of(cases);
                    match case.fields.is_empty() {
                        true => json!(case.name),
                        false => json!({ case.name.as_str(): self.fields(spec, &case.fields, chance) }),
                    }
                }
                (None, None) => Value::Null,
            },
        }
    }

    fn fields(&self, spec: &Spec, fields: &[Field], chance: &mut Chance) -> Value {
        let is_tuple = fields.iter().all(|field| field.name.bytes().all(|byte| byte.is_ascii_digit()));
        if is_tuple {
            return fields.iter().map(|field| self.value(spec, &field.kind, chance)).collect();
        }
        let named = fields.iter().map(|field| (field.name.clone(), self.value(spec, &field.kind, chance)));
        Value::Object(named.collect())
    }

    fn somebody(&self, chance: &mut Chance) -> Address {
        match chance.below(10) {
            0..=5 => chance.one_of(&self.people).address,
            6..=8 => chance.one_of(&self.contracts).address,
            _ => *chance.one_of(&self.strangers),
        }
    }

    /// A call that makes sense, though it may come at the wrong time.
    fn sensible(&self, person: usize, chance: &mut Chance) -> Option<Call<'_>> {
        let (other, small) = (format!("p{}", chance.below(self.people.len() as u64)), 1 + chance.below(1_000));
        let (me, later) = (format!("p{person}"), now_ms() + HOUR_MS);
        let id = chance.below(12);
        let terms = json!({ "beneficiary": other, "start": now_ms().to_string(), "cliff": now_ms().to_string(),
            "end": later.to_string(), "revocable": true });
        let pay = json!({ "Transfer": { "to": other, "amount": "1" } });
        let recipes: Vec<(&str, &str, String, u128)> = vec![
            ("token", "transfer", format!("{other}|{small}"), 0),
            ("token", "transfer_from", format!("{other}|{me}|{small}"), 0),
            ("token_plus", "transfer", format!("{other}|{small}"), 0),
            ("token_plus", "delegate", other.clone(), 0),
            ("token_plus", "mint", format!("{other}|{small}"), 0),
            ("amm", "deposit", format!("{}|{}|0|{me}|{later}", small * 1_000, small * 1_000), 0),
            ("amm", "swap_exact_in", format!("token|{small}|0|{me}|{later}"), 0),
            ("amm", "swap_exact_in", format!("token_plus|{small}|0|{me}|{later}"), 0),
            ("amm", "withdraw", format!("{small}|0|0|{me}|{later}"), 0),
            ("amm", "transfer", format!("{other}|1"), 0),
            ("nft", "mint", format!("{other}|a thing|{other}|0.05"), 0),
            ("nft", "set_operator", "market|true".into(), 0),
            ("nft", "transfer", format!("{other}|{id}"), 0),
            ("market", "list", format!("nft|{id}|{small}|{later}"), 0),
            ("market", "offer", format!("nft|{id}|{later}|null"), u128::from(small)),
            ("market", "accept", id.to_string(), 0),
            ("market", "withdraw", me.clone(), 0),
            ("vesting", "grant", terms.to_string(), 10_000 + u128::from(small)),
            ("vesting", "claim", id.to_string(), 0),
            ("staking", "stake", "0".into(), 1_000_000 + u128::from(small)),
            ("staking", "request_unstake", format!("{}|0", 1_000 * small), 0),
            ("staking", "claim_rewards", String::new(), 0),
            ("multisig", "deposit", String::new(), u128::from(small)),
            ("multisig", "propose", format!("{pay}|{later}"), 0),
            ("multisig", "confirm", id.to_string(), 0),
            ("multisig", "execute", id.to_string(), 0),
            ("oracle", "report", format!("{}|{}|null", 1_000_000 + small, now_ms().saturating_sub(2_000)), 0),
            ("oracle", "update", String::new(), 0),
            ("governor", "propose", format!("[{}]|{}", action(&other), hex(&[7; 32])), 0),
            ("governor", "vote", format!("{id}|InFavour"), 0),
            ("timelock", "schedule", format!("[{}]|{}|2h", action(&other), hex(&chance.bytes(32))), 0),
            ("bridge", "grant_role", format!("16|{other}"), 0),
        ];
        let (name, function, arguments, value) = chance.one_of(&recipes);
        let contract = self.contract(name);
        let typed: Vec<String> = arguments.split('|').filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect();
        let encoded = contract.spec.encode_arguments(contract.spec.function(function).unwrap(), &typed, self.names());
        match encoded {
            Ok(input) => Some((contract, (*function).to_owned(), input, *value)),
            Err(error) => panic!("{name}.{function}({arguments}): {error}"),
        }
    }
}

/// A proposal's action that sends one base unit.
fn action(to: &str) -> Value {
    json!({ "target": to, "function": "", "input": "0x", "value": "1", "least_gas": 0 })
}
