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
        lambda: {"kind": "prove_credential", "issuer": r.hex(32), "root": r.hex(32), "attribute": r.name(), "application": r.name(),
                 "pseudonym": r.hex(32), "commitment": r.hex(32), "low": text(16), "high": text(16), "purpose": r.name()},
    )
    return r.tag((
        lambda: {"kind": "transfer", "asset": r.hex(32), "to": r.hex(32), "amount": text(16)},
        lambda: r.tag(prove),
        lambda: {"kind": "group_create", "members": members()},
        lambda: {"kind": "group_add", "group": r.hex(32), "members": members()},
        lambda: {"kind": "deploy", "code": r.data(524_288)},
        lambda: {"kind": "instantiate", "code_hash": r.hex(32), "salt": r.hex(32), "input": r.data(65_536), "value": text(16),
                 "policy": _contract_policy(r)},
        lambda: {"kind": "call", "contract": r.hex(32), "function": r.name(), "input": r.data(65_536), "value": text(16)},
        lambda: _join_split(r),
        lambda: {"kind": "asset_create", "symbol": r.name(), "decimals": r.number(1), "supply": text(16), "cap": text(16)},
        lambda: {"kind": "asset_mint", "asset": r.hex(32), "to": r.hex(32), "amount": text(16)},
        lambda: {"kind": "sweep", "asset": r.hex(32), "to": r.hex(32)},
        lambda: {"kind": "pool_pause", "heights": r.number(8)},
        lambda: {"kind": "poll_create", "group": r.hex(32), "title": r.name(), "options": r.number(1), "closes": r.number(8)},
        lambda: {"kind": "poll_vote", "poll": r.hex(32), "root": r.hex(32), "choice": r.number(1), "nullifier": r.hex(32), "weight": r.number(8)},
        lambda: {"kind": "issuer_create", "name": r.name()},
        lambda: {"kind": "credential_issue", "issuer": r.hex(32), "leaves": r.items(256, lambda: r.hex(32))},
        lambda: {"kind": "credential_revoke", "issuer": r.hex(32), "index": r.number(4)},
        lambda: {"kind": "require", "proof": r.hex(32)},
        lambda: {"kind": "key_register", "key": r.data(2_562)},
        lambda: {"kind": "contract_pause", "contract": r.hex(32), "duration_ms": r.number(8)},
        lambda: {"kind": "contract_unpause", "contract": r.hex(32)},
        lambda: {"kind": "upgrade_announce", "contract": r.hex(32), "code_hash": r.hex(32), "input": r.data(1_024)},
        lambda: {"kind": "contract_upgrade", "contract": r.hex(32)},
    ))


def _contract_policy(r):
    """transaction.md, the policy of a contract."""
    upgrade = r.tag((
        lambda: {"kind": "immutable"},
        lambda: {"kind": "timelocked", "admin": r.hex(32), "delay_ms": r.number(8)},
        lambda: {"kind": "governed"},
    ))
    pause = r.tag((
        lambda: None,
        lambda: {"pauser": r.hex(32), "unpauser": r.hex(32), "longest_ms": r.number(8)},
    ))
    return {"upgrade": upgrade, "pause": pause}


def _join_split(r):
    """privacy.md, join-split."""
    output = lambda: {"commitment": r.hex(32), "ephemeral_key": r.hex(32), "view_tag": r.number(1), "ciphertext": r.hex(140),
                      "outgoing": r.hex(112)}
    money = lambda direction: {"direction": direction, "asset": r.hex(32), "amount": str(r.number(16))}
    several = lambda count: [r.hex(32) for _ in range(count)]
    return {
        "kind": "join_split", "anchor": r.hex(32),
        "nullifiers": r.tag((lambda: several(1), lambda: several(2), lambda: several(8))),
        "outputs": [output(), output()],
        "public": r.tag((lambda: {"direction": "none"}, lambda: money("in"), lambda: money("out"))),
        "spend_key": r.hex(32), "memo": r.hex(528),
    }


def _authorization(r):
    return r.tag((
        lambda: {"kind": "account", "public_key": r.hex(32), "sequence": r.number(8)},
        lambda: {"kind": "multisig", "threshold": r.number(1), "keys": r.items(16, lambda: r.hex(32)), "sequence": r.number(8)},
        lambda: {"kind": "shielded"},
    ))


def transaction(source):
    """(fields of the body, signatures by key index, proofs, spend signatures)."""
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
    spends = r.items(16, lambda: r.hex(64))
    r.end()
    return fields, signatures, proofs, spends
