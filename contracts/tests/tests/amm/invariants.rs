//! What always holds of a pool, as named predicates. They are those that Uniswap's second version is known by, and the
//! pool's own.

use crate::world::World;
use tacit_contract_tests::twin::Memory;
use tacit_simulator::{Address, Chain};

/// What the last step left: product of the reserves, supply of shares, price sums, time.
pub type Seen = (u128, u128, [[u8; 32]; 2], u64);

fn says(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

/// Registers all of them. Reserves must be small enough that the square of a product fits into 128 bits.
pub fn register(chain: &mut Chain, world: World) -> Memory<Seen> {
    let memory = Memory::default();
    chain.invariant("the pool's balances cover its books", move |chain| {
        let (held, books) = (world.held(chain, world.pool), world.books(chain));
        says(
            books.is_retired
                || (0..2).all(|side| {
                    let book = &books.books[side];
                    held[side] >= book.reserve + book.fees + book.credits
                }),
            || format!("{held:?} is held for {books:?}"),
        )
    });
    chain.invariant("the shares add up to the supply", move |chain| {
        let holders = [world.alice, world.bob, world.carol, world.treasury, Address([0; 32])];
        let sum: u128 = holders.iter().map(|holder| world.shares(chain, *holder)).sum();
        let supply = world.supply(chain);
        says(sum == supply, || format!("{sum} of {supply}"))
    });
    chain.invariant("the least shares are locked for ever once there are any", move |chain| {
        let (locked, supply) = (world.shares(chain, Address([0; 32])), world.supply(chain));
        says(locked == if supply == 0 { 0 } else { 1_000 }, || format!("{locked} of {supply}"))
    });
    chain.invariant("reserves are nothing or both something", move |chain| {
        let ((first, second), supply) = (world.reserves(chain), world.supply(chain));
        let is_started = supply > 0;
        says((first > 0, second > 0) == (is_started, is_started), || format!("{first} and {second} for {supply}"))
    });
    chain.invariant("shares are never more than the geometric mean of the reserves", move |chain| {
        let (product, supply) = (world.product(chain), world.supply(chain));
        says(supply * supply <= product, || format!("{supply} squared is above {product}"))
    });
    chain.invariant("credits add up to what the books owe", move |chain| {
        let books = world.books(chain);
        let owed = |side: usize| -> u128 {
            let credit =
                |who: Address| chain.view::<u128>(world.pool, "credit_of", &(who, world.tokens[side])).unwrap();
            world.people().iter().map(|who| credit(*who)).sum()
        };
        says((0..2).all(|side| owed(side) == books.books[side].credits), || format!("{books:?}"))
    });
    let before = memory.clone();
    chain.invariant("the product per squared share never falls, prices and time never go back", move |chain| {
        let (product, supply, books) = (world.product(chain), world.supply(chain), world.books(chain));
        let sums = [0, 1].map(|side: usize| {
            let mut sum = books.books[side].price_sum;
            sum.reverse();
            sum
        });
        let Some((was, had, old_sums, updated)) = before.replace((product, supply, sums, books.updated)) else {
            return Ok(());
        };
        // product / supply^2, without dividing; an empty pool has none.
        let grew = had == 0 || product * had * had >= was * supply * supply;
        let forward = sums[0] >= old_sums[0] && sums[1] >= old_sums[1] && books.updated >= updated;
        says(grew && forward, || format!("{product} for {supply} after {was} for {had}; {books:?}"))
    });
    memory
}
