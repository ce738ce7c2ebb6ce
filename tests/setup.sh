#!/bin/sh
# Makes sure that everything building needs is there: cargo, a C and C++ compiler, libclang. Says what it does, does
# nothing that is done already, asks nothing. Debian and Ubuntu are set up by apt-get; elsewhere it says what to install.
set -eu

say() { printf 'setup: %s\n' "$*"; }

if ! command -v cargo >/dev/null 2>&1; then
    say "cargo is missing. Install Rust from https://rustup.rs, then run this again:"
    say "    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y"
    exit 1
fi

have_libclang() {
    for folder in "${LIBCLANG_PATH:-/nonexistent}" /usr/lib /usr/lib64 /usr/local/lib /usr/lib/*-linux-gnu \
        /usr/lib/llvm-*/lib /opt/homebrew/opt/llvm/lib /usr/local/opt/llvm/lib; do
        # The shared library with the C interface, not libclang-cpp.
        for file in "$folder"/libclang.so* "$folder"/libclang-[0-9]*.so* "$folder"/libclang.dylib; do
            if [ -e "$file" ]; then return 0; fi
        done
    done
    return 1
}

# Reading C headers also takes the compiler's own ones (stddef.h), which libclang alone does not bring.
have_clang_headers() {
    for file in /usr/lib/llvm-*/lib/clang/*/include/stddef.h /usr/lib*/clang/*/include/stddef.h \
        /usr/local/lib/clang/*/include/stddef.h /opt/homebrew/opt/llvm/lib/clang/*/include/stddef.h \
        /usr/local/opt/llvm/lib/clang/*/include/stddef.h; do
        if [ -e "$file" ]; then return 0; fi
    done
    return 1
}

missing=
{ have_libclang && have_clang_headers; } || missing="$missing libclang-dev"
command -v cc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
command -v c++ >/dev/null 2>&1 || missing="$missing g++"
if [ -z "$missing" ]; then exit 0; fi

if ! command -v apt-get >/dev/null 2>&1; then
    say "missing:$missing (Debian's names). RocksDB is compiled from C++, and its bindings are read with libclang."
    say "Install them with this system's package manager, then run this again."
    exit 1
fi

as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        say "missing:$missing. As root, run: apt-get install -y --no-install-recommends$missing"
        exit 1
    fi
    as_root=sudo
fi
say "installing$missing with apt-get (RocksDB is compiled from C++, its bindings are read with libclang)"
# shellcheck disable=SC2086 # the list is meant to be split
install_packages() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing </dev/null; }
if ! install_packages; then
    say "refreshing the package lists and trying again"
    $as_root apt-get update </dev/null
    install_packages
fi
say "done"
