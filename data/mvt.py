"""Mapbox Vector Tile, version 2.1, written as its specification says, section by section."""

VERSION, TYPES = 2, {"point": 1, "line": 2, "polygon": 3}
MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number, value):
    """A number, or bytes behind their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def packed(numbers):
    return b"".join(map(varint, numbers))


def zigzag(n):
    return n << 1 ^ n >> 63


def geometry(kind, parts):
    """Section 4.3."""
    out, x, y = [], 0, 0
    for points in parts:
        out.append(1 << 3 | MOVE_TO)
        for i, (px, py) in enumerate(points):
            if i == 1:
                out.append(len(points) - 1 << 3 | LINE_TO)
            out += [zigzag(px - x), zigzag(py - y)]
            x, y = px, py
        if kind == "polygon":
            out.append(1 << 3 | CLOSE_PATH)
    return packed(out)


def value(v):
    return field(1, v.encode()) if isinstance(v, str) else field(5, v)


def layer(name, shapes, extent):
    """Section 4.1; what has the same tags and is no point is one feature."""
    keys, values, features = {}, {}, {}
    for i, (kind, parts, _, tags) in enumerate(shapes):
        features.setdefault((kind, tags, i if kind == "point" else 0), []).extend(parts)
    body = b""
    for (kind, tags, _), parts in features.items():
        numbers = []
        for key, v in tags:
            numbers += [keys.setdefault(key, len(keys)), values.setdefault(v, len(values))]
        feature = field(2, packed(numbers)) if numbers else b""
        feature += field(3, TYPES[kind]) + field(4, geometry(kind, parts))
        body += field(2, feature)
    head = field(15, VERSION) + field(1, name.encode())
    tail = b"".join(field(3, k.encode()) for k in keys)
    tail += b"".join(field(4, value(v)) for v in values)
    return field(3, head + body + tail + field(5, extent))


def tile(shapes, extent):
    """Of (kind, parts, layer, tags), its layers in the order in which they come."""
    layers = {}
    for shape in shapes:
        layers.setdefault(shape[2], []).append(shape)
    return b"".join(layer(name, of, extent) for name, of in layers.items())
