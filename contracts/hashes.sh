#!/bin/sh
# Prints the lines of HASHES for the modules in artifacts/: `./hashes.sh > HASHES` after `./build.sh`.
# The hash is the chain's code hash; `tacit contract check` prints it.
set -eu
cd "$(dirname "$0")"
tacit=${TACIT_BIN:-${TACIT_TARGET_DIR:-$HOME/.cache/tacit/target}/release/tacit}
for module in artifacts/*.wasm; do
    printf '%s %s\n' "$("$tacit" contract check "$module" --json | sed -n 's/.*"code_hash": *"\([^"]*\)".*/\1/p')" "$(basename "$module")"
done
