#!/bin/sh
# Checks the vectors, then runs the client against a node: tests/interop/run.sh RPC_URL [--secret 0x..]
set -eu
if [ $# -lt 1 ]; then
    echo "usage: $0 RPC_URL [client options], for example: $0 http://127.0.0.1:26602" >&2
    exit 2
fi
if ! command -v python3 >/dev/null 2>&1; then
    echo "python3 (3.8 or newer) is needed: apt-get install -y python3" >&2
    exit 2
fi
here=$(dirname "$0")
python3 "$here/selftest.py"
exec python3 "$here/client.py" "$@"
