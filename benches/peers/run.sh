#!/bin/sh
# Measures Tacit beside its peers and prints one table.
#
#   benches/peers/run.sh [--json]
#
# It fetches OpenZeppelin's contracts and binaryen from npm, builds cw20-base from crates.io for wasm, and builds the bench;
# all of that goes under the target folder, nothing into the checkout. The wasm toolchain is looked for as in contracts/build.sh:
# a rustup toolchain with wasm32-unknown-unknown, or Debian's rustc with the standard library's source.
set -eu
cd "$(dirname "$0")"
target_dir=${TACIT_TARGET_DIR:-$HOME/.cache/tacit/target}/peers
unset CARGO_UNSTABLE_FEATURE_UNIFICATION CARGO_RESOLVER_FEATURE_UNIFICATION || true
export CARGO_TARGET_DIR="$target_dir"
cargo=${CARGO:-cargo}
mkdir -p "$target_dir"

# fetch PACKAGE VERSION SHA512 FOLDER: a package from npm, once.
fetch() (
    [ ! -d "$target_dir/$4" ] || exit 0
    command -v npm >/dev/null || { echo "run.sh: npm is needed once, to fetch $1" >&2; exit 3; }
    cd "$target_dir"
    archive=$(npm pack --silent "$1@$2")
    echo "$3  $archive" | sha512sum --check --quiet
    rm -rf "$4.part"
    mkdir "$4.part"
    tar -xzf "$archive" -C "$4.part"
    mv "$4.part" "$4"
    rm "$archive"
)
# OpenZeppelin's ERC-20 as its authors compiled it (MIT), and the optimiser that cw20-base is published with (Apache-2.0).
fetch @openzeppelin/contracts 4.9.6 c5299ecd2ba92fecbd5641d92460e8081a669c1da880cd7771c6980d6a894df4b775bb879208eec0315499a15ab8109ba1030607f4b952a525db2e785fdf4198 openzeppelin-4.9.6
fetch binaryen 122.0.0 5cebe3bee72ad387b9516d1cba8884657e30c737a9b85eeaf2ccf6e09b5a5e5b6a8e00aa40e6473d702ae636bf78b96317fa2b59899ac6e5a2be9a7ba5a55409 binaryen-122.0.0
erc20=$target_dir/openzeppelin-4.9.6/package/build/contracts/ERC20PresetFixedSupply.json

# cw20-base, for the instructions that cosmwasm-vm accepts.
target=wasm32-unknown-unknown
build_cw20() (
    cd cw20
    rustup_rustc=$(rustup which rustc 2>/dev/null || command -v rustc || true)
    debian_rustc=${TACIT_WASM_RUSTC:-/usr/bin/rustc}
    # The host functions stay imports; newer instructions would be refused.
    flags="-C link-arg=-s -C link-arg=--allow-undefined -C target-cpu=mvp -C target-feature=+sign-ext,+mutable-globals"
    if [ -n "$rustup_rustc" ] && [ -d "$("$rustup_rustc" --print sysroot)/lib/rustlib/$target" ]; then
        RUSTC=$rustup_rustc
        build_std=
    elif [ -x "$debian_rustc" ] && [ -f "$("$debian_rustc" --print sysroot)/lib/rustlib/src/rust/library/std/Cargo.toml" ]; then
        RUSTC=$debian_rustc
        build_std="-Z build-std=std,panic_abort"
        export RUSTC_BOOTSTRAP=1
        linker=$(command -v wasm-ld || ls /usr/bin/wasm-ld-* 2>/dev/null | sort -V | tail -n 1 || true)
        [ -n "$linker" ] || { echo "run.sh: no wasm linker; run: apt-get install lld" >&2; exit 3; }
        export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$linker"
    else
        echo "run.sh: no toolchain for $target. Run one of" >&2
        echo "    rustup target add $target" >&2
        echo "    apt-get install rustc-web rust-web-src lld" >&2
        exit 3
    fi
    export RUSTC CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$flags"
    # shellcheck disable=SC2086 # build_std is two words or none.
    "$cargo" build --quiet --release --locked --target $target $build_std
)
build_cw20
# rustup's standard library uses instructions that the peer's engine refuses: they are made of older ones.
cw20=$target_dir/cw20.wasm
node "$target_dir/binaryen-122.0.0/package/bin/wasm-opt" -Os --enable-sign-ext --enable-mutable-globals \
    --enable-bulk-memory --enable-bulk-memory-opt --enable-nontrapping-float-to-int \
    --llvm-memory-copy-fill-lowering --llvm-nontrapping-fptoint-lowering \
    "$target_dir/$target/release/tacit_peers_cw20.wasm" -o "$cw20"

"$cargo" build --quiet --release --locked
exec "$target_dir/release/tacit-peers" "$cw20" "$erc20" ../../contracts/artifacts "$(date -u +%F)" "$@"
