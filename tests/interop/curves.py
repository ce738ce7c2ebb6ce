"""The two curves of docs/spec/privacy.md in plain Python: Ristretto255 (RFC 9496) and Baby Jubjub in arkworks'
coordinates. Not constant-time: for test keys only."""

from poseidon import R

# Ristretto255, on the curve of Ed25519 in extended coordinates.
P = 2**255 - 19
RISTRETTO_ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def _negative(number):
    return number % P & 1


def _magnitude(number):
    return -number % P if _negative(number) else number % P


def _root_of_ratio(top, bottom):
    """Whether top/bottom is a square, and the root of it or of it times the root of -1."""
    root = top * pow(bottom, 3, P) * pow(top * pow(bottom, 7, P), (P - 5) // 8, P) % P
    check = bottom * root * root % P
    was_square = check in (top % P, -top % P)
    if check in (-top % P, -top * SQRT_MINUS_ONE % P):
        root = root * SQRT_MINUS_ONE % P
    return was_square, _magnitude(root)


INVERSE_ROOT_A_MINUS_D = _root_of_ratio(1, -1 - D)[1]
# RFC 9496 fixes this root's sign, not the magnitude.
ROOT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235


def add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    left, right = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = right - left, d - c, d + c, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def ristretto_decode(data):
    """A point, or None: the encoding must be the only one."""
    s = int.from_bytes(data, "little")
    if s >= P or s & 1:
        return None
    u1, u2 = (1 - s * s) % P, (1 + s * s) % P
    v = (-(D * u1 * u1) - u2 * u2) % P
    was_square, inverse = _root_of_ratio(1, v * u2 * u2)
    x = _magnitude(2 * s * inverse * u2)
    y = u1 * inverse * inverse * u2 * v % P
    t = x * y % P
    if not was_square or _negative(t) or y == 0:
        return None
    return x, y, 1, t


def ristretto_encode(point):
    x, y, z, t = point
    u1, u2 = (z + y) * (z - y) % P, x * y % P
    _, inverse = _root_of_ratio(1, u1 * u2 * u2)
    first, second = inverse * u1 % P, inverse * u2 % P
    z_inverse = first * second * t % P
    if _negative(t * z_inverse):
        x, y, other = y * SQRT_MINUS_ONE % P, x * SQRT_MINUS_ONE % P, first * INVERSE_ROOT_A_MINUS_D % P
    else:
        other = second
    if _negative(x * z_inverse):
        y = -y % P
    return _magnitude(other * (z - y)).to_bytes(32, "little")


def _map(data):
    r0 = int.from_bytes(data, "little") & (2**255 - 1)
    r = SQRT_MINUS_ONE * r0 * r0 % P
    u = (r + 1) * (1 - D * D) % P
    v = (-1 - r * D) * (r + D) % P
    was_square, s = _root_of_ratio(u, v)
    c = P - 1
    if not was_square:
        s, c = -_magnitude(s * r0) % P, r
    n = (c * (r - 1) * (D - 1) ** 2 - v) % P
    w0, w1, w2, w3 = 2 * s * v, n * ROOT_AD_MINUS_ONE, 1 - s * s, 1 + s * s
    return w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P


def ristretto_from_uniform(data):
    """The one-way map of 64 bytes."""
    return add(_map(data[:32]), _map(data[32:]))


# Baby Jubjub: x^2 + y^2 = 1 + d x^2 y^2.
JUBJUB_D = 168696 * pow(168700, R - 2, R) % R
JUBJUB_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041
BASE = (19698561148652590122159747500897617769866003486955115824547446575314762165298,
        19298250018296453272277890825869354524455968081175474282777126169995084727839)


def jubjub_add(a, b):
    (x1, y1), (x2, y2) = a, b
    product = JUBJUB_D * x1 * x2 * y1 * y2 % R
    x = (x1 * y2 + y1 * x2) * pow(1 + product, R - 2, R) % R
    y = (y1 * y2 - x1 * x2) * pow(1 - product, R - 2, R) % R
    return x, y


def jubjub_multiply(scalar, point):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = jubjub_add(result, point)
        point = jubjub_add(point, point)
        scalar >>= 1
    return result


def jubjub_encode(point):
    x, y = point
    return (y | (x > (R - 1) // 2) << 255).to_bytes(32, "little")
