#!/bin/sh
# Installs snarkjs, circom2 and circomlib by npm into a folder outside the checkout, once, and prints the folder. They are
# under the GPL: tools that tests call, never linked, never copied into this repository.
# Exit 3, with the reason on the error output, where they cannot be had.
set -eu

folder="${TACIT_INTEROP_DIR:-$HOME/.cache/tacit/interop}"
for tool in node npm; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "$tool is not installed: the comparison with snarkjs and circom is left out" >&2
        exit 3
    fi
done
wanted="snarkjs@0.7.6 circom2@0.2.23 circomlib@2.0.5"
mkdir -p "$folder"
# Tests start side by side; one of them installs, the others wait.
if command -v flock >/dev/null 2>&1; then
    exec 9>"$folder/lock"
    flock 9
fi
if [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$wanted" ]; then
    # shellcheck disable=SC2086
    if ! (cd "$folder" && [ -f package.json ] || echo '{"private": true}' >package.json; cd "$folder" &&
        npm install --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-timeout=60000 --loglevel=error $wanted >&2); then
        echo "npm cannot install $wanted: the comparison with snarkjs and circom is left out" >&2
        exit 3
    fi
    echo "$wanted" >"$folder/installed"
fi
echo "$folder"
