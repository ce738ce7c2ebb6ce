//! Mistakes that must not compile, with what the compiler says.

#[test]
fn mistakes_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
