"""The client's own tests: known answers of the primitives, then every vector of tests/vectors. Needs no node and
nothing but Python 3.8; fails on the first difference."""

import hashlib
import json
import os
import sys
import time

import chacha
import curves
import decoding
import ed25519
import keys
import privacy
import tacit
from blake3 import blake3, derive
from encoding import bech32m, hexadecimal, integer, unbech32m, unhex
from poseidon import poseidon

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors")
checks = 0


def same(what, found, expected):
    global checks
    checks += 1
    if found != expected:
        raise SystemExit(f"interop: {what} differs\n  found    {found}\n  expected {expected}")


def hexes(what, found, expected):
    same(what, hexadecimal(found), expected)


def refused(what, call):
    global checks
    checks += 1
    try:
        result = call()
    except (ValueError, IndexError):
        return
    if result is not False:
        raise SystemExit(f"interop: {what} was accepted")


def load(name):
    with open(os.path.join(VECTORS, name), encoding="utf-8") as file:
        return json.load(file)


def primitives():
    # BLAKE3's published test vectors: input byte i is i mod 251.
    pattern = lambda length: bytes(i % 251 for i in range(length))
    known = {
        0: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        1: "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
        1024: "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
        1025: "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
        3072: "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2",
        5120: "9cadc15fed8b5d854562b26a9536d9707cadeda9b143978f319ab34230535833",
    }
    for length, digest in known.items():
        same(f"BLAKE3 of {length} bytes", blake3(pattern(length)).hex(), digest)
    context = "BLAKE3 2019-12-27 16:29:52 test vectors context"
    same("BLAKE3 derived key", derive(context, b"").hex(),
         "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d")
    # RFC 8032, 7.1, tests 1 and 2.
    for secret, public, message, signature in (
        ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ):
        secret, public, message, signature = map(bytes.fromhex, (secret, public, message, signature))
        same("Ed25519 public key", ed25519.public_key(secret), public)
        same("Ed25519 signature", ed25519.sign(secret, message), signature)
        same("Ed25519 verification", ed25519.verify(public, message, signature), True)
        same("Ed25519 refusal", ed25519.verify(public, message + b"x", signature), False)
    # SLIP-10's test vector 1 for Ed25519 and BIP-39's for an all-zero entropy.
    same("SLIP-10 key", keys.slip10(bytes.fromhex("000102030405060708090a0b0c0d0e0f"), "m/0'/1'/2'/2'/1000000000'").hex(),
         "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793")
    phrase = "abandon " * 11 + "about"
    same("BIP-39 seed", hashlib.sha256(keys.bip39_seed(phrase, "TREZOR")).hexdigest(),
         hashlib.sha256(bytes.fromhex("c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04")).hexdigest())


def ids():
    vectors = load("ids.json")
    for name, it in vectors["ids"].items():
        hexes(f"{name} of nothing", derive(it["context"], b""), it["of_empty"])
        hexes(f"{name} of tacit", derive(it["context"], b"tacit"), it["of_tacit"])
    same("native asset", hexadecimal(tacit.NATIVE), vectors["native_asset"])
    for it in vectors["addresses"]:
        if it["kind"] == "key":
            same("public key", hexadecimal(ed25519.public_key(unhex(it["secret"]))), it["public_key"])
            address = tacit.address_of_key(unhex(it["public_key"]))
        elif it["kind"] == "multisig":
            keys_ = [unhex(key) for key in it["keys"]]
            hexes("policy", tacit.policy(it["threshold"], keys_), it["policy"])
            address = tacit.address_of_multisig(it["threshold"], keys_)
        elif it["kind"] == "one-time":
            address = tacit.one_time_address(unhex(it["spend_key"]), unhex(it["nullifier"]))
        else:
            address = tacit.address_of_contract(unhex(it["creator"]), unhex(it["code_hash"]), unhex(it["salt"]))
        hexes(f"address of a {it['kind']}", address, it["address"])
        for prefix, text in it["text"].items():
            same("address text", bech32m(prefix, address), text)
            same("address read back", unbech32m(prefix, text), address)
    for it in vectors["refused_on_dev"]:
        refused(it["why"], lambda: unbech32m("tctd", it["text"]))
    it = vectors["group_id"]
    hexes("group id", tacit.group_id(unhex(it["creator"]), it["sequence"], it["index"]), it["id"])


def transactions():
    vectors = load("transaction.json")
    for it in vectors["refused"]:
        refused(it["why"], lambda: decoding.transaction(unhex(it["bytes"])))
    for it in vectors["transactions"]:
        what, fields = it["name"], it["fields"]
        body = tacit.tx_body(fields)
        hexes(f"{what}: body", body, it["body"])
        hexes(f"{what}: tx id", tacit.tx_id(body), it["tx_id"])
        hexes(f"{what}: sign bytes", tacit.sign_bytes(body), it["sign_bytes"])
        hexes(f"{what}: sender", tacit.sender(fields["authorization"]), it["sender"])
        secrets, proofs = [unhex(s) for s in it["secrets"]], [unhex(p) for p in it["proofs"]]
        spends = [unhex(s) for s in it["spend_signatures"]]
        tx = tacit.sign(body, fields["authorization"], secrets, proofs, spends)
        hexes(f"{what}: bytes", tx, it["bytes"])
        hexes(f"{what}: full hash", tacit.full_hash(tx), it["full_hash"])
        read, signatures, read_proofs, read_spends = decoding.transaction(tx)
        same(f"{what}: spend signatures read back", read_spends, it["spend_signatures"])
        same(f"{what}: fields read back", read, fields)
        same(f"{what}: proofs read back", read_proofs, it["proofs"])
        for index, signature in signatures:
            key = fields["authorization"]["keys"][index] if "keys" in fields["authorization"] else fields["authorization"]["public_key"]
            same(f"{what}: signature", ed25519.verify(unhex(key), tacit.sign_bytes(body), unhex(signature)), True)
        for cut in range(0, len(tx), 7):
            refused(f"{what}: {cut} of {len(tx)} bytes", lambda: decoding.transaction(tx[:cut]))


def blocks():
    vectors = load("block.json")
    fields = dict(vectors["header"]["fields"])
    fields["proposer"] = unhex(fields["proposer"])
    header = tacit.header(fields)
    hexes("header", header, vectors["header"]["bytes"])
    hexes("block id", tacit.block_id(header), vectors["header"]["block_id"])
    it = vectors["certificate"]
    validators = [(unhex(v["public_key"]), v["power"]) for v in it["validators"]]
    shown = dict(it, signers=hexadecimal(bytes([sum(1 << i for i in it["signers"])])))
    encoded = tacit.certificate(shown)
    hexes("certificate", encoded, it["bytes"])
    genesis_id = unhex(fields["genesis_id"])
    tacit.check_certificate(shown, genesis_id, validators)
    refused("a certificate of another round", lambda: tacit.check_certificate(dict(shown, round=2), genesis_id, validators))
    fewer = dict(shown, signers="0x05", signatures=shown["signatures"][:2])
    refused("a certificate of half the power", lambda: tacit.check_certificate(fewer, genesis_id, validators))
    txs = [unhex(tx) for tx in vectors["body"]["txs"]]
    body = tacit.body(encoded, txs)
    hexes("body", body, vectors["body"]["bytes"])
    hexes("body root", tacit.body_root(txs), vectors["body"]["root"])
    hexes("last commit", tacit.certificate_hash(encoded), vectors["body"]["last_commit_hash"])
    hexes("block", header + body, vectors["block_bytes"])
    hexes("empty body", tacit.body(None, []), vectors["empty_body"]["bytes"])
    hexes("root of no transactions", tacit.body_root([]), vectors["empty_body"]["root"])
    hexes("no last commit", tacit.certificate_hash(None), vectors["empty_body"]["last_commit_hash"])
    for it in vectors["sign_bytes"]:
        value = None if it["value"] is None else unhex(it["value"])
        found = tacit.vote_sign_bytes(unhex(it["genesis_id"]), it["step"], it["height"], it["round"], value, unhex(it["extra"]))
        hexes("vote", found, it["sign_bytes"])
    for it in vectors["proposers"]:
        listed = [(unhex(v["public_key"]), v["power"]) for v in it["validators"]]
        ordered, encoded = tacit.validator_set(listed[::-1])
        same("order of validators", ordered, listed)
        hexes("validator set", encoded, it["encoding"])
        hexes("validators hash", tacit.validators_hash(encoded), it["hash"])
        for offset, row in enumerate(it["index_by_height_and_round"]):
            found = [tacit.proposer(listed, it["from_height"] + offset, r) for r in range(len(row))]
            same("proposers", found, row)
    for it in vectors["merkle"]:
        leaves = [bytes([i]) * 32 for i in range(it["count"])]
        context = "tacit 2026-11 body root"
        root = tacit.merkle_root(context, leaves)
        hexes("Merkle root", root, it["body_root"])
        hexes("Merkle root", tacit.merkle_root("tacit 2026-11 receipts root", leaves), it["receipts_root"])
        for index, path in enumerate(it["proofs"]):
            path = [unhex(sibling) for sibling in path]
            same("Merkle proof", tacit.merkle_verify(context, root, len(leaves), index, leaves[index], path), True)
            same("Merkle proof of another leaf",
                 tacit.merkle_verify(context, root, len(leaves), index, bytes([99]) * 32, path), False)
    it = vectors["receipts"]
    encodings = [unhex(receipt) for receipt in it["encodings"]]
    for receipt, leaf in zip(encodings, it["leaves"]):
        hexes("receipt leaf", tacit.receipt_leaf(receipt), leaf)
    hexes("receipts root", tacit.receipts_root(encodings), it["root"])
    hexes("root of no receipts", tacit.receipts_root([]), it["root_of_none"])


def state():
    vectors = load("state.json")
    hexes("key of an account", tacit.account_key(bytes([1]) * 32), vectors["keys"]["account"])
    it = vectors["records"]["account"]
    same("account", tacit.read_account(unhex(it["bytes"])), (int(it["balance"]), it["sequence"]))
    same("empty account", tacit.read_account(None), (0, 0))


def trie():
    vectors = load("state-trie.json")
    root = unhex(vectors["root"])
    for it in vectors["proofs"]:
        key, proof = unhex(it["key"]), unhex(it["proof"])
        value = None if it["value"] is None else unhex(it["value"])
        same("state proof", tacit.verify_proof(root, key, value, proof), True)
        other = b"another" if value is None else value + b"x"
        same("state proof of another value", tacit.verify_proof(root, key, other, proof), False)
        same("state proof under another root", tacit.verify_proof(bytes(32), key, value, proof), False)
        refused("a longer state proof", lambda: tacit.verify_proof(root, key, value, proof + b"\0"))
        refused("a shorter state proof", lambda: tacit.verify_proof(root, key, value, proof[:-1]))


def privacy_primitives():
    # circomlib's published values of Poseidon, RFC 9496's of Ristretto (A.1, A.3), RFC 8439's of the cipher (A.5's key).
    same("Poseidon of 1", poseidon(0, [1]),
         18586133768512220936620570745912940619677854269274689475585506675881198879027)
    same("Poseidon of 1, 2", poseidon(0, [1, 2]),
         7853200120776062878684798364095072458815029376092732009249414926327459813530)
    same("Poseidon of 1, 2, 3, 4", poseidon(0, [1, 2, 3, 4]),
         18821383157269793795438455681495246036402687001665670618754263018637548127333)
    base = curves.ristretto_decode(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))
    same("twice Ristretto's base", curves.ristretto_encode(curves.multiply(2, base)).hex(),
         "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919")
    uniform = hashlib.sha512(b"Ristretto is traditionally a short shot of espresso coffee").digest()
    same("Ristretto's map", curves.ristretto_encode(curves.ristretto_from_uniform(uniform)).hex(),
         "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46")
    same("a refused encoding", curves.ristretto_decode(bytes([1]) + bytes(31)), None)
    key, nonce = bytes(range(0x80, 0xA0)), bytes.fromhex("070000004041424344454647")
    text = (b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
            b"sunscreen would be it.")
    same("ChaCha20", chacha.seal(key, text, nonce)[:16].hex(), "d31a8d34648e60db7b86afbc53ef7ec2")
    same("Poly1305 read back", chacha.unseal(key, chacha.seal(key, text, nonce), nonce), text)


def private_keys(it):
    keys_ = privacy.Keys(keys.slip10(keys.bip39_seed(it["mnemonic"]), it["path"]))
    hexes("full viewing key", keys_.full(), it["full_viewing_key"])
    hexes("incoming viewing key", keys_.incoming(), it["incoming_viewing_key"])
    for network, letter in (("main", ""), ("test", "t"), ("dev", "d")):
        prefix = "tct" + letter
        same("text", bech32m(prefix + "view", keys_.full()), it["full_viewing_key_text"][network])
        same("text", bech32m(prefix + "view", keys_.incoming()), it["incoming_viewing_key_text"][network])
    for address in it["addresses"]:
        hexes("shielded address", keys_.address(int(address["index"])), address["address"])
        for network, prefix in (("main", "tctz"), ("test", "tcttz"), ("dev", "tctdz")):
            same("text", bech32m(prefix, unhex(address["address"])), address["text"][network])
    return keys_


def private_money():
    vectors = load("privacy.json")
    sender, receiver, _ = [private_keys(it) for it in vectors["keys"]]
    for it in vectors["notes"]:
        address, asset, value, rseed = unhex(it["address"]), unhex(it["asset"]), int(it["value"]), unhex(it["rseed"])
        hexes("asset", integer(privacy.asset_field(asset), 32), it["asset_field"])
        hexes("blinding", integer(privacy.blinding(rseed), 32), it["rcm"])
        memo_key = unhex(it["memo_key"])
        made = privacy.encrypt(address, asset, value, rseed, memo_key, sender.ovk)
        expected = [it[name] for name in ("commitment", "ephemeral_key", "view_tag", "ciphertext", "outgoing")]
        same("output", [part if isinstance(part, int) else hexadecimal(part) for part in made], expected)
        note = privacy.field(made[0])
        hexes("nullifier", integer(privacy.nullifier(receiver.nk, note, it["position"]), 32), it["nullifier"])
        hexes("memo", privacy.memo_ciphertext(it["memo"], memo_key), it["memo_ciphertext"])
        same("received", privacy.receive(receiver, *made[:4]), (address[:11], value, asset, rseed, memo_key))
        refused("somebody else's note", lambda: privacy.receive(sender, *made[:4]))
        refused("another tag", lambda: privacy.receive(receiver, *made[:2], made[2] ^ 1, made[3]))
    for it in vectors["signatures"]:
        ask, alpha = (int.from_bytes(unhex(it[name]), "little") % curves.JUBJUB_ORDER for name in ("ask_wide", "alpha_wide"))
        ak, message = curves.jubjub_multiply(ask, curves.BASE), unhex(it["message"])
        hexes("spend key", curves.jubjub_encode(ak), it["ak"])
        key, signature = privacy.sign(ask, alpha, message, unhex(it["random"]))
        hexes("key for one use", key, it["rk"])
        hexes("spend signature", signature, it["signature"])
        same("its equation", privacy.signature_holds(ak, alpha, message, signature), True)
    for it in vectors["sighashes"]:
        hexes("sighash", integer(privacy.sighash(unhex(it["sign_bytes"])), 32), it["sighash"])
    for it in vectors["trees"]:
        hexes("root", integer(privacy.root([unhex(leaf) for leaf in it["leaves"]]), 32), it["root"])


def main():
    started = time.monotonic()
    for part in (primitives, ids, transactions, blocks, state, trie, privacy_primitives, private_money):
        part()
    print(f"interop: {checks} checks against the specification's vectors passed in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
