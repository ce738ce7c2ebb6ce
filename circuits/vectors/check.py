#!/usr/bin/env python3
"""Recomputes the pinned Poseidon values from the Poseidon paper alone (eprint 2019/458): round constants and MDS matrix from
the Grain generator, the dense permutation, Tacit's domain tags. Needs only Python 3; prints what
`tests/circuits/vectors.rs` pins and fails when circomlib's published vectors do not come out."""

R = 21888242871839275222246405745257275088548364400416034343698204186575808495617
PARTIAL = {2: 56, 3: 57, 4: 56, 5: 60}


def grain(t, partial, full=8):
    def number(value, width):
        return [(value >> (width - 1 - i)) & 1 for i in range(width)]

    state = number(1, 2) + number(0, 4) + number(254, 12) + number(t, 12) + number(full, 10)
    state += number(partial, 10) + [1] * 30

    def step():
        bit = state[62] ^ state[51] ^ state[38] ^ state[23] ^ state[13] ^ state[0]
        state.pop(0)
        state.append(bit)
        return bit

    for _ in range(160):
        step()

    def next_bit():
        while True:
            keep, bit = step(), step()
            if keep:
                return bit

    def next_number():
        return int("".join(str(next_bit()) for _ in range(254)), 2)

    constants = []
    while len(constants) < t * (full + partial):
        value = next_number()
        if value < R:
            constants.append(value)
    while True:
        points = [next_number() % R for _ in range(2 * t)]
        xs, ys = points[:t], points[t:]
        if len(set(points)) == 2 * t and all((x + y) % R for x in xs for y in ys):
            return constants, [[pow(x + y, -1, R) for y in ys] for x in xs]


PARAMETERS = {t: grain(t, partial) for t, partial in PARTIAL.items()}


def poseidon(tag, *inputs):
    t = len(inputs) + 1
    constants, matrix = PARAMETERS[t]
    state = [tag, *inputs]
    for round_number in range(8 + PARTIAL[t]):
        state = [(lane + constants[round_number * t + i]) % R for i, lane in enumerate(state)]
        is_full = round_number < 4 or round_number >= 4 + PARTIAL[t]
        state = [pow(lane, 5, R) if is_full or i == 0 else lane for i, lane in enumerate(state)]
        state = [sum(m * lane for m, lane in zip(row, state)) % R for row in matrix]
    return state[0]


def empty_root():
    node = 0
    for _ in range(16):
        node = poseidon(1, node, node, node, node)
    return node


def main():
    assert poseidon(0, 1, 2) == 7853200120776062878684798364095072458815029376092732009249414926327459813530
    assert poseidon(0, 1) == 18586133768512220936620570745912940619677854269274689475585506675881198879027
    key = poseidon(10, 1)
    values = {
        "commitment of 5 with blinding 1": poseidon(7, 5, 1),
        "linked commitment of 5 with blinding 1": poseidon(22, 5, 1),
        "member key of secret 1": key,
        "leaf of that key with weight 5": poseidon(11, key, 5),
        "nullifier for scope 2": poseidon(12, 2, 1),
        "root of the empty tree": empty_root(),
        "vote nullifier of secret 1 in poll 2": poseidon(41, 2, 1),
        "holder key of secret 1": poseidon(51, 1),
        "credential of that key, kind 3, value 5, salt 4": poseidon(52, poseidon(51, 1), 3, 5, 4),
        "pseudonym of secret 1 in application 2": poseidon(53, 2, 1),
    }
    for name, value in values.items():
        print(value.to_bytes(32, "little").hex(), name)


if __name__ == "__main__":
    main()
