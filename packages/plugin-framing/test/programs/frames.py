"""Frames by Python's struct, for interop.test.ts.

write FORMAT SIZES...   writes a frame for each size to stdout; byte i of a body is (size + i) % 251
read FORMAT             reads frames from stdin until it ends, prints the size of each body, checks its bytes

FORMAT is a struct format of the length (`>I`), `>3` or `<3` for three bytes, with `!` in front where the
length counts itself, or `varint`.
"""

import struct
import sys


def body_of(size):
    return bytes((size + index) % 251 for index in range(size))


def encode_length(form, size):
    if form == "varint":
        out = bytearray()
        while size > 0x7F:
            out.append((size & 0x7F) | 0x80)
            size >>= 7
        out.append(size)
        return bytes(out)
    if form.startswith("!"):
        form = form[1:]
        size += struct.calcsize(form)
    if form == ">3":
        return struct.pack(">I", size)[1:]
    if form == "<3":
        return struct.pack("<I", size)[:3]
    return struct.pack(form, size)


def read_length(form, source):
    """The size of the next body; None at the end."""
    if form == "varint":
        size = shift = 0
        while True:
            byte = source.read(1)
            if not byte:
                return None
            size |= (byte[0] & 0x7F) << shift
            shift += 7
            if byte[0] < 0x80:
                return size
    own = 0
    if form.startswith("!"):
        form = form[1:]
        own = struct.calcsize(form)
    if form in (">3", "<3"):
        field = source.read(3)
        if not field:
            return None
        return struct.unpack(">I", b"\0" + field)[0] if form == ">3" else struct.unpack("<I", field + b"\0")[0]
    field = source.read(struct.calcsize(form))
    return struct.unpack(form, field)[0] - own if field else None


def main():
    action, form, *sizes = sys.argv[1:]
    if action == "write":
        for size in map(int, sizes):
            sys.stdout.buffer.write(encode_length(form, size) + body_of(size))
        return
    while (size := read_length(form, sys.stdin.buffer)) is not None:
        body = sys.stdin.buffer.read(size)
        if body != body_of(size):
            sys.exit(f"a body of {size} bytes is not what it should be")
        print(size)


main()
