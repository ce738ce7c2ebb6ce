"""Private money as docs/spec/privacy.md says it, in plain Python: keys, addresses, notes, encryption, spend signatures.
Slow and small; for checking only."""

from blake3 import derive
from chacha import seal, unseal
from curves import (BASE, JUBJUB_ORDER, RISTRETTO_ORDER, jubjub_add, jubjub_encode, jubjub_multiply, multiply,
                    ristretto_decode, ristretto_encode, ristretto_from_uniform)
from encoding import integer
from poseidon import R, poseidon

TAG_NODE, TAG_OWNER_KEY, TAG_OWNER, TAG_NOTE, TAG_NULLIFIER = 1, 31, 32, 33, 34
ARITY, DEPTH = 4, 16


def kdf(context, data, length=32):
    return derive("tacit 2026-11 " + context, data, length)


def wide(context, data, modulus):
    return int.from_bytes(kdf(context, data, 64), "little") % modulus


def field(data):
    number = int.from_bytes(data, "little")
    if number >= R:
        raise ValueError("not a field element")
    return number


class Keys:
    """Everything that follows from the 32 bytes at an account's path."""

    def __init__(self, sk):
        self.ask = wide("shielded ask", sk, JUBJUB_ORDER)
        self.ak = jubjub_multiply(self.ask, BASE)
        self.nk = wide("shielded nk", sk, R)
        self.ovk = kdf("shielded ovk", sk)
        self.dk = kdf("shielded dk", sk)
        nk = integer(self.nk, 32)
        self.ivk = wide("shielded ivk", jubjub_encode(self.ak) + nk, RISTRETTO_ORDER)
        self.owner_key = poseidon(TAG_OWNER_KEY, [*self.ak, self.nk])

    def full(self):
        return b"\0" + jubjub_encode(self.ak) + integer(self.nk, 32) + self.ovk + self.dk

    def incoming(self):
        return b"\1" + integer(self.ivk, 32) + integer(self.owner_key, 32) + self.dk

    def owner(self, diversifier):
        return poseidon(TAG_OWNER, [self.owner_key, int.from_bytes(diversifier, "little")])

    def address(self, index):
        diversifier = kdf("shielded diversifier", self.dk + integer(index, 8))[:11]
        transmission_key = ristretto_encode(multiply(self.ivk, base(diversifier)))
        return diversifier + integer(self.owner(diversifier), 32) + transmission_key


def base(diversifier):
    return ristretto_from_uniform(kdf("shielded diversified base", diversifier, 64))


def asset_field(asset):
    return wide("shielded asset", asset, R)


def blinding(rseed):
    return wide("shielded rcm", rseed, R)


def commitment(asset, value, owner, rseed):
    return poseidon(TAG_NOTE, [asset_field(asset), value, owner, blinding(rseed)])


def nullifier(nk, note, position):
    return poseidon(TAG_NULLIFIER, [nk, note, position])


def sighash(sign_bytes):
    return wide("shielded sighash", sign_bytes, R)


def root(leaves):
    """Root of the tree of all leaves: every level's empty nodes are hashed from the level below."""
    level, empty = [field(leaf) for leaf in leaves], 0
    for _ in range(DEPTH):
        level += [empty] * (-len(level) % ARITY)
        level = [poseidon(TAG_NODE, level[at:at + ARITY]) for at in range(0, len(level), ARITY)]
        empty = poseidon(TAG_NODE, [empty] * ARITY)
    return level[0] if level else empty


def _note_secret(shared, ephemeral_key, note):
    secret = kdf("note encryption", shared + ephemeral_key + note, 33)
    return secret[:32], secret[32]


def encrypt(address, asset, value, rseed, memo_key, ovk):
    """Commitment, ephemeral key, view tag, note ciphertext, outgoing ciphertext."""
    diversifier, owner, transmission_key = address[:11], address[11:43], address[43:]
    note = integer(commitment(asset, value, field(owner), rseed), 32)
    esk = wide("shielded esk", rseed, RISTRETTO_ORDER)
    ephemeral_key = ristretto_encode(multiply(esk, base(diversifier)))
    shared = ristretto_encode(multiply(esk, ristretto_decode(transmission_key)))
    key, tag = _note_secret(shared, ephemeral_key, note)
    plaintext = b"\1" + diversifier + integer(value, 16) + asset + rseed + memo_key
    outgoing = seal(kdf("outgoing", ovk + note + ephemeral_key), transmission_key + owner + integer(esk, 32))
    return note, ephemeral_key, tag, seal(key, plaintext), outgoing


def receive(keys, note, ephemeral_key, tag, ciphertext):
    """Diversifier, value, asset, seed and memo key of a note for `keys`; ValueError for anything else."""
    point = ristretto_decode(ephemeral_key)
    if point is None or not any(ephemeral_key):
        raise ValueError("no ephemeral key")
    key, expected = _note_secret(ristretto_encode(multiply(keys.ivk, point)), ephemeral_key, note)
    if tag != expected:
        raise ValueError("another view tag")
    plaintext = unseal(key, ciphertext)
    diversifier, value = plaintext[1:12], int.from_bytes(plaintext[12:28], "little")
    asset, rseed, memo_key = plaintext[28:60], plaintext[60:92], plaintext[92:]
    esk = wide("shielded esk", rseed, RISTRETTO_ORDER)
    if plaintext[0] != 1 or ristretto_encode(multiply(esk, base(diversifier))) != ephemeral_key:
        raise ValueError("not made as it must be")
    if integer(commitment(asset, value, keys.owner(diversifier), rseed), 32) != note:
        raise ValueError("not the committed note")
    return diversifier, value, asset, rseed, memo_key


def memo_ciphertext(text, memo_key):
    return seal(memo_key, text.encode().ljust(512, b"\0"))


def sign(ask, alpha, message, random):
    """The key for one use and a signature under it."""
    secret = (ask + alpha) % JUBJUB_ORDER
    key = jubjub_encode(jubjub_multiply(secret, BASE))
    nonce = wide("spend signature nonce", random + key + message, JUBJUB_ORDER)
    point = jubjub_encode(jubjub_multiply(nonce, BASE))
    challenge = wide("spend signature challenge", point + key + message, JUBJUB_ORDER)
    return key, point + integer((nonce + challenge * secret) % JUBJUB_ORDER, 32)


def signature_holds(ak, alpha, message, signature):
    """The equation of a signature, with the key recomputed from `ak` as the circuit does."""
    key = jubjub_add(ak, jubjub_multiply(alpha, BASE))
    challenge = wide("spend signature challenge", signature[:32] + jubjub_encode(key) + message, JUBJUB_ORDER)
    response = jubjub_multiply(int.from_bytes(signature[32:], "little"), BASE)
    negative = jubjub_multiply(challenge, (-key[0] % R, key[1]))
    return jubjub_encode(jubjub_add(response, negative)) == signature[:32]
