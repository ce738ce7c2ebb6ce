#!/bin/sh
# Cargo starts the compiler of contracts through this: `rustc.sh COMPILER ARGUMENT...` (RUSTC_WRAPPER).
#
# Cargo numbers every crate (-C metadata), and the number holds the folder of whatever lies outside the workspace. The compiler
# orders functions, data and the lines of sections by it, so one source would give other bytes in each folder. Here the number
# is the package's name and version, and so is the folder that a panic names. Two packages in one contract with the same name
# and version are refused by the compiler.
#
# `build.sh` uses it, and `tacit contract build` and `verify`, which carry a copy. It must never change what is compiled.
set -eu
compiler=$1
shift

before=
is_crate=
for argument do
    shift
    if [ "$before" = -C ] && [ "${argument#metadata=}" != "$argument" ]; then
        is_crate=yes
        argument=metadata=$CARGO_PKG_NAME-$CARGO_PKG_VERSION
    fi
    before=$argument
    set -- "$@" "$argument"
done
# The last prefix that fits is the one that counts.
if [ -n "$is_crate" ]; then
    set -- "$@" "--remap-path-prefix=$CARGO_MANIFEST_DIR=$CARGO_PKG_NAME-$CARGO_PKG_VERSION"
fi
exec "$compiler" "$@"
