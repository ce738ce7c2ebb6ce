"""The strict decoder of docs/spec/README.md (E-1 to E-3) for transactions: from bytes back to the fields that tacit.py
encodes, or ValueError."""

from encoding import hexadecimal

TX_BYTES_MAX = 655_360


class Reader:
    """Takes values off the front of a byte string; every length is compared with its limit first."""

    def __init__(self, source):
        self.source, self.at = source, 0

    def take(self, count):
        if self.at + count > len(self.source):
            raise ValueError("the input ends too early")
        self.at += count
        return self.source[self.at - count:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def hex(self, size):
        return hexadecimal(self.take(size))

    def length(self, limit):
        count = self.number(4)
        if count > limit:
            raise ValueError(f"{count} where at most {limit} are allowed")
        return count

    def data(self, limit):
        return hexadecimal(self.take(self.length(limit)))

    def name(self):
        text = self.take(self.length(64))
        if not text or any(not 0x21 <= byte <= 0x7E for byte in text):
            raise ValueError("not a name")
        return text.decode()

    def items(self, limit, read):
        return [read() for _ in range(self.length(limit))]

    def tag(self, choices):
        number = self.number(1)
        if number >= len(choices):
            raise ValueError(f"unknown tag {number}")
        return choices[number]()

    def end(self):
        if self.at != len(self.source):
            raise ValueError("bytes left over")


def _member(r):
    return {"identity": r.hex(32), "weight": r.number(8)}


def _action(r):
    text = lambda size: str(r.number(size))
    members = lambda: r.items(256, lambda: _member(r))
    prove = (
        lambda: {"kind": "prove_range", "commitment": r.hex(32), "low": text(16), "high": text(16), "purpose": r.name()},
        lambda: {"kind": "prove_membership", "group": r.hex(32), "root": r.hex(32), "scope": r.name(),
                 "nullifier": r.hex(32), "weight": r.number(8), "purpose": r.name()},
        lambda: {"kind": "prove_equality", "left": r.hex(32), "right": r.hex(32), "purpose": r.name()},
    )
    return r.tag((
        lambda: {"kind": "transfer", "asset": r.hex(32), "to": r.hex(32), "amount": text(16)},
        lambda: r.tag(prove),
        lambda: {"kind": "group_create", "members": members()},
        lambda: {"kind": "group_add", "group": r.hex(32), "members": members()},
        lambda: {"kind": "deploy", "code": r.data(524_288)},
        lambda: {"kind": "instantiate", "code_hash": r.hex(32), "salt": r.hex(32), "input": r.data(65_536), "value": text(16)},
        lambda: {"kind": "call", "contract": r.hex(32), "function": r.name(), "input": r.data(65_536), "value": text(16)},
    ))


def _authorization(r):
    return r.tag((
        lambda: {"kind": "account", "public_key": r.hex(32), "sequence": r.number(8)},
        lambda: {"kind": "multisig", "threshold": r.number(1), "keys": r.items(16, lambda: r.hex(32)), "sequence": r.number(8)},
    ))


def transaction(source):
    """(fields of the body, signatures by key index, proofs)."""
    if len(source) > TX_BYTES_MAX:
        raise ValueError("longer than a transaction")
    r = Reader(source)
    fields = {
        "version": r.number(1), "genesis_id": r.hex(32), "expiry": r.number(8), "gas_limit": r.number(8),
        "max_fee_per_gas": str(r.number(8)), "max_tip_per_gas": str(r.number(8)), "authorization": _authorization(r),
        "actions": r.items(64, lambda: _action(r)),
    }
    signatures = r.items(16, lambda: (r.number(1), r.hex(64)))
    proofs = r.items(16, lambda: r.hex(128))
    r.end()
    return fields, signatures, proofs
