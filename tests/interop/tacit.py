"""Tacit's transactions, blocks and state proofs, written from docs/spec alone: ids.md, transaction.md, block.md,
state.md, state-trie.md. Field names are those of docs/spec/rpc.md."""

from blake3 import blake3, derive
from encoding import data, hexadecimal, integer, items, name, option, u8, u16, u32, u64, u128, unhex
import ed25519

NATIVE = bytes(32)
PREFIXES = {"main": "tct", "test": "tctt", "dev": "tctd"}


# ids.md

def address_of_key(public_key):
    return derive("tacit 2026-11 address", b"\0" + public_key)


def policy(threshold, keys):
    return u8(threshold) + items(sorted(keys))


def address_of_multisig(threshold, keys):
    return derive("tacit 2026-11 address", b"\1" + policy(threshold, keys))


def one_time_address(spend_key, nullifier):
    return derive("tacit 2026-11 address", b"\3" + spend_key + nullifier)


def address_of_contract(creator, code_hash, salt):
    return derive("tacit 2026-11 address", b"\2" + creator + code_hash + salt)


def group_id(creator, sequence, index):
    return derive("tacit 2026-11 group id", creator + u64(sequence) + u32(index))


# transaction.md

def action(it):
    """TX-2, from a description with hexadecimal bytes and decimal strings."""
    kind = it["kind"]
    members = lambda: items([unhex(m["identity"]) + u64(int(m["weight"])) for m in it["members"]])
    if kind == "transfer":
        return b"\0" + unhex(it["asset"]) + unhex(it["to"]) + u128(int(it["amount"]))
    if kind == "prove_range":
        return b"\1\0" + unhex(it["commitment"]) + u128(int(it["low"])) + u128(int(it["high"])) + name(it["purpose"])
    if kind == "prove_membership":
        return (b"\1\1" + unhex(it["group"]) + unhex(it["root"]) + name(it["scope"]) + unhex(it["nullifier"])
                + u64(int(it["weight"])) + name(it["purpose"]))
    if kind == "prove_equality":
        return b"\1\2" + unhex(it["left"]) + unhex(it["right"]) + name(it["purpose"])
    if kind == "group_create":
        return b"\2" + members()
    if kind == "group_add":
        return b"\3" + unhex(it["group"]) + members()
    if kind == "deploy":
        return b"\4" + data(unhex(it["code"]))
    if kind == "instantiate":
        return b"\5" + unhex(it["code_hash"]) + unhex(it["salt"]) + data(unhex(it["input"])) + u128(int(it["value"])) + contract_policy(it["policy"])
    if kind == "call":
        return b"\6" + unhex(it["contract"]) + name(it["function"]) + data(unhex(it["input"])) + u128(int(it["value"]))
    if kind == "join_split":
        return b"\7" + join_split(it)
    return _later_action(kind, it)


def _later_action(kind, it):
    if kind == "asset_create":
        return b"\x08" + name(it["symbol"]) + u8(it["decimals"]) + u128(int(it["supply"])) + u128(int(it["cap"]))
    if kind == "asset_mint":
        return b"\x09" + unhex(it["asset"]) + unhex(it["to"]) + u128(int(it["amount"]))
    if kind == "sweep":
        return b"\x0a" + unhex(it["asset"]) + unhex(it["to"])
    if kind == "pool_pause":
        return b"\x0b" + u64(it["heights"])
    if kind == "poll_create":
        return b"\x0c" + unhex(it["group"]) + name(it["title"]) + u8(it["options"]) + u64(it["closes"])
    if kind == "poll_vote":
        return (b"\x0d" + unhex(it["poll"]) + unhex(it["root"]) + u8(it["choice"]) + unhex(it["nullifier"])
                + u64(it["weight"]))
    if kind == "issuer_create":
        return b"\x0e" + name(it["name"])
    if kind == "credential_issue":
        return b"\x0f" + unhex(it["issuer"]) + items([unhex(leaf) for leaf in it["leaves"]])
    if kind == "credential_revoke":
        return b"\x10" + unhex(it["issuer"]) + u32(it["index"])
    if kind == "require":
        return b"\x11" + unhex(it["proof"])
    if kind == "key_register":
        return b"\x12" + data(unhex(it["key"]))
    if kind == "contract_pause":
        return b"\x13" + unhex(it["contract"]) + u64(it["duration_ms"])
    if kind == "contract_unpause":
        return b"\x14" + unhex(it["contract"])
    if kind == "upgrade_announce":
        return b"\x15" + unhex(it["contract"]) + unhex(it["code_hash"]) + data(unhex(it["input"]))
    if kind == "contract_upgrade":
        return b"\x16" + unhex(it["contract"])
    if kind == "prove_credential":
        return (b"\1\3" + unhex(it["issuer"]) + unhex(it["root"]) + name(it["attribute"]) + name(it["application"])
                + unhex(it["pseudonym"]) + unhex(it["commitment"]) + u128(int(it["low"])) + u128(int(it["high"]))
                + name(it["purpose"]))
    raise ValueError(f"unknown action {kind}")


def contract_policy(it):
    """transaction.md, the policy of a contract."""
    upgrade, pause = it["upgrade"], it["pause"]
    encoded = u8(("immutable", "timelocked", "governed").index(upgrade["kind"]))
    if upgrade["kind"] == "timelocked":
        encoded += unhex(upgrade["admin"]) + u64(upgrade["delay_ms"])
    if pause is None:
        return encoded + b"\0"
    return encoded + b"\1" + unhex(pause["pauser"]) + unhex(pause["unpauser"]) + u64(pause["longest_ms"])


def join_split(it):
    """privacy.md, join-split."""
    output = lambda o: (unhex(o["commitment"]) + unhex(o["ephemeral_key"]) + u8(o["view_tag"]) + unhex(o["ciphertext"])
                        + unhex(o["outgoing"]))
    public, shapes = it["public"], {1: 0, 2: 1, 8: 2}
    value = u8(("none", "in", "out").index(public["direction"]))
    if public["direction"] != "none":
        value += unhex(public["asset"]) + u128(int(public["amount"]))
    nullifiers = b"".join(unhex(nullifier) for nullifier in it["nullifiers"])
    return (unhex(it["anchor"]) + u8(shapes[len(it["nullifiers"])]) + nullifiers + b"".join(output(o) for o in it["outputs"])
            + value + unhex(it["spend_key"]) + unhex(it["memo"]))


def authorization(it):
    if it["kind"] == "account":
        return b"\0" + unhex(it["public_key"]) + u64(it["sequence"])
    return b"\1" + policy(it["threshold"], [unhex(key) for key in it["keys"]]) + u64(it["sequence"])


def sender(it):
    if it["kind"] == "account":
        return address_of_key(unhex(it["public_key"]))
    return address_of_multisig(it["threshold"], [unhex(key) for key in it["keys"]])


def tx_body(it):
    """TX-1."""
    return (u8(it["version"]) + unhex(it["genesis_id"]) + u64(it["expiry"]) + u64(it["gas_limit"])
            + u64(int(it["max_fee_per_gas"])) + u64(int(it["max_tip_per_gas"])) + authorization(it["authorization"])
            + items([action(one) for one in it["actions"]]))


def tx_id(body):
    return derive("tacit 2026-11 tx id", body)


def sign_bytes(body):
    return derive("tacit 2026-11 tx sign bytes", body)


def full_hash(tx):
    return derive("tacit 2026-11 tx full hash", tx)


def sign(body, authorized, secrets, proofs=(), spends=()):
    """The whole transaction: TX-5 says which signatures stand where."""
    message = sign_bytes(body)
    if authorized["kind"] == "account":
        keys = [unhex(authorized["public_key"])]
    else:
        keys = sorted(unhex(key) for key in authorized["keys"])
    signed = {keys.index(ed25519.public_key(secret)): ed25519.sign(secret, message) for secret in secrets}
    signatures = [u8(index) + signed[index] for index in sorted(signed)]
    return body + items(signatures) + items(list(proofs)) + items(list(spends))


def gas_of_transfers(tx, signatures, transfers):
    """TX-8."""
    return 8_000 + 10 * len(tx) + 20_000 * signatures + 8_000 * transfers


# block.md

def header(it):
    """BL-1. `proposer` is the address as bytes, already read from its text."""
    return (u16(it["version"]) + unhex(it["genesis_id"]) + u64(it["height"]) + u32(it["round"]) + u64(it["time_ms"])
            + unhex(it["parent"]) + it["proposer"] + unhex(it["body_root"]) + u32(it["body_length"])
            + unhex(it["last_commit"]) + unhex(it["state_root"]) + unhex(it["receipts_root"])
            + u64(int(it["base_fee"])) + unhex(it["validators_hash"]) + unhex(it["next_validators_hash"]))


def block_id(encoded_header):
    return derive("tacit 2026-11 block id", encoded_header)


def merkle_root(context, leaves):
    """BL-4."""
    if not leaves:
        return derive(context, b"\2")
    if len(leaves) == 1:
        return derive(context, b"\0" + leaves[0])
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return derive(context, b"\1" + merkle_root(context, leaves[:k]) + merkle_root(context, leaves[k:]))


def merkle_verify(context, root, count, index, leaf, path):
    """BL-5: siblings from the leaf upwards."""
    def fold(count, index, path):
        if count == 1:
            return derive(context, b"\0" + leaf) if not path else b""
        if not path:
            return b""
        k = 1 << (count - 1).bit_length() - 1
        if index < k:
            return derive(context, b"\1" + fold(k, index, path[:-1]) + path[-1])
        return derive(context, b"\1" + path[-1] + fold(count - k, index - k, path[:-1]))
    return 0 <= index < count and fold(count, index, path) == root


def body_root(txs):
    return merkle_root("tacit 2026-11 body root", [full_hash(tx) for tx in txs])


def receipt_leaf(receipt):
    return derive("tacit 2026-11 receipt", receipt)


def receipts_root(receipts):
    return merkle_root("tacit 2026-11 receipts root", [receipt_leaf(receipt) for receipt in receipts])


def certificate(it):
    """BL-9."""
    return (u64(it["height"]) + u32(it["round"]) + unhex(it["block_id"]) + data(unhex(it["signers"]))
            + items([unhex(signature) for signature in it["signatures"]]))


def certificate_hash(encoded):
    return derive("tacit 2026-11 commit certificate", option(encoded))


def body(last_commit, txs):
    return option(last_commit) + items([data(tx) for tx in txs])


def validator_set(validators):
    """BL-6: (public key, power) in canonical order."""
    ordered = sorted(validators, key=lambda validator: (-validator[1], validator[0]))
    return ordered, items([key + u64(power) for key, power in ordered])


def validators_hash(encoded):
    return derive("tacit 2026-11 validator set", encoded)


def vote_sign_bytes(genesis_id, step, height, round_, value, extra=b""):
    """BL-8."""
    message = genesis_id + u8(step) + u64(height) + u32(round_) + option(value) + extra
    return derive("tacit 2026-11 consensus sign bytes", message)


GOLDEN_STEP = 0x9E3779B97F4A7C15


def proposer(validators, height, round_):
    """BL-7: index into the ordered set."""
    candidates = list(enumerate(validators))
    point = height * GOLDEN_STEP % 2**64

    def picked():
        target = point * sum(power for _, (_, power) in candidates) >> 64
        reached = 0
        for at, (_, (_, power)) in enumerate(candidates):
            reached += power
            if reached > target:
                return at

    for _ in range(round_ % len(validators)):
        candidates.pop(picked())
        point = (point + GOLDEN_STEP) % 2**64
    return candidates[picked()][0]


def check_certificate(it, genesis_id, validators):
    """BL-9: raises unless more than two thirds of the power signed."""
    signers, signatures = unhex(it["signers"]), [unhex(text) for text in it["signatures"]]
    if len(signers) != (len(validators) + 7) // 8:
        raise ValueError("the bitmap does not fit the set")
    indices = [i for i in range(8 * len(signers)) if signers[i // 8] >> i % 8 & 1]
    if len(indices) != len(signatures) or any(i >= len(validators) for i in indices):
        raise ValueError("signatures and bits do not match")
    message = vote_sign_bytes(genesis_id, 2, it["height"], it["round"], unhex(it["block_id"]))
    for index, signature in zip(indices, signatures):
        if not ed25519.verify(validators[index][0], message, signature):
            raise ValueError(f"the signature of validator {index} does not verify")
    power, total = sum(validators[i][1] for i in indices), sum(power for _, power in validators)
    if 3 * power <= 2 * total:
        raise ValueError("not more than two thirds of the power")


# state.md

def account_key(address):
    return b"\x0a" + address


def read_account(value):
    """(balance, sequence); an absent entry is an empty account."""
    if value is None:
        return 0, 0
    if len(value) != 24:
        raise ValueError("an account has 24 bytes")
    return int.from_bytes(value[:16], "little"), int.from_bytes(value[16:], "little")


# state-trie.md

def trie_leaf(key_path, value_hash):
    node = bytearray(blake3(key_path + value_hash))
    node[0] |= 0x80
    return bytes(node)


def trie_branch(left, right):
    node = bytearray(blake3(left + right))
    node[0] &= 0x7F
    return bytes(node)


def _bit(path, i):
    return path[i // 8] >> 7 - i % 8 & 1


def decode_proof(proof):
    """TR-3, TR-4: (kind, other leaf or None, siblings from the root down)."""
    if len(proof) < 3 or proof[0] > 2:
        raise ValueError("head")
    kind, count = proof[0], int.from_bytes(proof[1:3], "little")
    at = 3 + (count + 7) // 8
    bitmap = proof[3:at]
    if count > 256 or len(proof) < at or any(_bit(bitmap, i) for i in range(count, 8 * len(bitmap))):
        raise ValueError("bitmap")
    other = None
    if kind == 2:
        other = proof[at:at + 32], proof[at + 32:at + 64]
        at += 64
    siblings = []
    for i in range(count):
        sibling = bytes(32)
        if _bit(bitmap, i):
            sibling = proof[at:at + 32]
            at += 32
            if sibling == bytes(32):
                raise ValueError("an empty sibling that is not left out")
        siblings.append(sibling)
    if at != len(proof):
        raise ValueError("length")
    return kind, other, siblings


def verify_proof(root, key, value, proof):
    """TR-5. `value` None claims that the key has none."""
    kind, other, siblings = decode_proof(proof)
    path = derive("tacit 2026-11 state key path", key)
    if (value is None) == (kind == 1):
        return False
    node = bytes(32)
    if kind == 1:
        node = trie_leaf(path, derive("tacit 2026-11 state value", value))
    elif kind == 2:
        if other[0] == path or any(_bit(other[0], i) != _bit(path, i) for i in range(len(siblings))):
            return False
        node = trie_leaf(*other)
    for i in reversed(range(len(siblings))):
        node = trie_branch(siblings[i], node) if _bit(path, i) else trie_branch(node, siblings[i])
    return node == root
