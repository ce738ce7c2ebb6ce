//! A collection that lies: it says who holds its only token as it pleases, and does what a test wants when it is moved.

use crate::*;

/// What the collection does instead of an honest one.
pub(crate) struct Liar {
    /// Who is to get royalties.
    pub(crate) royalty_to: Address,
    /// How much of them, whatever the price.
    pub(crate) royalty: u128,
    /// Runs before `owner_of` answers.
    pub(crate) before_owner: &'static str,
    /// Runs before `royalty_of` answers.
    pub(crate) before_royalty: &'static str,
    /// All of `transfer_from`, whose arguments lie at 1024; `$arrive` makes the receiver the holder.
    pub(crate) transfer: String,
    /// More of the module, such as data above 2047.
    pub(crate) more: String,
}

/// Fails as long as [`BROKEN`] is in the collection's storage.
pub(crate) const FAIL_IF_BROKEN: &str = "(if (i32.ge_s (call $get (i32.const 176) (i32.const 6) (i32.const 900)
    (i32.const 1)) (i32.const 0)) (then unreachable))";
pub(crate) const BROKEN: &[u8] = b"broken";

/// A transfer as it should be.
pub(crate) const HONEST: &str = "(call $arrive)";

impl Default for Liar {
    fn default() -> Self {
        Self {
            royalty_to: Address([0; 32]),
            royalty: 0,
            before_owner: "",
            before_royalty: "",
            transfer: HONEST.into(),
            more: String::new(),
        }
    }
}

impl Liar {
    /// Makes the collection; its token is Alice's.
    pub(crate) fn deploy(&self, world: &mut World) -> Address {
        let code = world.chain.deploy(&wat::parse_str(self.text(world)).unwrap()).unwrap();
        world.chain.instantiate(world.admin, code, &(world.who[0],)).unwrap()
    }

    fn text(&self, world: &World) -> String {
        let bytes = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\{byte:02x}")).collect::<String>();
        let royalty = [&self.royalty_to.0[..], &self.royalty.to_le_bytes()].concat();
        format!(
            r#"(module
    (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
    (import "v1" "return_data" (func $return_data (param i32 i32)))
    (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
    (import "v1" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
    (import "v1" "try_call" (func $try_call (param i32 i32 i32 i32 i32 i32 i64 i32) (result i32)))
    (import "v1" "static_call" (func $static_call (param i32 i32 i32 i32 i32 i64 i32) (result i32)))
    (import "v1" "defer_call" (func $defer (param i32 i32 i32 i32 i32 i32 i64) (result i32)))
    (import "v1" "revert" (func $revert (param i32 i32 i32)))
    (import "v1" "emit" (func $emit (param i32 i32 i32 i32) (result i32)))
    (memory 1)
    (data (i32.const 0) "{royalty}")
    (data (i32.const 64) "{market}")
    (data (i32.const 128) "owner")
    (data (i32.const 136) "seen")
    (data (i32.const 144) "withdraw")
    (data (i32.const 160) "settle")
    (data (i32.const 168) "owed")
    (data (i32.const 176) "broken")
    (func (export "init")
        (call $input_copy (i32.const 1056) (i32.const 0) (i32.const 32))
        (call $arrive))
    (func $arrive (drop (call $set (i32.const 128) (i32.const 5) (i32.const 1056) (i32.const 32))))
    (func (export "owner_of") {before_owner}
        (i32.store8 (i32.const 512) (i32.const 1))
        (drop (call $get (i32.const 128) (i32.const 5) (i32.const 513) (i32.const 32)))
        (call $return_data (i32.const 512) (i32.const 33)))
    (func (export "moves_of") (call $return_data (i32.const 600) (i32.const 8)))
    (func (export "royalty_of") {before}
        (call $return_data (i32.const 0) (i32.const 48)))
    (func (export "transfer_from")
        (call $input_copy (i32.const 1024) (i32.const 0) (i32.const 72))
        {transfer})
    {more})"#,
            royalty = bytes(&royalty),
            market = bytes(&world.market.0),
            before = self.before_royalty,
            before_owner = self.before_owner,
            transfer = self.transfer,
            more = self.more,
        )
    }
}

/// Puts a collection in place of the honest one, so that the helpers of the world act on it.
pub(crate) fn with_liar(liar: Liar) -> (World, Address) {
    let mut world = World::new();
    let honest = world.nft;
    world.nft = liar.deploy(&mut world);
    (world, honest)
}
