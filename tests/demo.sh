#!/usr/bin/env bash
# Everything Tacit does, once, with a table of what happened at the end. Uses the devnet that runs on this machine, else
# starts one of its own and removes it again. Exits with 1 at the first thing that is off.
set -euo pipefail
cd "$(dirname "$0")/.."

TACIT="${TACIT_BIN:-${TACIT_TARGET_DIR:-$HOME/.cache/tacit/target}/release/tacit}"
VALIDATORS=4
TRANSFERS=10
# Account 1 of the devnet's published words, as a contract's argument: its 32 bytes.
RECEIVER_BYTES=34b0f003772da70ca0dd5d6fdff380e20b957c9d501b46d7d00b50cb2144d246
WORK=$(mktemp -d)
SUPERVISOR=
RESTARTED=
ROWS=()

fail() {
    printf '\ndemo: FAILED: %s\n' "$*" >&2
    exit 1
}

# Ends what this script started, whatever ended the script.
finish() {
    status=$?
    trap - EXIT INT TERM
    if [ -n "$SUPERVISOR" ]; then
        if [ -n "$RESTARTED" ]; then kill -TERM "$RESTARTED" 2>/dev/null || true; fi
        kill -TERM "$SUPERVISOR" 2>/dev/null || true
        wait 2>/dev/null || true
        if [ "$status" != 0 ]; then
            for log in "$DEVNET"/node*/node.log; do
                if [ -e "$log" ]; then printf -- '--- %s\n' "$log"; tail -n 5 "$log"; fi
            done >&2
        fi
    fi
    rm -rf -- "$WORK"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The first field called $1 of the JSON on standard input, without quotes.
field() { sed -n "s/^ *\"$1\": *\"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" | head -n 1; }
now_ms() { date +%s%3N; }
url() { echo "http://127.0.0.1:$((BASE_PORT + 10 * $1 + 2))"; }
height() { "$TACIT" status --node "$(url "$1")" --json 2>/dev/null | field height; }

# Runs a step, prints how long it took, keeps a row for the table. The step says its result in RESULT.
step() {
    local name=$1 started
    shift
    printf 'demo: %s ... ' "$name"
    RESULT=ok
    started=$(now_ms)
    "$@" || fail "$name"
    local took=$(($(now_ms) - started))
    printf '%s (%s ms)\n' "$RESULT" "$took"
    ROWS+=("$name|$RESULT|$took ms")
}

# Waits until height $2 is reached at node $1, at most $3 seconds.
wait_height() {
    local end=$(($(now_ms) + 1000 * $3))
    while [ "$(height "$1" || true)" = "" ] || [ "$(height "$1")" -lt "$2" ]; do
        if [ "$(now_ms)" -gt "$end" ]; then fail "node$1 is at height $(height "$1"), not $2, after $3 s"; fi
        sleep 0.1
    done
}

# Runs a command that must be refused, for the reason in $1.
refused() {
    local reason=$1
    shift
    if "$@" >"$WORK/out" 2>&1; then fail "was accepted: $*"; fi
    grep -q -- "$reason" "$WORK/out" || fail "refused for another reason than $reason: $(cat "$WORK/out")"
}

use_network() {
    BASE_PORT=26600
    DEVNET=$HOME/.tacit/devnet
    if [ -n "$(height 0)" ] && [ -n "$(height 3)" ] && kill -0 "$(cat "$DEVNET/node3/pid" 2>/dev/null || echo none)" 2>/dev/null; then
        echo "demo: using the devnet that runs in $DEVNET"
        return
    fi
    BASE_PORT=${TACIT_DEMO_PORT:-27600}
    DEVNET=$WORK/devnet
    mkdir -p "$DEVNET"
    "$TACIT" devnet --validators "$VALIDATORS" --home "$DEVNET" --base-port "$BASE_PORT" >"$WORK/devnet.log" 2>&1 &
    SUPERVISOR=$!
    step "start $VALIDATORS validators" started
}

started() {
    for node in 0 1 2 3; do
        local end=$(($(now_ms) + 90000))
        while [ -z "$(height $node)" ] || [ "$(height $node)" -lt 1 ]; do
            kill -0 "$SUPERVISOR" 2>/dev/null || fail "the devnet ended: $(cat "$WORK/devnet.log")"
            if [ "$(now_ms)" -gt "$end" ]; then fail "node$node made no block: $(cat "$WORK/devnet.log")"; fi
            sleep 0.1
        done
    done
    RESULT="all at height 1 or above"
}

balance() { "$TACIT" wallet balance --dev "$1" --json | field balance; }

transfers() {
    local before after to
    to=$("$TACIT" wallet address --dev 1 --json | field address)
    before=$(balance 1)
    for _ in $(seq "$TRANSFERS"); do
        "$TACIT" wallet send --dev 0 --to "$to" --amount 0.000000000000001 --json >"$WORK/sent" || return 1
    done
    after=$(balance 1)
    # 1,000 base units each; the numbers are longer than the shell counts, so their last 15 digits are compared.
    local difference=$((10#${after: -15} - 10#${before: -15}))
    [ "$difference" = $((1000 * TRANSFERS)) ] || fail "the receiver got $difference base units"
    RESULT="$TRANSFERS one after the other, last in block $(field height <"$WORK/sent")"
}

refusals() {
    local to
    to=$("$TACIT" wallet address --dev 1 --json | field address)
    refused "balance" "$TACIT" wallet send --dev 0 --to "$to" --amount 99999999999 --json
    refused "zero\|amount" "$TACIT" wallet send --dev 0 --to "$to" --amount 0 --json
    refused "network\|prefix\|address" "$TACIT" wallet send --dev 0 --to "tct${to#tctd}" --amount 1 --json
    RESULT="overspending, nothing, another network: refused"
}

keys_and_range() {
    "$TACIT" proof range prove --value 42 --low 18 --high 120 --purpose age --dev 0 --out "$WORK/range.json" --json >"$WORK/proved" || return 1
    RESULT="proven in $(field proven_in_ms <"$WORK/proved") ms"
}

range_on_chain() {
    "$TACIT" proof range verify "$WORK/range.json" --node "$TACIT_NODE" --json >/dev/null || return 1
    refused "sender" "$TACIT" proof submit "$WORK/range.json" --dev 1 --json
    "$TACIT" proof submit "$WORK/range.json" --dev 0 --json >"$WORK/sent" || return 1
    RESULT="recorded in block $(field height <"$WORK/sent"), refused for another sender"
}

lie() {
    refused "." "$TACIT" proof range prove --value 17 --low 18 --high 120 --purpose age --dev 0 --out "$WORK/lie.json" --json
    RESULT="17 is not in 18..120: no proof"
}

equality() {
    "$TACIT" proof equality prove --value 7 --purpose same --dev 0 --out "$WORK/equality.json" --json >"$WORK/proved" || return 1
    "$TACIT" proof equality verify "$WORK/equality.json" --node "$TACIT_NODE" --json >/dev/null || return 1
    "$TACIT" proof submit "$WORK/equality.json" --dev 0 --json >"$WORK/sent" || return 1
    RESULT="proven in $(field proven_in_ms <"$WORK/proved") ms, recorded in block $(field height <"$WORK/sent")"
}

membership() {
    local identity other group
    identity=$("$TACIT" proof membership identity --secret "$WORK/member")
    other=$("$TACIT" proof membership identity --secret "$WORK/other")
    "$TACIT" proof membership group --member "$other:1" --member "$identity:1" --dev 0 --json >"$WORK/group.json" || return 1
    group=$(field group <"$WORK/group.json")
    "$TACIT" proof membership prove --secret "$WORK/member" --group "$group" --scope "vote:1" --purpose vote --dev 2 \
        --out "$WORK/membership.json" --json >"$WORK/proved" || return 1
    "$TACIT" proof membership verify "$WORK/membership.json" --node "$TACIT_NODE" --json >/dev/null || return 1
    "$TACIT" proof submit "$WORK/membership.json" --dev 2 --json >"$WORK/sent" || return 1
    refused "nullifier\|Nullifier\|used" "$TACIT" proof submit "$WORK/membership.json" --dev 2 --json
    RESULT="proven in $(field proven_in_ms <"$WORK/proved") ms, recorded once in block $(field height <"$WORK/sent")"
}

contract() {
    local token output
    "$TACIT" contract check contracts/artifacts/token.wasm --json >/dev/null || return 1
    # A salt of its own, so that the demo can run again on the same chain.
    "$TACIT" contract deploy contracts/artifacts/token.wasm --init 0x40420f00000000000000000000000000 \
        --salt "$(date +%s)" --dev 0 --json >"$WORK/deployed" || return 1
    token=$(field contract <"$WORK/deployed")
    "$TACIT" contract call "$token" transfer "0x${RECEIVER_BYTES}e8030000000000000000000000000000" --dev 0 --json >/dev/null || return 1
    output=$("$TACIT" contract view "$token" balance_of "0x$RECEIVER_BYTES" --json | field output)
    [ "$output" = 0xe8030000000000000000000000000000 ] || fail "the token says that the receiver has $output"
    refused "revert" "$TACIT" contract call "$token" transfer "0x${RECEIVER_BYTES}ffffffff000000000000000000000000" --dev 0 --json
    RESULT="1,000 of 1,000,000 tokens moved, overspending reverted"
}

# The wallet of $1, each in a home of its own, as if on another machine: keystore, cache and password.
wallet() {
    local who=$1 verb=$2
    shift 2
    TACIT_KEYSTORE="$WORK/$who/keys" TACIT_WALLETS="$WORK/$who/wallets" "$TACIT" wallet "$verb" "$@"
}
new_wallet() {
    mkdir -p "$WORK/$1"
    wallet "$1" new "$1" --password-file "$WORK/password" --json >"$WORK/$1/new.json" 2>"$WORK/$1/words" || return 1
}
shielded_address() { wallet "$1" address --from "$1" --password-file "$WORK/password" --shielded --json | field address; }
pays() {
    local who=$1
    shift
    wallet "$who" transfer --from "$who" --password-file "$WORK/password" --params "$WORK/params" --json "$@" >"$WORK/sent" 2>"$WORK/progress" ||
        fail "$(tail -n 3 "$WORK/progress")"
}
# What $1 can spend of asset $2 (a symbol) out of the pool, in tokens.
private_balance() {
    wallet "$1" balance --from "$1" --password-file "$WORK/password" --json >"$WORK/balance" 2>"$WORK/progress" || fail "$(tail -n 3 "$WORK/progress")"
    awk -F'"' -v wanted="$2" '/{/ { symbol = amount = "" } $2 == "symbol" { symbol = $4 } $2 == "spendable" { amount = $4 }
        /}/ && symbol == wanted { print amount; exit }' "$WORK/balance"
}

wallets() {
    echo correct-horse >"$WORK/password"
    new_wallet alice || return 1
    new_wallet bob || return 1
    ALICE=$(shielded_address alice)
    BOB=$(shielded_address bob)
    [ -n "$ALICE" ] && [ -n "$BOB" ] && [ "$ALICE" != "$BOB" ] || fail "no shielded addresses"
    RESULT="alice ${ALICE:0:16}.., bob ${BOB:0:16}.."
}

shield() {
    "$TACIT" wallet assets create --symbol GOLD --decimals 2 --supply 1000 --dev 0 --json >"$WORK/gold.json" || return 1
    GOLD=$(field asset <"$WORK/gold.json")
    [ -n "$GOLD" ] || fail "no asset id in $(cat "$WORK/gold.json")"
    for what in "--amount 100" "--amount 50" "--asset $GOLD --amount 300"; do
        # shellcheck disable=SC2086 # the words are arguments
        wallet dev shield --dev 0 --to "$ALICE" $what --params "$WORK/params" --json >"$WORK/sent" 2>"$WORK/progress" || fail "$(tail -n 3 "$WORK/progress")"
    done
    RESULT="150 tokens and 300 GOLD are alice's, in block $(field height <"$WORK/sent")"
}

private_payments() {
    pays alice --to "$BOB" --amount 2.5 --memo "two books"
    PAYMENT=$(field tx_id <"$WORK/sent")
    pays alice --to "$BOB" --asset "$GOLD" --amount 7.25
    pays bob --to "$ALICE" --amount 1 --memo "change"
    RESULT="tokens and GOLD there, tokens back, last in block $(field height <"$WORK/sent")"
}

private_history() {
    wallet bob history --from bob --password-file "$WORK/password" --json >"$WORK/history" 2>/dev/null || return 1
    grep -q "two books" "$WORK/history" || fail "bob does not see the memo: $(cat "$WORK/history")"
    [ "$(private_balance bob GOLD)" = 7.25 ] || fail "bob has $(private_balance bob GOLD) GOLD, not 7.25"
    RESULT="bob reads the memo and has 7.25 GOLD"
}

overspend() {
    if wallet bob transfer --from bob --password-file "$WORK/password" --params "$WORK/params" --to "$ALICE" --asset "$GOLD" --amount 7.26 --json >"$WORK/out" 2>&1; then
        fail "bob spent GOLD that he does not have"
    fi
    if wallet bob transfer --from bob --password-file "$WORK/password" --params "$WORK/params" --to "$("$TACIT" wallet address --dev 1 --json | field address)" --amount 1 --json >"$WORK/out" 2>&1; then
        fail "a public address took private money"
    fi
    RESULT="more than there is, a public address: refused"
}

restore_words() {
    local before after
    before=$(private_balance bob TCT)
    mkdir -p "$WORK/bob2"
    grep -E '^ *([a-z]+ ){11,}[a-z]+ *$' "$WORK/bob/words" >"$WORK/bob2/words" || fail "bob's words were not shown"
    wallet bob2 restore bob2 --file "$WORK/bob2/words" --password-file "$WORK/password" --json >/dev/null 2>&1 || return 1
    after=$(private_balance bob2 TCT)
    [ -n "$before" ] && [ "$before" = "$after" ] || fail "restored from words bob has $after, before $before"
    [ "$(private_balance bob2 GOLD)" = 7.25 ] || fail "the GOLD is not there"
    RESULT="the same balances in another home, from 24 words"
}

disclosure() {
    wallet alice disclose "$PAYMENT" --from alice --password-file "$WORK/password" --to "$BOB" --challenge audit --out "$WORK/payment.json" >/dev/null 2>&1 || return 1
    "$TACIT" wallet verify-disclosure "$WORK/payment.json" --challenge audit --json >"$WORK/verified" || return 1
    refused "." "$TACIT" wallet verify-disclosure "$WORK/payment.json" --challenge other --json
    sed 's/"amount": *"2500000000000000000"/"amount": "3500000000000000000"/' "$WORK/payment.json" >"$WORK/forged.json"
    if cmp -s "$WORK/payment.json" "$WORK/forged.json"; then fail "the disclosure does not name the amount: $(cat "$WORK/payment.json")"; fi
    refused "." "$TACIT" wallet verify-disclosure "$WORK/forged.json" --challenge audit --json
    RESULT="a third person sees that 2.5 went to bob; forged: refused"
}

watching() {
    local seen
    wallet bob viewing-key --from bob --password-file "$WORK/password" >"$WORK/key.txt" 2>/dev/null || return 1
    mkdir -p "$WORK/auditor"
    grep -o 'tctdview1[a-z0-9]*' "$WORK/key.txt" >"$WORK/auditor/key"
    wallet auditor watch auditor --file "$WORK/auditor/key" --password-file "$WORK/password" --json >/dev/null 2>&1 || return 1
    seen=$(private_balance auditor TCT)
    [ -n "$seen" ] && [ "$seen" = "$(private_balance bob TCT)" ] || fail "the watcher sees $seen"
    if wallet auditor transfer --from auditor --password-file "$WORK/password" --to "$ALICE" --amount 1 --json >"$WORK/out" 2>&1; then
        fail "a viewing key spent money"
    fi
    RESULT="a viewing key shows bob's balance and cannot spend"
}

unshield() {
    local before after
    before=$(balance 2)
    wallet bob unshield --from bob --password-file "$WORK/password" --params "$WORK/params" --to "$("$TACIT" wallet address --dev 2 --json | field address)" \
        --amount 0.000000000000001 --json >"$WORK/sent" 2>"$WORK/progress" || fail "$(tail -n 3 "$WORK/progress")"
    after=$(balance 2)
    [ $((10#${after: -15} - 10#${before: -15})) = 1000 ] || fail "account 2 has $after, before $before"
    RESULT="1,000 base units left the pool in block $(field height <"$WORK/sent")"
}

guardian() {
    refused "guardian" "$TACIT" wallet pause-pool --heights 1000 --dev 0 --json
    "$TACIT" wallet pause-pool --heights 1000 --dev 9 --json >"$WORK/sent" || return 1
    if wallet alice transfer --from alice --password-file "$WORK/password" --params "$WORK/params" --to "$BOB" --amount 1 --json >"$WORK/out" 2>&1; then
        fail "private money moved while the pool stands still"
    fi
    grep -qi "stands still\|paused" "$WORK/out" || fail "refused for another reason: $(cat "$WORK/out")"
    "$TACIT" wallet pause-pool --heights 0 --dev 9 --json >"$WORK/sent" || return 1
    pays alice --to "$BOB" --amount 1
    RESULT="stopped and let go on by the guardian, by nobody else"
}

second_client() {
    if ! command -v python3 >/dev/null 2>&1; then
        RESULT="left out: python3 is not installed"
        return
    fi
    python3 tests/interop/client.py "$(url 2)" >"$WORK/interop" 2>&1 || fail "$(tail -n 1 "$WORK/interop")"
    RESULT="transfer, certificate, receipts root, state proof: $(grep -c '^  ok' "$WORK/interop") checks"
}

crash() {
    local before
    before=$(height 0)
    kill -KILL "$(cat "$DEVNET/node3/pid")"
    # Blocks are made without traffic too, though slower.
    wait_height 0 $((before + 5)) 60
    if [ -n "$(height 3)" ]; then fail "node3 still answers"; fi
    RESULT="three validators made blocks $((before + 1)) to $(height 0) without it"
}

restart() {
    local target
    target=$(height 0)
    nohup "$TACIT" start --home "$DEVNET/node3" >/dev/null 2>>"$DEVNET/node3/node.log" </dev/null &
    RESTARTED=$!
    echo "$RESTARTED" >"$DEVNET/node3/pid"
    wait_height 3 "$target" 60
    RESULT="caught up to height $target"
}

root_of() { TACIT_NODE=$(url "$1") "$TACIT" query block "$2" --json | field state_root; }

same_roots() {
    local common root other
    common=$(height 0)
    for node in 1 2 3; do wait_height $node "$common" 60; done
    root=$(root_of 0 "$common")
    [ -n "$root" ] || fail "node0 shows no state root at height $common"
    for node in 1 2 3; do
        other=$(root_of $node "$common")
        [ "$other" = "$root" ] || fail "at height $common node0 has root $root, node$node $other"
    done
    RESULT="height $common, ${root:0:18}.. on all four"
}

table() {
    local row name result took
    printf '\n%-34s | %-66s | %10s\n' what result time
    printf '%s\n' "-----------------------------------+--------------------------------------------------------------------+-----------"
    for row in "${ROWS[@]}"; do
        IFS='|' read -r name result took <<<"$row"
        printf '%-34s | %-66s | %10s\n' "$name" "$result" "$took"
    done
}

if [ ! -x "$TACIT" ]; then fail "$TACIT is not built; run \`make demo\`"; fi
use_network
TACIT_NODE=$(url 0)
export TACIT_NODE
step "transfers" transfers
step "bad transfers" refusals
step "range: keys and proof" keys_and_range
step "range: verify and record" range_on_chain
step "range: a lie" lie
step "equality: prove, verify, record" equality
step "membership: group, prove, record" membership
step "contract: deploy, call, view" contract
step "private: two wallets" wallets
step "private: shield two assets" shield
step "private: payments both ways" private_payments
step "private: memo and balance" private_history
step "private: what must not go" overspend
step "private: restore from words" restore_words
step "private: disclose a payment" disclosure
step "private: watch with a key" watching
step "private: unshield" unshield
step "private: the guardian" guardian
step "the Python client" second_client
step "kill one validator (SIGKILL)" crash
step "restart it" restart
step "compare state roots" same_roots
table
if [ -z "$SUPERVISOR" ]; then
    printf '\nnode3 of the devnet now runs on its own, as process %s: Ctrl-C in the devnet does not end it, `kill %s` does.\n' \
        "$RESTARTED" "$RESTARTED"
fi
printf '\ndemo: everything as it must be\n'
