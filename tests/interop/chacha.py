"""ChaCha20-Poly1305 (RFC 8439) in plain Python, without associated data."""

MASK = 0xFFFFFFFF


def _quarter(s, a, b, c, d):
    for first, second, third, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[first] = (s[first] + s[second]) & MASK
        word = s[third] ^ s[first]
        s[third] = (word << turn | word >> (32 - turn)) & MASK


def _block(key, counter, nonce):
    words = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574]
    words += [int.from_bytes(key[i:i + 4], "little") for i in range(0, 32, 4)] + [counter]
    words += [int.from_bytes(nonce[i:i + 4], "little") for i in range(0, 12, 4)]
    state = list(words)
    for _ in range(10):
        for column in range(4):
            _quarter(state, column, column + 4, column + 8, column + 12)
        for column in range(4):
            _quarter(state, column, (column + 1) % 4 + 4, (column + 2) % 4 + 8, (column + 3) % 4 + 12)
    return b"".join(((a + b) & MASK).to_bytes(4, "little") for a, b in zip(state, words))


def _stream(key, nonce, data):
    blocks = b"".join(_block(key, 1 + i, nonce) for i in range((len(data) + 63) // 64))
    return bytes(a ^ b for a, b in zip(data, blocks))


def _tag(key, nonce, ciphertext):
    once = _block(key, 0, nonce)
    r = int.from_bytes(once[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    padded = ciphertext + bytes(-len(ciphertext) % 16) + bytes(8) + len(ciphertext).to_bytes(8, "little")
    total = 0
    for at in range(0, len(padded), 16):
        total = (total + int.from_bytes(padded[at:at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(once[16:32], "little")) % 2**128).to_bytes(16, "little")


def seal(key, plaintext, nonce=bytes(12)):
    """Ciphertext and tag."""
    ciphertext = _stream(key, nonce, plaintext)
    return ciphertext + _tag(key, nonce, ciphertext)


def unseal(key, sealed, nonce=bytes(12)):
    """The plaintext; ValueError unless it is authentic."""
    ciphertext, tag = sealed[:-16], sealed[-16:]
    if _tag(key, nonce, ciphertext) != tag:
        raise ValueError("not authentic")
    return _stream(key, nonce, ciphertext)
