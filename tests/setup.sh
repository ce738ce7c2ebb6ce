#!/bin/sh
# Makes sure that everything building needs is there: cargo, a C and C++ compiler, libclang, and a compiler of contracts.
# Says what it does, does nothing that is done already, asks nothing. Debian and Ubuntu are set up by apt-get; elsewhere
# it says what to install.
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

if [ -n "$missing" ] && ! command -v apt-get >/dev/null 2>&1; then
    say "missing:$missing (Debian's names). RocksDB is compiled from C++, and its bindings are read with libclang."
    say "Install them with this system's package manager, then run this again."
    exit 1
fi

as_root=
if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null 2>&1; then as_root=sudo; fi
if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ] && [ -z "$as_root" ]; then
        say "missing:$missing. As root, run: apt-get install -y --no-install-recommends$missing"
        exit 1
    fi
    say "installing$missing with apt-get (RocksDB is compiled from C++, its bindings are read with libclang)"
    # shellcheck disable=SC2086 # the list is meant to be split
    install_packages() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing </dev/null; }
    if ! install_packages; then
        say "refreshing the package lists and trying again"
        $as_root apt-get update </dev/null
        install_packages
    fi
fi

# What contracts are compiled for, and where Debian's compiler goes when rustup cannot give the target: its packages
# cannot be installed beside rustup, so they are unpacked. `tacit contract build` and contracts/build.sh look there.
target=wasm32v1-none
unpacked=$HOME/.cache/tacit/wasm-rust

compiles_contracts() {
    sysroot=$("$1" --print sysroot 2>/dev/null) || return 1
    [ -d "$sysroot/lib/rustlib/$target" ] || [ -f "$sysroot/lib/rustlib/src/rust/library/core/Cargo.toml" ]
}
have_contract_compiler() {
    if [ -n "${TACIT_WASM_RUSTC:-}" ]; then compiles_contracts "$TACIT_WASM_RUSTC"; return; fi
    [ -d "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$target" ] || compiles_contracts "$unpacked/rustc" || compiles_contracts /usr/bin/rustc
}
add_target() {
    command -v rustup >/dev/null 2>&1 || return 1
    say "rustup adds the target $target, for contracts"
    timeout 300 rustup target add "$target"
}
unpack_debians() {
    command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || return 1
    say "unpacking Debian's compiler for $target into $unpacked (about 150 MB to fetch)"
    rm -rf -- "$unpacked.new"
    mkdir -p "$unpacked.new/debs/partial"
    # Nothing is installed or removed: the packages are fetched, with what they need that is not here.
    fetch() {
        apt-get install -y --download-only --no-install-recommends -o Debug::NoLocking=1 -o APT::Sandbox::User= \
            -o Dir::Cache::archives="$unpacked.new/debs" rustc-web rust-web-src lld </dev/null
    }
    fetch || { $as_root apt-get update </dev/null && fetch; } || return 1
    for package in "$unpacked.new"/debs/*.deb; do dpkg-deb -x "$package" "$unpacked.new/root"; done
    rm -rf -- "$unpacked.new/debs" "$unpacked"
    mv "$unpacked.new" "$unpacked"
    cat >"$unpacked/rustc" <<'END'
#!/bin/sh
# A program of Debian's, by the name of this file, from where it was unpacked.
root=$(dirname "$(readlink -f "$0")")/root/usr
LD_LIBRARY_PATH=$(echo "$root"/lib/*-linux-gnu | tr ' ' ':'):$root/lib exec "$root/bin/$(basename "$0")" "$@"
END
    chmod 755 "$unpacked/rustc"
    if [ -e "$unpacked/root/usr/bin/wasm-ld" ]; then ln -s rustc "$unpacked/wasm-ld"; fi
    compiles_contracts "$unpacked/rustc"
}
if ! have_contract_compiler && ! add_target && ! unpack_debians; then
    say "no compiler of contracts can be had here: the node builds without one, tests that build contracts will fail. Run one of"
    say "    rustup target add $target"
    say "    apt-get install rustc-web rust-web-src lld"
fi
