#!/bin/sh
# Builds every contract of this workspace for wasm and puts the modules into a folder.
#
#   ./build.sh [OUT]      OUT defaults to artifacts/, whose files and hashes are committed
#
# It looks for a toolchain by itself: first a rustup toolchain with the target wasm32v1-none, then Debian's
# rustc with the standard library's source (packages rustc-web, rust-web-src, lld; TACIT_WASM_RUSTC says where
# that rustc is when it is not in /usr/bin). If there is neither, it exits with 3 and says what to install.
set -eu
cd "$(dirname "$0")"
out=${1:-artifacts}
target=wasm32v1-none
target_dir=${CARGO_TARGET_DIR:-${TACIT_TARGET_DIR:-$HOME/.cache/tacit/target}}/contracts
cargo=${CARGO:-cargo}
unset CARGO_ENCODED_RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTC || true

rustup_rustc=$(rustup which rustc 2>/dev/null || command -v rustc || true)
debian_rustc=${TACIT_WASM_RUSTC:-/usr/bin/rustc}
if [ -n "$rustup_rustc" ] && [ -d "$("$rustup_rustc" --print sysroot)/lib/rustlib/$target" ]; then
    rustc=$rustup_rustc
    build_std=
elif [ -x "$debian_rustc" ] && [ -f "$("$debian_rustc" --print sysroot)/lib/rustlib/src/rust/library/core/Cargo.toml" ]; then
    rustc=$debian_rustc
    build_std="-Z build-std=core"
    export RUSTC_BOOTSTRAP=1
    linker=$(command -v wasm-ld || ls /usr/bin/wasm-ld-* 2>/dev/null | sort -V | tail -n 1 || true)
    if [ -z "$linker" ]; then
        echo "build.sh: no wasm linker; run: apt-get install lld" >&2
        exit 3
    fi
    export CARGO_TARGET_WASM32V1_NONE_LINKER="$linker"
else
    echo "build.sh: no toolchain for $target. Run one of" >&2
    echo "    rustup target add $target" >&2
    echo "    apt-get install rustc-web rust-web-src lld" >&2
    exit 3
fi

# No path of this machine may get into a module: the same source gives the same bytes everywhere.
library=$("$rustc" --print sysroot)/lib/rustlib/src/rust/library
flags="-C link-arg=-zstack-size=65536 -C target-feature=+bulk-memory,+sign-ext,+mutable-globals"
flags="$flags --remap-path-prefix=$(pwd)=contracts --remap-path-prefix=$(cd ../runtime && pwd)=runtime"
flags="$flags --remap-path-prefix=$library=library --remap-path-prefix=$(readlink -f "$library")=library"
flags="$flags --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
export RUSTC="$rustc" CARGO_TARGET_WASM32V1_NONE_RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target_dir"

# shellcheck disable=SC2086 # build_std is two words or none.
"$cargo" build --quiet --release --locked --target $target $build_std --workspace
mkdir -p "$out"
for module in "$target_dir/$target/release"/*.wasm; do
    name=$(basename "$module")
    cp "$module" "$out/${name#tacit_}"
    chmod 644 "$out/${name#tacit_}"
done
"$rustc" --version > "$out/TOOLCHAIN"
