"""BLAKE3 in plain Python: hash and derive-key mode, as its paper defines them. Slow and small; for checking only."""

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8
DERIVE_CONTEXT, DERIVE_MATERIAL = 32, 64
CHUNK, BLOCK = 1024, 64
MASK = 0xFFFFFFFF

# The eight mixing steps of a round: four columns, four diagonals.
STEPS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
         (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def _compress(value, block, counter, length, flags):
    """Sixteen words from a chaining value and one block."""
    words = [int.from_bytes(block[i:i + 4], "little") for i in range(0, BLOCK, 4)]
    state = list(value) + list(IV[:4]) + [counter & MASK, counter >> 32, length, flags]
    for turn in range(7):
        for step, (a, b, c, d) in enumerate(STEPS):
            for word, (first, second) in ((words[2 * step], (16, 12)), (words[2 * step + 1], (8, 7))):
                state[a] = (state[a] + state[b] + word) & MASK
                state[d] = _rotate(state[d] ^ state[a], first)
                state[c] = (state[c] + state[d]) & MASK
                state[b] = _rotate(state[b] ^ state[c], second)
        words = [words[i] for i in ORDER]
    low = [state[i] ^ state[i + 8] for i in range(8)]
    high = [state[i + 8] ^ value[i] for i in range(8)]
    return low + high


def _rotate(word, bits):
    return (word >> bits | word << (32 - bits)) & MASK


class _Output:
    """A node whose last compression is still to be done: as a child, or as the root."""

    def __init__(self, value, block, counter, length, flags):
        self.parts = value, block.ljust(BLOCK, b"\0"), counter, length, flags

    def chaining_value(self):
        return _compress(*self.parts)[:8]

    def root(self, length):
        value, block, _, used, flags = self.parts
        out = b""
        counter = 0
        while len(out) < length:
            words = _compress(value, block, counter, used, flags | ROOT)
            out += b"".join(word.to_bytes(4, "little") for word in words)
            counter += 1
        return out[:length]


def _chunk(key, data, index, flags):
    blocks = [data[i:i + BLOCK] for i in range(0, len(data), BLOCK)] or [b""]
    value = key
    for at, block in enumerate(blocks):
        kind = flags | (CHUNK_START if at == 0 else 0) | (CHUNK_END if at == len(blocks) - 1 else 0)
        output = _Output(value, block, index, len(block), kind)
        if at < len(blocks) - 1:
            value = output.chaining_value()
    return output


def _tree(key, data, first, flags):
    if len(data) <= CHUNK:
        return _chunk(key, data, first, flags)
    chunks = (len(data) + CHUNK - 1) // CHUNK
    left_chunks = 1 << ((chunks - 1).bit_length() - 1)
    left = _tree(key, data[:left_chunks * CHUNK], first, flags).chaining_value()
    right = _tree(key, data[left_chunks * CHUNK:], first + left_chunks, flags).chaining_value()
    block = b"".join(word.to_bytes(4, "little") for word in left + right)
    return _Output(key, block, 0, BLOCK, flags | PARENT)


def blake3(data, length=32):
    """The plain hash of `data`."""
    return _tree(IV, bytes(data), 0, 0).root(length)


_context_keys = {}


def derive(context, data, length=32):
    """Derive-key mode: the hash of `data` under `context`."""
    if context not in _context_keys:
        digest = _tree(IV, context.encode(), 0, DERIVE_CONTEXT).root(32)
        _context_keys[context] = tuple(int.from_bytes(digest[i:i + 4], "little") for i in range(0, 32, 4))
    return _tree(_context_keys[context], bytes(data), 0, DERIVE_MATERIAL).root(length)
