#!/bin/sh
# Installs the TypeScript compiler by npm into a folder outside the checkout, once, and prints where `tsc` is.
# Exit 3, with the reason on the error output, where it cannot be had.
set -eu

folder="${TACIT_INTEROP_DIR:-$HOME/.cache/tacit/interop}/typescript"
for tool in node npm; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "$tool is not installed: TypeScript clients are not compiled" >&2
        exit 3
    fi
done
wanted="typescript@5.9.3"
mkdir -p "$folder"
# Tests start side by side; one of them installs, the others wait.
if command -v flock >/dev/null 2>&1; then
    exec 9>"$folder/lock"
    flock 9
fi
if [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$wanted" ]; then
    if ! (cd "$folder" && { [ -f package.json ] || echo '{"private": true}' >package.json; } &&
        npm install --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-timeout=60000 --loglevel=error "$wanted" >&2); then
        echo "npm cannot install $wanted: TypeScript clients are not compiled" >&2
        exit 3
    fi
    echo "$wanted" >"$folder/installed"
fi
echo "$folder/node_modules/.bin/tsc"
