#!/bin/sh
# Runs the tests of the VM as machine code of 64-bit ARM: what contracts gave on x86-64 is pinned in tests/vectors/contracts.json, so
# whatever differs between the processors fails. Then runs the same generated cases here and there and compares all they gave.
# Where this machine is another, qemu-user stands in for the processor (ten to thirty times slower).
#
#   tests/arm.sh [CASES]      4,000 unless told otherwise
#
# Wants the target's standard library (rustup), its C compiler and qemu-user, and says how to get them.
set -eu
cd "$(dirname "$0")/.."
cases=${1:-4000}
target=aarch64-unknown-linux-gnu
target_dir=${TACIT_TARGET_DIR:-$HOME/.cache/tacit/target}
# One package is built for the other processor; the workspace's features are not needed for it.
unset CARGO_UNSTABLE_FEATURE_UNIFICATION CARGO_RESOLVER_FEATURE_UNIFICATION || true

missing() { echo "arm: $1 is missing; run: $2" >&2; exit 3; }
if [ "$(uname -m)" != aarch64 ]; then
    command -v aarch64-linux-gnu-gcc >/dev/null || missing "a compiler for $target" "apt-get install gcc-aarch64-linux-gnu"
    command -v qemu-aarch64 >/dev/null || missing "an emulator" "apt-get install qemu-user"
    [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ] || missing "the standard library for $target" "rustup target add $target"
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu"
fi

tests() { CARGO_TARGET_DIR="$target_dir/arm" cargo test --locked --release -p tacit-vm "$@"; }
outcomes() { sed -n 's/.*; outcomes \([0-9a-f]*\)$/\1/p'; }

echo "arm: the tests of tacit-vm"
tests --target "$target" -- --skip long::

export TACIT_FROM=0 TACIT_CASES="$cases"
echo "arm: $cases generated cases there and here"
there=$(tests --target "$target" many_generated -- --ignored --nocapture | tee /dev/stderr | outcomes)
here=$(tests many_generated -- --ignored --nocapture | tee /dev/stderr | outcomes)
if [ -z "$here" ] || [ "$here" != "$there" ]; then
    echo "arm: outcomes differ: $there there, $here here" >&2
    exit 1
fi
echo "arm: $cases generated cases gave the same on both processors: $here"
