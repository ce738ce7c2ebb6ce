"""Poseidon over the BN254 scalar field with circom's parameters, in plain Python. The constants are made, not copied: by
the Grain generator of the Poseidon paper (appendix F), seeded with the field, the width and the numbers of rounds."""

R = 21888242871839275222246405745257275088548364400416034343698204186575808495617
BITS = 254
FULL_ROUNDS = 8
PARTIAL_ROUNDS = {2: 56, 3: 57, 4: 56, 5: 60, 6: 60}

_parameters = {}


def _grain(width):
    """Random bits: an 80-bit shift register, of whose output every second bit counts if the one before it is 1."""
    seed = f"{1:02b}{0:04b}{BITS:012b}{width:012b}{FULL_ROUNDS:010b}{PARTIAL_ROUNDS[width]:010b}" + "1" * 30
    state = [int(bit) for bit in seed]

    def step():
        bit = state[62] ^ state[51] ^ state[38] ^ state[23] ^ state[13] ^ state[0]
        state.pop(0)
        state.append(bit)
        return bit

    for _ in range(160):
        step()
    while True:
        counts, bit = step(), step()
        if counts:
            yield bit


def _number(bits):
    number = 0
    for _ in range(BITS):
        number = number << 1 | next(bits)
    return number


def parameters(width):
    """Round constants and matrix of a width."""
    if width not in _parameters:
        bits = _grain(width)
        constants = []
        while len(constants) < (FULL_ROUNDS + PARTIAL_ROUNDS[width]) * width:
            number = _number(bits)
            if number < R:
                constants.append(number)
        points = [_number(bits) % R for _ in range(2 * width)]
        matrix = [[pow(x + y, R - 2, R) for y in points[width:]] for x in points[:width]]
        _parameters[width] = constants, matrix
    return _parameters[width]


def poseidon(tag, inputs):
    """The hash of field elements under a tag, which takes the place of circom's leading zero."""
    width = len(inputs) + 1
    constants, matrix = parameters(width)
    state = [tag, *inputs]
    half = FULL_ROUNDS // 2
    for turn in range(FULL_ROUNDS + PARTIAL_ROUNDS[width]):
        state = [(value + constants[turn * width + at]) % R for at, value in enumerate(state)]
        full = turn < half or turn >= half + PARTIAL_ROUNDS[width]
        state = [pow(value, 5, R) if full or at == 0 else value for at, value in enumerate(state)]
        state = [sum(factor * value for factor, value in zip(row, state)) % R for row in matrix]
    return state[0]
