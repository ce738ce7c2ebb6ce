#!/bin/sh
# Runs the workspace's tests under the one release profile: with cargo-nextest where it is present, else with cargo test.
# Everything but the modules named `long`; with --long only those. Further arguments go to the runner.
set -eu

tier=quick
if [ "${1:-}" = --long ]; then
    tier=long
    shift
fi

cd "$(dirname "$0")/.."
# A test that cannot reach a terminal behaves the same at a desk and on a build machine.
exec </dev/null

# Scenarios run the real binary, which a test build alone does not make. The example brings the development dependencies
# in, so that cargo chooses the same features here and below and builds nothing twice.
cargo build --locked --release --workspace --bins --example trie_speed

# Tests that lie beside the SDK's and the contracts' own code run natively, in their workspace; no wasm toolchain is needed for
# them. tests/tidy sees to it that every package with a test is named.
if [ "$tier" = quick ]; then
    (cd contracts && CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/tacit/target}/contracts-host" \
        cargo test --locked --quiet --release -p tacit-sdk -p tacit-sdk-macros -p tacit-amm -p tacit-oracle)
fi

if cargo nextest --version >/dev/null 2>&1; then
    echo "tests: cargo nextest, tier $tier, target folder ${CARGO_TARGET_DIR:-target}"
    if [ "$tier" = long ]; then
        exec cargo nextest run --config-file tests/nextest.toml --profile long --locked --cargo-profile release \
            --workspace --ignore-default-filter -E 'test(/(^|::)long::/)' --run-ignored all "$@"
    fi
    exec cargo nextest run --config-file tests/nextest.toml --locked --cargo-profile release --workspace "$@"
fi
echo "tests: cargo test, tier $tier, target folder ${CARGO_TARGET_DIR:-target}"
if [ "$tier" = long ]; then
    exec cargo test --locked --release --workspace --lib --bins --tests "$@" -- long:: --include-ignored
fi
exec cargo test --locked --release --workspace --lib --bins --tests "$@" -- --skip long::
