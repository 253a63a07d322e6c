import assert from 'node:assert/strict';
import { Random } from './poller-suite/random.js';
import { capTests } from './protocol-caps.js';
import { packTests } from './protocol-packing.js';
import { feed, isRefusal, ProtocolPeer, plain } from './protocol-peer.js';
import { encodeAll, expectedOf, type Stream, samples } from './protocol-samples.js';
import type { ProtocolSuiteOptions } from './protocol-suite-options.js';
import type { Runner } from './runner.js';

/** Up to this many bytes every split in two is tried; past it those near the borders. */
const EXHAUSTIVE = 2048;
const NEAR = 20;

/**
 * Checks that a protocol gives back what was packed, however the bytes are cut on their way, and
 * that it stands whatever a peer may send. Messages are compared by value, views copied before the
 * next message is asked for.
 */
export function protocolSuite<In, Out>(
  runner: Runner,
  name: string,
  options: ProtocolSuiteOptions<In, Out>,
): void {
  runner.describe(`${name} as a Protocol`, () => {
    splitTests(runner, options);
    incompleteTests(runner, options);
    connectionTests(runner, options);
    packTests(runner, options);
    capTests(runner, options);
    if (options.garbage ?? true) garbageTests(runner, options);
  });
}

function splitTests<In, Out>({ it }: Runner, options: ProtocolSuiteOptions<In, Out>): void {
  it('gives each message back by itself', () => {
    for (const message of samples(options)) expectSame(options, [message], whole);
  });

  it('gives all messages back from one piece, in order', () => {
    expectSame(options, samples(options), whole);
  });

  it('gives all messages back from every split in two', () => {
    const stream = encodeAll(options, samples(options));
    for (const position of splits(stream)) {
      const cut = (bytes: Uint8Array) => [bytes.subarray(0, position), bytes.subarray(position)];
      expectSame(options, samples(options), cut, `split at byte ${position}`);
    }
  });

  it('gives all messages back byte by byte', () => {
    expectSame(options, samples(options), (bytes) => [
      ...Array.from(bytes.subarray(0, 2 * EXHAUSTIVE), (byte) => Uint8Array.of(byte)),
      bytes.subarray(2 * EXHAUSTIVE),
    ]);
  });

  it('gives all messages back from random splits', () => {
    for (let seed = 1; seed < 100; seed += 2) {
      const random = new Random(seed);
      const messages = samples(options, seed);
      const most = 1 + random.below(1 + encodeAll(options, messages).bytes.length);
      const cut = (bytes: Uint8Array) => [...random.pieces(bytes, most)];
      expectSame(options, messages, cut, `seed ${seed}`);
    }
  });

  if ('emptyMessage' in options) {
    it('delivers empty messages', () => {
      const empty = options.emptyMessage as Out;
      expectSame(options, [empty], whole);
      expectSame(options, [empty, ...samples(options), empty, empty], whole);
    });
  }
}

function incompleteTests<In, Out>({ it }: Runner, options: ProtocolSuiteOptions<In, Out>): void {
  it('leaves an incomplete message in the buffer as it was', () => {
    for (const message of samples(options)) {
      const stream = encodeAll(options, [message]);
      for (const position of splits(stream)) {
        if (position === stream.bytes.length) continue;
        const peer = new ProtocolPeer(options);
        const before = peer.buffer.length;
        // The peer itself checks that what is left in the buffer is as it was.
        const got = feed(peer, [stream.bytes.subarray(0, position)], `${position} bytes of one:`);
        assert.deepEqual(got, [], `a message came of the first ${position} bytes of one`);
        if (options.consumesParts) continue;
        const left = peer.buffer.length - before;
        assert.equal(left, position, `of the first ${position} bytes of one ${left} were left`);
      }
    }
  });

  it('leaves nothing in the buffer when all messages were whole', () => {
    const peer = new ProtocolPeer(options);
    peer.receive(encodeAll(options, samples(options)).bytes);
    assert.equal(peer.buffer.length, 0);
  });
}

function connectionTests<In, Out>({ it }: Runner, options: ProtocolSuiteOptions<In, Out>): void {
  it('does not change a message that it packs', () => {
    const before = plain(samples(options));
    const messages = samples(options);
    encodeAll(options, messages);
    assert.deepEqual(plain(messages), before);
  });

  it('keeps connections apart, and forgets those that are closed', () => {
    for (let seed = 1; seed < 100; seed += 2) mixConnections(options, seed);
  });
}

/** Two connections of one protocol by turns, after a third that closed within a message. */
function mixConnections<In, Out>(options: ProtocolSuiteOptions<In, Out>, seed: number): void {
  const random = new Random(seed);
  const protocol = options.create();
  const messages = samples(options, seed);
  const { bytes } = encodeAll(options, messages);
  const gone = new ProtocolPeer(options, protocol);
  gone.receive(bytes.subarray(0, random.below(bytes.length)));
  gone.close();
  // In another order, so that what one connection has in hand does not suit the other.
  const lanes = [messages, messages.toReversed()].map((sent) => ({
    peer: new ProtocolPeer(options, protocol),
    pieces: [...random.pieces(encodeAll(options, sent).bytes, 1 + (bytes.length >> 2))],
    expected: sent.map((message) => expectedOf(options, message)),
    got: [] as unknown[],
  }));
  while (lanes.some(({ pieces }) => pieces.length > 0)) {
    const { peer, pieces, got } = lanes[random.below(2)]!;
    got.push(...feed(peer, pieces.splice(0, 1), `seed ${seed}`));
  }
  for (const { peer, expected, got } of lanes) {
    assert.deepEqual(got, expected, `seed ${seed}: not what was packed for this connection`);
    peer.close();
  }
}

function garbageTests<In, Out>({ it }: Runner, options: ProtocolSuiteOptions<In, Out>): void {
  it('makes messages or a protocol error of random bytes, and comes to an end', () => {
    for (let seed = 1; seed < 400; seed += 2) {
      const random = new Random(seed);
      survive(options, random.bytes(random.below(600)), random, seed);
    }
  });

  it('makes messages or a protocol error of damaged messages, and comes to an end', () => {
    for (let seed = 1; seed < 400; seed += 2) {
      const random = new Random(seed);
      const bytes = encodeAll(options, samples(options, seed)).bytes.slice(0, EXHAUSTIVE);
      for (let count = 1 + random.below(4); count > 0 && bytes.length > 0; count -= 1) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      survive(options, bytes, random, seed);
    }
  });
}

/** Feeds bytes that may be anything until they are consumed or refused. */
function survive<In, Out>(
  options: ProtocolSuiteOptions<In, Out>,
  bytes: Uint8Array,
  random: Random,
  seed: number,
): void {
  const peer = new ProtocolPeer(options);
  try {
    for (const piece of random.pieces(bytes, 1 + random.below(200))) peer.receive(piece);
  } catch (error) {
    if (isRefusal(error)) return;
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    assert.fail(`seed ${seed}: neither a message nor ERR_GEV_PROTOCOL: ${what}`);
  }
  peer.close();
}

/** Packs the messages, cuts the bytes and expects the same messages to come out. */
function expectSame<In, Out>(
  options: ProtocolSuiteOptions<In, Out>,
  messages: readonly Out[],
  cut: (bytes: Uint8Array) => Uint8Array[],
  where = '',
): void {
  const peer = new ProtocolPeer(options);
  const got = feed(peer, cut(encodeAll(options, messages).bytes), where);
  const expected = messages.map((message) => expectedOf(options, message));
  try {
    assert.deepEqual(got, expected);
  } catch (error) {
    if (error instanceof Error) error.message = `${where} ${error.message}`;
    throw error;
  }
  peer.close();
}

/** Positions to cut at: all of them in a short stream. */
function splits({ bytes, borders }: Stream): number[] {
  const all = Array.from({ length: bytes.length + 1 }, (_, position) => position);
  if (bytes.length <= EXHAUSTIVE) return all;
  return all.filter((position) => borders.some((border) => Math.abs(border - position) <= NEAR));
}

function whole(bytes: Uint8Array): Uint8Array[] {
  return [bytes];
}
