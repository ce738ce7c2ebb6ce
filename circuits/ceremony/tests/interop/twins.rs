//! The statements written a second time in circom: both accept the honest assignments and refuse the same lies.

use crate::tools::{Tools, repository, tools};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::cell::RefCell;
use std::fmt::Write;
use std::path::Path;
use tacit_ceremony::{R1cs, Witness};
use tacit_circuits::Statement;
use tacit_circuits::testing::{ForgedSystem, Sample};

/// An honest assignment, or one with a lie about one to three of the circuit's own inputs; with our circuit's verdict.
fn case(statement: Statement, number: u64, rng: &mut ChaCha20Rng) -> String {
    let sample = Sample::new(statement, number).unwrap();
    let names = RefCell::new(Vec::new());
    ForgedSystem::with(&sample, |name, value| {
        names.borrow_mut().push(name.to_owned());
        value
    })
    .unwrap();
    let names = names.into_inner();
    let lies = if number.is_multiple_of(3) { 0 } else { 1 + rng.next_u32() % 3 };
    let pick = |rng: &mut ChaCha20Rng| names[rng.next_u32() as usize % names.len()].clone();
    let about: Vec<(String, u32, u64)> = (0..lies).map(|_| (pick(rng), rng.next_u32() % 8, rng.next_u64())).collect();
    let values = RefCell::new(Vec::new());
    let system = ForgedSystem::with(&sample, |name, honest| {
        let told = about.iter().filter(|(lie, _, _)| lie == name).fold(honest, |value, (_, kind, random)| match kind {
            0 => value + Fr::ONE,
            1 => value - Fr::ONE,
            2 => -value,
            3 => Fr::ZERO,
            4 => Fr::ONE,
            5 => value + Fr::from(2u8).pow([128]),
            6 => Fr::from(*random).pow([5]),
            _ => Fr::from(*random),
        });
        values.borrow_mut().push((name.to_owned(), told));
        told
    })
    .unwrap();
    let accept = system.broken().is_empty();
    assert!(accept || lies > 0, "an honest assignment is refused by our own circuit");
    let mut line = format!("{{\"accept\":{accept},\"values\":{{");
    for (index, (name, value)) in values.into_inner().iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(line, "{comma}\"{name}\":\"{}\"", value.into_bigint()).unwrap();
    }
    line + "}}\n"
}

fn compare(tools: &Tools, statement: Statement, count: u64) {
    let name = statement.name();
    let folder = tempfile::tempdir().unwrap();
    tools.compile(folder.path(), name);
    let seed = 20_261_121;
    println!("seed {seed}");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let cases: String = (0..count).map(|number| case(statement, number, &mut rng)).collect();
    let refused = cases.matches("\"accept\":false").count() as u64;
    assert!(refused >= count / 3 && refused <= count * 2 / 3, "{refused} of {count} are lies that are noticed");
    let path = folder.path().join("cases");
    std::fs::write(&path, cases).unwrap();
    let script = repository().join("tests/interop/circom/twin.cjs");
    let (agreed, text) = tools.node(folder.path(), &script, &[".", name, path.to_str().unwrap()]);
    assert!(agreed, "{text}");
    assert!(text.contains(&format!("{count} of {count} agreed")), "{text}");
    its_files_are_read(folder.path(), statement);
}

/// circom's own files: its constraints and its witness of the first, honest case.
fn its_files_are_read(folder: &Path, statement: Statement) {
    let read = |extension: &str| std::fs::read(folder.join(format!("{}.{extension}", statement.name()))).unwrap();
    let r1cs = R1cs::from_bytes(&read("r1cs")).unwrap();
    assert_eq!(r1cs.public(), statement.input_count());
    // circom writes the same sections in another order.
    assert_eq!(r1cs.to_bytes().unwrap().len(), read("r1cs").len());
    assert!(R1cs::from_bytes(&r1cs.to_bytes().unwrap()).unwrap() == r1cs);
    let witness = Witness::from_bytes(&read("wtns")).unwrap();
    assert_eq!(witness.values().len(), r1cs.wires());
    assert_eq!(r1cs.broken_by(witness.values()), None);
    let ours = R1cs::of_statement(statement).unwrap();
    let (theirs, own) = (r1cs.constraints().len(), ours.constraints().len());
    // The twin of transfer multiplies the generator in the plainest way.
    assert!(own.abs_diff(theirs) * 7 <= own, "{statement}: {own} constraints here, {theirs} in circom");
}

#[test]
fn the_twin_of_range_agrees_on_a_thousand_assignments() {
    let Some(tools) = tools() else { return };
    compare(tools, Statement::Range, 1000);
}

#[test]
fn the_twin_of_equality_agrees_on_a_thousand_assignments() {
    let Some(tools) = tools() else { return };
    compare(tools, Statement::Equality, 1000);
}

#[test]
fn the_twin_of_membership_agrees_on_a_hundred_assignments() {
    let Some(tools) = tools() else { return };
    compare(tools, Statement::Membership, 100);
}

#[test]
fn the_twin_of_transfer_agrees_on_thirty_assignments() {
    let Some(tools) = tools() else { return };
    compare(tools, Statement::Transfer2x2, 30);
}

mod long {
    use super::*;

    #[test]
    fn the_twin_of_transfer_agrees_on_a_thousand_assignments() {
        let Some(tools) = tools() else { return };
        compare(tools, Statement::Transfer2x2, 1000);
    }

    #[test]
    fn the_twin_of_membership_agrees_on_a_thousand_assignments() {
        let Some(tools) = tools() else { return };
        compare(tools, Statement::Membership, 1000);
    }
}
