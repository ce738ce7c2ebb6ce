"""Signs and submits a transfer, follows it to inclusion, and checks everything the node says against what the
specification lets anybody recompute: ids, fee, block id, body root, receipts root, commit certificate, and a state proof
against the state root of a later header. Exits with 1 at the first thing that is off."""

import argparse
import os
import sys
import time

import ed25519
import keys
import tacit
from encoding import bech32m, data, hexadecimal, items, u16, u32, u64, u128, unbech32m, unhex
from rpc import Node, RpcError

DEADLINE_S = 60
EXPIRY_HEIGHTS = 1_000


def expect(what, found, expected):
    if found != expected:
        raise SystemExit(f"interop: {what} is {found}, expected {expected}")
    print(f"  ok  {what}")


def wait_for(what, ask):
    """Asks until the answer is not None."""
    started = time.monotonic()
    while time.monotonic() - started < DEADLINE_S:
        answer = ask()
        if answer is not None:
            return answer
        time.sleep(0.1)
    raise SystemExit(f"interop: {what} did not happen within {DEADLINE_S} s")


class Chain:
    """What a client keeps of a chain: its id and the prefix of its addresses."""

    def __init__(self, node):
        self.node = node
        status = node.call("node_status")
        self.genesis_id = unhex(status["genesis_id"])
        self.prefix = tacit.PREFIXES[status["network"]]
        self.height = status["height"]

    def text(self, address):
        return bech32m(self.prefix, address)

    def checked_block(self, height):
        """A block whose id is recomputed and, where the node has the certificate, proven by > 2/3 of the power."""
        block = self.node.call("chain_getBlock", height, True)
        fields = dict(block["header"])
        fields["proposer"] = unbech32m(self.prefix, fields["proposer"])
        if tacit.block_id(tacit.header(fields)) != unhex(block["block_id"]):
            raise SystemExit(f"interop: the header of block {height} does not hash to its id")
        if fields["height"] != height or unhex(fields["genesis_id"]) != self.genesis_id:
            raise SystemExit(f"interop: block {height} is another block")
        validators = self.validators(height, unhex(fields["validators_hash"]))
        expected = tacit.proposer(validators, height, fields["round"])
        if tacit.address_of_key(validators[expected][0]) != fields["proposer"]:
            raise SystemExit(f"interop: block {height} was proposed by somebody whose turn it was not")
        if block["commit"] is not None:
            if block["commit"]["block_id"] != block["block_id"] or block["commit"]["height"] != height:
                raise SystemExit(f"interop: the certificate of block {height} is for another block")
            tacit.check_certificate(block["commit"], self.genesis_id, validators)
        last = None if block["last_commit"] is None else tacit.certificate(block["last_commit"])
        if tacit.certificate_hash(last) != unhex(fields["last_commit"]):
            raise SystemExit(f"interop: the last commit of block {height} is not the one its header names")
        return block

    def validators(self, height, expected_hash):
        answer = self.node.call("chain_getValidators", height)
        listed = [(unhex(v["public_key"]), int(v["power"])) for v in answer["validators"]]
        ordered, encoded = tacit.validator_set(listed)
        if tacit.validators_hash(encoded) != expected_hash:
            raise SystemExit(f"interop: the validators of height {height} are not those of its header")
        return ordered


def make_transfer(chain, secret, to, amount):
    """A signed transfer with exactly the gas that the specification says it needs."""
    public_key = ed25519.public_key(secret)
    account = chain.node.call("account_get", chain.text(tacit.address_of_key(public_key)))
    base_fee = int(chain.node.call("chain_getParams")["base_fee"])
    fields = {
        "version": 1,
        "genesis_id": hexadecimal(chain.genesis_id),
        "expiry": account["height"] + EXPIRY_HEIGHTS,
        "gas_limit": 0,
        "max_fee_per_gas": 4 * base_fee + 2,
        "max_tip_per_gas": 2,
        "authorization": {"kind": "account", "public_key": hexadecimal(public_key), "sequence": account["pending_sequence"]},
        "actions": [{"kind": "transfer", "asset": hexadecimal(tacit.NATIVE), "to": hexadecimal(to), "amount": str(amount)}],
    }
    length = len(tacit.sign(tacit.tx_body(fields), fields["authorization"], [secret]))
    fields["gas_limit"] = tacit.gas_of_transfers(bytes(length), signatures=1, transfers=1)
    body = tacit.tx_body(fields)
    return fields, body, tacit.sign(body, fields["authorization"], [secret])


def event_bytes(chain, event):
    """TX-17, for the events that transfers make."""
    if event["kind"] != "transferred":
        return None
    side = lambda name: unbech32m(chain.prefix, event[name])
    return b"\0" + unhex(event["asset"]) + side("from") + side("to") + u128(int(event["amount"]))


def receipt_bytes(chain, it):
    """The receipt behind an answer of tx_get, or None when it has events that this client does not encode."""
    events = [event_bytes(chain, event) for event in it["events"]]
    if None in events:
        return None
    return (unhex(it["tx_id"]) + u16(it["code"]) + u16(it["failed_action"] or 0) + u32(it["contract_code"] or 0)
            + u64(it["gas_used"]) + u128(int(it["fee"])) + items(events) + data(unhex(it["output"])))


def follow(chain, fields, body, tx):
    """Submits and waits until the transaction is in a block; checks the receipt."""
    tx_id = hexadecimal(tacit.tx_id(body))
    answer = chain.node.call("tx_submit", hexadecimal(tx))
    expect("the id that the node gives the transaction", answer["tx_id"], tx_id)
    expect("its full hash", answer["hash"], hexadecimal(tacit.full_hash(tx)))
    expect("the answer to submitting it again", chain.node.call("tx_submit", hexadecimal(tx)), answer)

    def committed():
        found = chain.node.call("tx_get", tx_id)
        return found if found["status"] == "committed" else None

    receipt = wait_for("inclusion of the transfer", committed)
    expect("its code", receipt["code"], 0)
    expect("the gas it used", receipt["gas_used"], fields["gas_limit"])
    return receipt


def check_inclusion(chain, fields, tx, receipt):
    """The block holds these very bytes, and the next header commits to the receipt."""
    block = chain.checked_block(receipt["height"])
    raw = [unhex(entry["bytes"]) for entry in block["txs"]]
    expect("the block's transaction at the receipt's index", raw[receipt["index"]], tx)
    expect("the body root of the block", hexadecimal(tacit.body_root(raw)), block["header"]["body_root"])
    base_fee = int(block["header"]["base_fee"])
    price = base_fee + min(int(fields["max_fee_per_gas"]) - base_fee, int(fields["max_tip_per_gas"]))
    expect("the fee", int(receipt["fee"]), receipt["gas_used"] * price)
    following = wait_for("the next block", lambda: unless_too_early(lambda: chain.checked_block(receipt["height"] + 1)))
    expect("the parent of the next block", following["header"]["parent"], block["block_id"])
    receipts = [receipt_bytes(chain, chain.node.call("tx_get", entry["tx_id"])) for entry in block["txs"]]
    if None in receipts:
        print("  --  receipts root not recomputed: the block holds transactions of other kinds")
    else:
        expect("the receipts root in the next header", hexadecimal(tacit.receipts_root(receipts)),
               following["header"]["receipts_root"])


def unless_too_early(ask):
    """The answer, or None while the node does not have it yet."""
    try:
        return ask()
    except RpcError as error:
        if error.kind in ("not_found", "not_ready"):
            return None
        raise


def proven_account(chain, address, from_height):
    """Balance and sequence of `address`, proven against the state root of a header above `from_height`."""
    def proof():
        key = hexadecimal(tacit.account_key(address))
        answer = unless_too_early(lambda: chain.node.call("state_getProof", key))
        return answer if answer and answer["height"] > from_height else None

    answer = wait_for("a state proof", proof)
    block = chain.checked_block(answer["height"])
    if answer["state_root"] != block["header"]["state_root"] or answer["block_id"] != block["block_id"]:
        raise SystemExit("interop: the state proof is against another root than its header's")
    value = None if answer["value"] is None else unhex(answer["value"])
    root, key, proof_bytes = unhex(answer["state_root"]), tacit.account_key(address), unhex(answer["proof"])
    if not tacit.verify_proof(root, key, value, proof_bytes):
        raise SystemExit(f"interop: the state proof for {chain.text(address)} does not verify")
    if tacit.verify_proof(root, key, b"\0" * 24, proof_bytes):
        raise SystemExit("interop: the state proof also proves another value")
    return tacit.read_account(value)


def check_refusals(chain, secret, to):
    """What must be refused is refused, with the code of the specification."""
    def code(change, resign=True):
        fields, _, _ = make_transfer(chain, secret, to, 1)
        change(fields)
        tx = tacit.sign(tacit.tx_body(fields), fields["authorization"], [secret])
        # The signature stands before two empty lists: proofs and spend signatures.
        tx = tx if resign else tx[:-9] + bytes([tx[-9] ^ 1]) + tx[-8:]
        try:
            chain.node.call("tx_submit", hexadecimal(tx))
        except RpcError as error:
            return error.reject_code
        return None

    expect("the refusal of a forged signature", code(lambda fields: None, resign=False), 10)
    expect("the refusal of another chain", code(lambda fields: fields.update(genesis_id="0x" + "77" * 32)), 4)
    expect("the refusal of too little gas", code(lambda fields: fields.update(gas_limit=20_000)), 6)
    expect("the refusal of nothing to do", code(lambda fields: fields.update(actions=[])), 5)
    expect("the refusal of a used sequence", code(lambda fields: fields["authorization"].update(sequence=0)), 100)
    expect("the refusal of an expired transaction", code(lambda fields: fields.update(expiry=0)), 102)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="JSON-RPC address of a node, as http://127.0.0.1:26602")
    parser.add_argument("--secret", help="0x-hexadecimal Ed25519 seed of an account with money")
    parser.add_argument("--mnemonic", default=keys.DEVNET_MNEMONIC, help="BIP-39 words of an account with money; by default the devnet's")
    parser.add_argument("--path", default=keys.path(0), help="derivation path (default %(default)s)")
    parser.add_argument("--amount", type=int, default=12_345, help="base units to send (default %(default)s)")
    options = parser.parse_args()

    secret = unhex(options.secret) if options.secret else keys.slip10(keys.bip39_seed(options.mnemonic), options.path)
    chain = Chain(Node(options.url))
    sender = tacit.address_of_key(ed25519.public_key(secret))
    receiver = tacit.address_of_key(ed25519.public_key(os.urandom(32)))
    print(f"interop: chain {hexadecimal(chain.genesis_id)[:18]}.. at height {chain.height}")
    print(f"interop: {chain.text(sender)} sends {options.amount} to {chain.text(receiver)}")
    wait_for("the first block", lambda: chain.node.call("node_status")["height"] or None)

    expect("the receiver's proven account before", proven_account(chain, receiver, 0), (0, 0))
    fields, body, tx = make_transfer(chain, secret, receiver, options.amount)
    receipt = follow(chain, fields, body, tx)
    check_inclusion(chain, fields, tx, receipt)
    expect("the receiver's proven account after", proven_account(chain, receiver, receipt["height"]), (options.amount, 0))
    _, sequence = proven_account(chain, sender, receipt["height"])
    expect("the sender's proven sequence", sequence > fields["authorization"]["sequence"], True)
    check_refusals(chain, secret, receiver)
    print(f"interop: passed at height {receipt['height']}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RpcError as error:
        sys.exit(f"interop: {error}")
    except RuntimeError as error:
        sys.exit(f"interop: {error}")
