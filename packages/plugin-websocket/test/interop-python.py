"""A peer of the WebSocket tests: Debian's python3-websockets.

    interop-python.py client URL (plain|deflate)    prints what it saw, as JSON
    interop-python.py server (plain|deflate)        prints its port, then serves until its input ends
"""

import asyncio
import json
import random
import sys

import websockets

MESSAGES = [
    "",
    "hello",
    "aé漢😀",
    "x" * 125,
    "x" * 126,
    "y" * 65_535,
    "z" * 65_536,
    "é" * 500_000,
    b"",
    random.randbytes(64),
    random.randbytes(1024),
    random.randbytes(700_000),
]


def options(mode):
    return {"max_size": None, "compression": "deflate" if mode == "deflate" else None}


def fragments(message):
    """A message in pieces: send() makes a frame of each."""
    size = max(1, len(message) // 7)
    return [message[start : start + size] for start in range(0, len(message), size)] or [message]


def extensions(socket):
    found = socket.extensions if hasattr(socket, "extensions") else socket.protocol.extensions
    return [extension.name for extension in found or []]


async def client(url, mode):
    report = {"different": []}
    async with websockets.connect(url, subprotocols=["a", "b"], **options(mode)) as socket:
        report["extensions"] = extensions(socket)
        report["subprotocol"] = socket.subprotocol
        for turn, message in enumerate(MESSAGES + MESSAGES):
            for sent in (message, fragments(message)):
                await socket.send(sent)
                if await socket.recv() != message:
                    report["different"].append(turn)
        await asyncio.wait_for(await socket.ping("from there"), 10)
        await socket.close(3003, "done")
        report["first"] = socket.close_code
    async with websockets.connect(url, **options(mode)) as socket:
        await socket.send("close me")
        await socket.wait_closed()
        report["second"] = [socket.close_code, socket.close_reason]
    print(json.dumps(report))


async def answer(socket):
    try:
        async for message in socket:
            await answer_to(message, socket)
    except websockets.ConnectionClosedError:
        pass  # What every code but 1000 and 1001 comes as.


async def answer_to(message, socket):
    if message == "close me":
        await socket.close(4001, "as you wish")
    elif message == "ping me":
        await asyncio.wait_for(await socket.ping("from there"), 10)
        await socket.send("pong came")
    else:
        await socket.send(message)
        await socket.send(fragments(message))


async def server(mode):
    # Two parameters where websockets is old, one where it is new.
    handler = lambda socket, *_: answer(socket)
    async with websockets.serve(handler, "127.0.0.1", 0, subprotocols=["b"], **options(mode)) as it:
        print(list(it.sockets)[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if sys.argv[1] == "client":
    asyncio.run(client(*sys.argv[2:]))
else:
    asyncio.run(server(*sys.argv[2:]))
