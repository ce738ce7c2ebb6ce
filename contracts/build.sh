#!/bin/sh
# Builds every contract of this workspace for wasm and puts the modules into a folder.
#
#   ./build.sh [OUT]      OUT defaults to artifacts/, whose files and hashes are committed
#
# It takes the rustc that TACIT_WASM_RUSTC names, or else the first of these that can: a rustup toolchain with the target
# wasm32v1-none, what tests/setup.sh unpacked into ~/.cache/tacit/wasm-rust, Debian's rustc with the standard library's
# source (packages rustc-web, rust-web-src, lld). If there is none, it exits with 3 and says what to install.
set -eu
cd "$(dirname "$0")"
out=${1:-artifacts}
target=wasm32v1-none
target_dir=${CARGO_TARGET_DIR:-${TACIT_TARGET_DIR:-$HOME/.cache/tacit/target}}/contracts
mkdir -p "$target_dir"
target_dir=$(cd "$target_dir" && pwd -P)
cargo=${CARGO:-cargo}
# Settings of whoever builds must not steer it. `tacit contract build` leaves the same ones out.
for name in $(env | sed -n 's/^\(CARGO_PROFILE_[A-Z_]*\)=.*/\1/p') RUSTC CARGO_TARGET_WASM32V1_NONE_LINKER; do
    unset "$name"
done

# Whether a compiler has the target ready; whether it has the core library's source.
has_target() { [ -n "$1" ] && [ -d "$("$1" --print sysroot 2>/dev/null)/lib/rustlib/$target" ]; }
has_source() { [ -f "$("$1" --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/core/Cargo.toml" ]; }

rustup_rustc=$(rustup which rustc 2>/dev/null || command -v rustc || true)
rustc=
if [ -n "${TACIT_WASM_RUSTC:-}" ]; then
    if has_target "$TACIT_WASM_RUSTC" || has_source "$TACIT_WASM_RUSTC"; then rustc=$TACIT_WASM_RUSTC; fi
elif has_target "$rustup_rustc"; then
    rustc=$rustup_rustc
else
    for candidate in "$HOME/.cache/tacit/wasm-rust/rustc" /usr/bin/rustc; do
        if has_target "$candidate" || has_source "$candidate"; then rustc=$candidate; break; fi
    done
fi
if [ -z "$rustc" ]; then
    echo "build.sh: no toolchain for $target${TACIT_WASM_RUSTC:+ at TACIT_WASM_RUSTC=$TACIT_WASM_RUSTC}. Run one of" >&2
    echo "    rustup target add $target" >&2
    echo "    apt-get install rustc-web rust-web-src lld" >&2
    exit 3
fi
build_std=
if ! has_target "$rustc"; then
    build_std="-Z build-std=core"
    export RUSTC_BOOTSTRAP=1
    linker=$(command -v wasm-ld || ls "$HOME/.cache/tacit/wasm-rust/wasm-ld" 2>/dev/null || ls /usr/bin/wasm-ld-* 2>/dev/null | sort -V | tail -n 1 || true)
    if [ -z "$linker" ]; then
        echo "build.sh: no wasm linker; run: apt-get install lld" >&2
        exit 3
    fi
    export CARGO_TARGET_WASM32V1_NONE_LINKER="$linker"
fi

# No path of this machine may get into a module: the same source gives the same bytes everywhere. `rustc.sh` sees to the
# packages; these are the other folders. What cargo knows of flags from elsewhere is not asked when they are given this way.
separator=$(printf '\037')
flags="-C${separator}link-arg=-zstack-size=65536"
flags="$flags${separator}-C${separator}target-feature=+bulk-memory,+sign-ext,+mutable-globals"
hide() { flags="$flags${separator}--remap-path-prefix=$1=$2"; }
hide "$(pwd -P)" contracts
# A compiler without the library's source has no path of it to hide.
library=$("$rustc" --print sysroot)/lib/rustlib/src/rust/library
if real=$(readlink -f "$library") && [ -d "$real" ]; then
    hide "$library" library
    hide "$real" library
fi
hide "$target_dir" target
export RUSTC="$rustc" CARGO_ENCODED_RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target_dir" CARGO_INCREMENTAL=0
export RUSTC_WRAPPER="$(pwd -P)/rustc.sh" RUSTC_WORKSPACE_WRAPPER=

# shellcheck disable=SC2086 # build_std is two words or none.
"$cargo" build --quiet --release --locked --target $target $build_std --workspace
mkdir -p "$out"
for module in "$target_dir/$target/release"/*.wasm; do
    name=$(basename "$module")
    cp "$module" "$out/${name#tacit_}"
    chmod 644 "$out/${name#tacit_}"
done
"$rustc" --version > "$out/TOOLCHAIN"
