"""Asks the example server with Google's Protobuf. protobuf.py FOLDER PORT; FOLDER has users_pb2.py."""
import socket
import struct
import sys

sys.path.insert(0, sys.argv[1])
import users_pb2 as users

connection = socket.create_connection(('127.0.0.1', int(sys.argv[2])))
stream = connection.makefile('rb')


def ask(*messages):
    data = b''
    for message in messages:
        name, payload = message.DESCRIPTOR.full_name.encode(), message.SerializeToString()
        data += struct.pack('>IH', 2 + len(name) + len(payload), len(name)) + name + payload
    for at in range(0, len(data), 7):
        connection.sendall(data[at:at + 7])
    return [answer() for _ in messages]


def answer():
    length, name_length = struct.unpack('>IH', stream.read(6))
    name = stream.read(name_length).decode()
    message = getattr(users, name.removeprefix('users.'))()
    message.ParseFromString(stream.read(length - 2 - name_length))
    return message


ada = users.User(id=1, name='Ada', mail='ada@example.org')
eve = users.User(id=2, name='Ève 😀')
assert ask(users.AddUser(name=ada.name, mail=ada.mail), users.AddUser(name=eve.name)) == [ada, eve]
assert ask(users.GetUser(id=2), users.GetUser(id=3)) == [eve, users.NotFound(id=3)]
assert ask(users.ListUsers()) == [users.UserList(users=[ada, eve])]
connection.shutdown(socket.SHUT_WR)
assert stream.read() == b'', 'more came than was asked for'
print('ok')
