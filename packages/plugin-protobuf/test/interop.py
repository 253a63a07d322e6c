"""Writes and checks messages with Google's Protobuf, which knows nothing of gev.

interop.py FOLDER write|read frames|delimited
FOLDER has sample_pb2.py, made by protoc of sample.proto.
"""
import struct
import sys

from google.protobuf.internal.decoder import _DecodeVarint32
from google.protobuf.internal.encoder import _VarintBytes

sys.path.insert(0, sys.argv[1])
import sample_pb2 as sample

PEOPLE = [
    sample.Person(),
    sample.Person(name='Ada', age=36, role=sample.ADMIN, mail='ada@example.org', height=1.65),
    sample.Person(name='größer 大きい 😀', labels={'a': '1', '__proto__': '2'}, active=False),
    sample.Person(balance=-2**63, total=2**64 - 1, drift=-2**63, mark=2**64 - 1),
    sample.Person(series=[-1, 0, 2**62], photo=bytes(range(256)), phone=0),
    sample.Person(children=[sample.Person(name='x' * 300), sample.Person(name='y')]),
]
OTHERS = [sample.Ping(number=2**32 - 1), sample.Ping.Detail(text='detail'), sample.Empty()]


def frame(message):
    name = message.DESCRIPTOR.full_name.encode()
    payload = message.SerializeToString()
    return struct.pack('>IH', 2 + len(name) + len(payload), len(name)) + name + payload


def read_frames(data):
    at = 0
    while at < len(data):
        length, name_length = struct.unpack_from('>IH', data, at)
        name = data[at + 6:at + 6 + name_length].decode()
        message = eval(name)()
        message.ParseFromString(data[at + 6 + name_length:at + 4 + length])
        at += 4 + length
        yield message


def delimited(message):
    payload = message.SerializeToString()
    return _VarintBytes(len(payload)) + payload


def read_delimited(data):
    at = 0
    while at < len(data):
        length, at = _DecodeVarint32(data, at)
        message = sample.Person()
        message.ParseFromString(data[at:at + length])
        at += length
        yield message


framed = sys.argv[3] == 'frames'
messages = PEOPLE + OTHERS if framed else PEOPLE
if sys.argv[2] == 'write':
    sys.stdout.buffer.write(b''.join(map(frame if framed else delimited, messages)))
else:
    data = sys.stdin.buffer.read()
    found = list(read_frames(data) if framed else read_delimited(data))
    assert found == messages, found
    print('ok', len(found))
