"""The encoding of docs/spec/README.md, and bech32m (BIP-350) for addresses."""


def integer(value, size):
    """An unsigned little-endian number."""
    return value.to_bytes(size, "little")


def u8(value):
    return integer(value, 1)


def u16(value):
    return integer(value, 2)


def u32(value):
    return integer(value, 4)


def u64(value):
    return integer(value, 8)


def u128(value):
    return integer(value, 16)


def data(value):
    """Bytes with their length."""
    return u32(len(value)) + value


def name(text):
    """1 to 64 printable ASCII characters without spaces."""
    if not 1 <= len(text) <= 64 or any(not "!" <= character <= "~" for character in text):
        raise ValueError("a name has 1 to 64 printable ASCII characters and no spaces")
    return data(text.encode())


def items(parts):
    """A list of encoded items."""
    return u32(len(parts)) + b"".join(parts)


def option(part):
    """An encoded value or nothing."""
    return b"\0" if part is None else b"\1" + part


def unhex(text):
    """Bytes from `0x..`."""
    if not text.startswith("0x"):
        raise ValueError(f"not 0x-hexadecimal: {text!r}")
    return bytes.fromhex(text[2:])


def hexadecimal(value):
    return "0x" + value.hex()


ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32M = 0x2BC830A3
GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _checksum(values):
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(GENERATORS):
            state ^= generator if top >> bit & 1 else 0
    return state


def _expand(prefix):
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def bech32m(prefix, payload):
    """The text of `payload` under `prefix`."""
    bits = "".join(f"{byte:08b}" for byte in payload)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[i:i + 5], 2) for i in range(0, len(bits), 5)]
    state = _checksum(_expand(prefix) + values + [0] * 6) ^ BECH32M
    values += [state >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(ALPHABET[value] for value in values)


def unbech32m(prefix, text):
    """The 32 bytes of an address text, which must carry `prefix`."""
    found, _, rest = text.rpartition("1")
    if found != prefix or any(character not in ALPHABET for character in rest):
        raise ValueError(f"not an address of {prefix}: {text}")
    values = [ALPHABET.index(character) for character in rest]
    if len(values) < 6 or _checksum(_expand(prefix) + values) != BECH32M:
        raise ValueError(f"wrong checksum: {text}")
    bits = "".join(f"{value:05b}" for value in values[:-6])
    size, padding = divmod(len(bits), 8)
    if size != 32 or padding >= 5 or "1" in bits[8 * size:]:
        raise ValueError(f"an address carries 32 bytes: {text}")
    return bytes(int(bits[i:i + 8], 2) for i in range(0, 8 * size, 8))
