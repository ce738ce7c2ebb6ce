#!/usr/bin/env python3
"""Recomputes the pinned spend signatures and note values from docs/spec/privacy.md alone: Baby Jubjub by its affine addition
law, BLAKE3 in derive-key mode from its paper, Poseidon from check.py beside this file. Needs only Python 3; prints what
`tests/circuits/spend.rs` and `tests/circuits/notes.rs` pin, and fails when a signature does not verify here."""

from check import R, poseidon

# --- BLAKE3, inputs of one chunk (at most 1024 bytes), 64 bytes of output ---
IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, ROOT, CONTEXT, MATERIAL = 1, 2, 8, 32, 64
WORD = 0xFFFFFFFF


def rotate(word, by):
    return ((word >> by) | (word << (32 - by))) & WORD


def compress(chaining, block, length, flags):
    words = [int.from_bytes(block[i : i + 4], "little") for i in range(0, 64, 4)]
    v = list(chaining) + list(IV[:4]) + [0, 0, length, flags]

    def mix(a, b, c, d, x, y):
        for first, second, word in ((16, 12, x), (8, 7, y)):
            v[a] = (v[a] + v[b] + word) & WORD
            v[d] = rotate(v[d] ^ v[a], first)
            v[c] = (v[c] + v[d]) & WORD
            v[b] = rotate(v[b] ^ v[c], second)

    for _ in range(7):
        for i in range(4):
            mix(i, 4 + i, 8 + i, 12 + i, words[2 * i], words[2 * i + 1])
        for i in range(4):
            mix(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, words[8 + 2 * i], words[9 + 2 * i])
        words = [words[i] for i in PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)] + [v[i + 8] ^ chaining[i] for i in range(8)]


def blake3_chunk(key, data, mode):
    """All 16 words of the root's first output block."""
    assert len(data) <= 1024
    blocks = [data[i : i + 64] for i in range(0, len(data), 64)] or [b""]
    chaining = list(key)
    for index, block in enumerate(blocks):
        flags = mode | (CHUNK_START if index == 0 else 0)
        flags |= (CHUNK_END | ROOT) if index + 1 == len(blocks) else 0
        out = compress(chaining, block.ljust(64, b"\0"), len(block), flags)
        chaining = out[:8]
    return out


def kdf(context, data):
    """64 bytes of BLAKE3's derive-key mode under the context."""
    key = blake3_chunk(IV, ("tacit 2026-11 " + context).encode(), CONTEXT)[:8]
    return b"".join(word.to_bytes(4, "little") for word in blake3_chunk(key, data, MATERIAL))


def wide(context, data, modulus):
    return int.from_bytes(kdf(context, data), "little") % modulus


# --- Baby Jubjub in arkworks' coordinates ---
L = 2736030358979909402780800718157159386076813972158567259200215660948447373041
D = 168696 * pow(168700, -1, R) % R
B = (
    19698561148652590122159747500897617769866003486955115824547446575314762165298,
    19298250018296453272277890825869354524455968081175474282777126169995084727839,
)
IDENTITY = (0, 1)


def on_curve(p):
    return (p[0] ** 2 + p[1] ** 2 - 1 - D * p[0] ** 2 * p[1] ** 2) % R == 0


def add(p, q):
    bend = D * p[0] * q[0] * p[1] * q[1] % R
    x = (p[0] * q[1] + p[1] * q[0]) * pow(1 + bend, -1, R) % R
    y = (p[1] * q[1] - p[0] * q[0]) * pow(1 - bend, -1, R) % R
    return (x, y)


def times(number, p):
    total = IDENTITY
    while number:
        if number & 1:
            total = add(total, p)
        p, number = add(p, p), number >> 1
    return total


def encode(p):
    return (p[1] | (1 << 255 if p[0] > (R - 1) // 2 else 0)).to_bytes(32, "little")


# --- signatures ---
def challenge(commitment, key, message):
    return wide("spend signature challenge", commitment + key + message, L)


def sign(secret, message, random):
    key = encode(times(secret, B))
    nonce = wide("spend signature nonce", random + key + message, L)
    commitment = encode(times(nonce, B))
    response = (nonce + challenge(commitment, key, message) * secret) % L
    return commitment + response.to_bytes(32, "little"), times(nonce, B)


def holds(point, commitment_point, message, signature):
    response = int.from_bytes(signature[32:], "little")
    c = challenge(signature[:32], encode(point), message)
    right = add(commitment_point, times(c, point))
    return response < L and times(8, times(response, B)) == times(8, right)


def main():
    assert on_curve(B) and times(L, B) == IDENTITY and times(8, B) != IDENTITY
    for number in range(1, 4):
        fill = lambda start, length: bytes((start + number + i) % 256 for i in range(length))
        ask = int.from_bytes(fill(10, 64), "little") % L
        alpha = int.from_bytes(fill(90, 64), "little") % L
        message, random = fill(170, 32), fill(30, 80)
        secret = (ask + alpha) % L
        ak, rk = times(ask, B), times(secret, B)
        assert rk == add(ak, times(alpha, B))
        signature, commitment_point = sign(secret, message, random)
        assert holds(rk, commitment_point, message, signature)
        assert not holds(ak, commitment_point, message, signature)
        print(f"signature {number}: ak {encode(ak).hex()}")
        print(f"  rk {encode(rk).hex()}\n  {signature.hex()}")

    # Every eighth point or so, multiplied by l, generates the eight points of small order.
    y = 2
    while True:
        square = (1 - y * y) * pow(1 - D * y * y, -1, R) % R
        if pow(square, (R - 1) // 2, R) == 1:
            x = root(square)
            small = times(L, (x, y))
            if times(4, small) != IDENTITY:
                break
        y += 1
    print("small order:", *(encode(times(i, small)).hex() for i in range(8)), sep="\n  ")

    ask = int.from_bytes(bytes(range(11, 75)), "little") % L
    ak, nk = times(ask, B), 7
    owner_key = poseidon(31, *ak, nk)
    owner = poseidon(32, owner_key, int.from_bytes(bytes(range(1, 12)), "little"))
    asset = wide("shielded asset", bytes([9] * 32), R)
    blinding = wide("shielded rcm", bytes([8] * 32), R)
    commitment = poseidon(33, asset, 2**100 + 5, owner, blinding)
    values = {
        "owner key": owner_key,
        "owner": owner,
        "asset": asset,
        "blinding": blinding,
        "commitment": commitment,
        "nullifier at position 0x01020304": poseidon(34, nk, commitment, 0x01020304),
        "sighash": wide("shielded sighash", bytes([6] * 32), R),
    }
    for name, value in values.items():
        print(value.to_bytes(32, "little").hex(), name)


def root(square):
    """A square root modulo R by Tonelli and Shanks; R - 1 = 2^28 * odd, and 5 is no square."""
    odd, m = (R - 1) >> 28, 28
    c, t, x = pow(5, odd, R), pow(square, odd, R), pow(square, (odd + 1) // 2, R)
    while t != 1:
        i, probe = 0, t
        while probe != 1:
            probe, i = probe * probe % R, i + 1
        b = pow(c, 1 << (m - i - 1), R)
        m, c, t, x = i, b * b % R, t * b * b % R, x * b % R
    return x


if __name__ == "__main__":
    main()
