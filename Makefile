# Every command a person needs. Each one sets up what it is missing, says so, and goes on where an earlier run stopped.
#
# Build results stand outside the checkout, in one folder for everything, under one optimised profile:
# TACIT_TARGET_DIR, by default ~/.cache/tacit/target.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build devnet demo test long arm interop lint lint-contracts fmt bench bench-peers doc clean

TACIT_TARGET_DIR ?= $(HOME)/.cache/tacit/target
export TACIT_TARGET_DIR
export CARGO_TARGET_DIR := $(TACIT_TARGET_DIR)
# rustup's own place, for shells that were started before it was installed.
export PATH := $(PATH):$(HOME)/.cargo/bin

TACIT := $(TACIT_TARGET_DIR)/release/tacit
# Passed on to the command: make devnet ARGS="--validators 7"
ARGS ?=
# Every workspace of the checkout.
WORKSPACES := . contracts benches/peers benches/peers/cw20 tests/fuzz

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup: ## installs what building needs (libclang, a C++ compiler, a target for contracts), where it is missing
	@tests/setup.sh

# The whole workspace and one example are named, so that cargo chooses the features, and with them the build results, of
# `make test`: an example brings the development dependencies in.
build: setup ## builds the binary `tacit`
	@echo "building tacit into $(TACIT) (the first time takes 10 to 25 minutes on two cores)"
	cargo build --locked --release --workspace --bins --example trie_speed

devnet: build ## starts four validators with prefunded accounts; Ctrl-C ends them all
	@exec "$(TACIT)" devnet $(ARGS)

demo: build ## transfers, proofs, contracts and a killed validator, against the running devnet or one of its own
	@exec tests/demo.sh $(ARGS)

test: setup interop ## all tests but the slow tier
	@tests/run-tests.sh $(ARGS)

long: setup ## the slow tier: module `long`, many minutes
	@tests/run-tests.sh --long $(ARGS)

arm: setup ## the VM's tests as machine code of 64-bit ARM, emulated where this machine is another
	@tests/arm.sh $(ARGS)

interop: ## the Python client's own tests: specification and vectors, no node
	@if command -v python3 >/dev/null; then python3 tests/interop/selftest.py; \
	else echo "python3 is not installed: the interop self-test is left out"; fi

lint: setup lint-contracts ## formatting, clippy without warnings, licences and bans where cargo-deny is installed
	@$(MAKE) --no-print-directory fmt ARGS=--check
	cargo clippy --locked --release --workspace --all-targets -- -D warnings
	@if cargo deny --version >/dev/null 2>&1; then cargo deny --offline check bans licenses sources; \
	else echo "cargo-deny is not installed: tests/tidy checks licences and owners, bans are left out"; fi

# Clippy sees code for wasm alone only where the compiler has that target.
lint-contracts: ## clippy over the contracts' workspace, which keeps their arithmetic checked: natively and for wasm
	cd contracts && CARGO_TARGET_DIR="$(TACIT_TARGET_DIR)/contracts-host" \
		cargo clippy --locked --release --workspace --all-targets -- -D warnings
	@if [ -d "$$(rustc --print sysroot)/lib/rustlib/wasm32v1-none" ]; then \
		cd contracts && CARGO_TARGET_DIR="$(TACIT_TARGET_DIR)/contracts-host" \
		cargo clippy --locked --release --workspace --target wasm32v1-none -- -D warnings; \
	else echo "the compiler has no target wasm32v1-none: code for wasm alone is left out"; fi

# No package has the sources that must not compile, so cargo does not know them.
fmt: ## formats all Rust files; with ARGS=--check it only says which are not
	@for workspace in $(WORKSPACES); do (cd $$workspace && cargo fmt --all $(ARGS)); done
	@rustfmt --edition 2024 $(ARGS) contracts/sdk/tests/refused/*.rs

bench: setup ## the benches; results under $TACIT_TARGET_DIR/criterion
	cargo bench --locked -p tacit-benches $(ARGS)

bench-peers: setup ## contract calls beside cosmwasm-vm and revm in one run; a build of its own (10 to 20 minutes)
	@benches/peers/run.sh $(ARGS)

doc: setup ## the documentation of our own crates
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --release --workspace --no-deps
	@echo "open $(TACIT_TARGET_DIR)/doc/tacit_types/index.html"

clean: ## removes all build results; the next build is a cold one
	rm -rf -- "$(TACIT_TARGET_DIR)"
