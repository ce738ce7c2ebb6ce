"""Ed25519 in plain Python: RFC 8032 signing, ZIP-215 verification. Not constant-time: for test keys only."""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _add(a, b):
    """Sum of two points in extended coordinates."""
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    left, right = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = right - left, d - c, d + c, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def _multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _recover(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    if x & 1 != sign:
        x = P - x
    return x % P, y % P, 1, x * y % P


def _encode(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decode(data):
    number = int.from_bytes(data, "little")
    # ZIP-215: encodings of y at or above the modulus are accepted, and so is the sign bit on x = 0.
    return _recover(number & ((1 << 255) - 1), number >> 255)


BASE = _recover(4 * pow(5, P - 2, P) % P, 0)


def _expand(secret):
    digest = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    return scalar, digest[32:]


def _challenge(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


def public_key(secret):
    """The public key of a 32-byte secret."""
    return _encode(_multiply(_expand(secret)[0], BASE))


def sign(secret, message):
    """The 64-byte signature of `message`."""
    scalar, prefix = _expand(secret)
    key = _encode(_multiply(scalar, BASE))
    nonce = _challenge(prefix, message)
    commitment = _encode(_multiply(nonce, BASE))
    response = (nonce + _challenge(commitment, key, message) * scalar) % L
    return commitment + response.to_bytes(32, "little")


def verify(key, message, signature):
    """Whether `signature` is one of `message` by the holder of `key`: the cofactored equation."""
    commitment, response = _decode(signature[:32]), int.from_bytes(signature[32:], "little")
    point = _decode(key)
    if len(signature) != 64 or len(key) != 32 or commitment is None or point is None or response >= L:
        return False
    challenge = _challenge(signature[:32], key, message)
    negative = (-point[0] % P, point[1], point[2], -point[3] % P)
    left = _add(_multiply(response, BASE), _multiply(challenge, negative))
    difference = _add(left, (-commitment[0] % P, commitment[1], commitment[2], -commitment[3] % P))
    x, y, z, _ = _multiply(8, difference)
    return x % P == 0 and (y - z) % P == 0
