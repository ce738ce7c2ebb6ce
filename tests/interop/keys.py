"""Account keys from a mnemonic: BIP-39 seed, SLIP-10 for Ed25519 (docs/spec/ids.md 4)."""

import hashlib
import hmac
import unicodedata


def bip39_seed(mnemonic, passphrase=""):
    """The 64-byte seed of a mnemonic; the words' checksum is the wallet's business."""
    text = unicodedata.normalize("NFKD", " ".join(mnemonic.split()))
    salt = unicodedata.normalize("NFKD", "mnemonic" + passphrase)
    return hashlib.pbkdf2_hmac("sha512", text.encode(), salt.encode(), 2048)


def slip10(seed, path):
    """The secret key at `path`, all of whose indices are hardened: `m/44'/0'`."""
    head, *indices = path.split("/")
    if head != "m" or any(not index.endswith("'") for index in indices):
        raise ValueError(f"every index of an Ed25519 path is hardened: {path}")
    node = hmac.new(b"ed25519 seed", seed, hashlib.sha512).digest()
    for index in indices:
        number = (int(index[:-1]) | 1 << 31).to_bytes(4, "big")
        node = hmac.new(node[32:], b"\0" + node[:32] + number, hashlib.sha512).digest()
    return node[:32]


# The devnet's words are published on purpose: its money is play money.
DEVNET_MNEMONIC = "test test test test test test test test test test test junk"


def path(account):
    """Where wallets keep account number `account`."""
    return f"m/44'/20260'/{account}'/0'"
