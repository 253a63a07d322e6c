// Ways to pack a gev frame into the output of a loop; src/frame-writer.ts says what came of it.
// `pnpm build && node bench/encode.mjs`: nanoseconds a message, medians. Each way runs in a process of
// its own, in turns: in one process they would share, and spoil, the compiled encoders.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createTestConnection } from '@gev/conformance';
import { BatchMemory } from '@gev/core';
import { Outbox } from '@gev/loop';
import protobuf from 'protobufjs';
import { createRegistry, protobufFrames } from '../dist/index.js';

const TURNS = 7;
const BATCHES = 600;
const MESSAGES = 1000;
const TYPE = 'example.users.User';

const { root } = protobuf.parse(`
  syntax = "proto3";
  package example.users;
  message User { uint32 id = 1; string name = 2; repeated string roles = 3; Address home = 4; }
  message Address { string street = 1; uint32 number = 2; bytes note = 3; }
`);
root.resolveAll();
const User = root.lookupType(TYPE);
const name = new TextEncoder().encode(TYPE);

const home = { street: 'St James’s Square', number: 12 };
const SIZES = {
  '60 bytes': { id: 7, name: 'Ada Lovelace', roles: ['admin', 'author'], home },
  '2,000 bytes': { id: 7, name: 'Ada Lovelace', home: { note: new Uint8Array(1980) } },
};

function packApart(payload, out) {
  out.writeUint32(2 + name.length + payload.length);
  out.writeUint16(name.length);
  out.write(name);
  out.write(payload);
}

const WAYS = {
  // A buffer of its own for each message.
  'finish()': () => (message, out) => packApart(User.encode(message).finish(), out),
  'one writer, header apart': () => {
    const writer = new protobuf.BufferWriter();
    return (message, out) => {
      writer.reset();
      packApart(User.encode(message, writer).finish(true), out);
    };
  },
  'this package': () => {
    const frames = protobufFrames(createRegistry({ root }));
    const connection = createTestConnection();
    return (message, out) => frames.pack({ type: TYPE, message }, out, connection);
  },
  // The least that is possible: no contract of the output gives its memory away.
  'in the arena itself': () => {
    const arena = new protobuf.BufferWriter();
    arena.buf = Buffer.alloc(MESSAGES * 4096);
    let packed = 0;
    return (message) => {
      if (packed++ % MESSAGES === 0) arena.pos = 0;
      const start = arena.pos;
      arena.pos += 6;
      for (let i = 0; i < name.length; i++) arena.buf[arena.pos++] = name[i];
      User.encode(message, arena);
      arena.buf.writeUInt32BE(arena.pos - start - 4, start);
      arena.buf.writeUInt16BE(name.length, start + 4);
    };
  },
};

function measure(way, size) {
  const pack = WAYS[way]();
  const message = User.fromObject(SIZES[size]);
  const outbox = new Outbox(new BatchMemory(), () => {});
  const times = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = performance.now();
    for (let i = 0; i < MESSAGES; i++) {
      outbox.begin(1, 1);
      pack(message, outbox);
      outbox.end();
    }
    outbox.flush();
    times.push(((performance.now() - start) * 1e6) / MESSAGES);
  }
  return median(times.slice(BATCHES / 10));
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function measureApart(way, size) {
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), way, size]);
  return Number(stdout);
}

const [way, size] = process.argv.slice(2);
if (way !== undefined) {
  console.log(measure(way, size));
} else {
  for (const each of Object.keys(SIZES)) {
    const found = Object.keys(WAYS).map((name) => [name, []]);
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [name, times] of found) times.push(measureApart(name, each));
    }
    for (const [name, times] of found) console.log(each, name, Math.round(median(times)));
  }
}
