import assert from 'node:assert/strict';
import { Random } from './poller-suite/random.js';
import { feed, isRefusal, ProtocolPeer } from './protocol-peer.js';
import { encodeAll, samples } from './protocol-samples.js';
import type { ProtocolSuiteOptions } from './protocol-suite-options.js';
import type { Runner } from './runner.js';

/** How streams go on: as lengths small and large, as text, as varints without an end, as line ends. */
const FILLERS = [0x00, 0x01, 0x0a, 0x0d, 0x41, 0x7f, 0x80, 0xff];

/** A message is cut at each of its first bytes, where headers stand. */
const HEADER = 10;

/** So many messages are cut; a format's headers show in a few. */
const CUT = 12;

/** A stream that gives so many messages is not endless. */
const ENOUGH = 100;

/** So many times the cap is fed. */
const TIMES = 3;

/** Feeds what never becomes a message: a peer must be refused before more than the cap waits. */
export function capTests<In, Out>({ it }: Runner, options: ProtocolSuiteOptions<In, Out>): void {
  const { maxBuffered, endless } = options;
  if (maxBuffered === undefined) {
    assert.ok(endless === undefined, 'endless needs maxBuffered');
    return;
  }
  it('refuses a message that never ends, before too much of it waits', () => {
    for (const start of startsOf(options)) {
      for (const filler of FILLERS) feedEndlessly(options, start, Uint8Array.of(filler));
    }
  });

  if (endless === undefined) return;
  it('refuses streams that finish no message, before too much of them waits', () => {
    for (const [start, again] of endless) feedEndlessly(options, start, again);
  });
}

function feedEndlessly<In, Out>(
  options: ProtocolSuiteOptions<In, Out>,
  start: Uint8Array,
  again: Uint8Array,
): void {
  const { maxBuffered = 0 } = options;
  const random = new Random(1 + start.length);
  const peer = new ProtocolPeer(options);
  const where = `${hex(start)} and then ${hex(again)} for ever:`;
  let count = 0;
  let piece = start;
  try {
    for (let fed = 0; fed <= TIMES * maxBuffered && count < ENOUGH; fed += piece.length) {
      // The peer itself checks how much waits.
      count += feed(peer, [piece], where).length;
      piece = repeat(again, 1 + random.below(1 + Math.floor(maxBuffered / 8 / again.length)));
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  peer.close();
}

/** Nothing, and the starts of messages. */
function startsOf<In, Out>(options: ProtocolSuiteOptions<In, Out>): Uint8Array[] {
  const starts = samples(options)
    .slice(0, CUT)
    .flatMap((message) => {
      const { bytes } = encodeAll(options, [message]);
      const cuts = Array.from({ length: HEADER }, (_, index) => index + 1);
      const inside = [...cuts, bytes.length >> 1, bytes.length - 1];
      return inside
        .filter((cut) => cut > 0 && cut < bytes.length)
        .map((cut) => bytes.slice(0, cut));
    });
  return [new Uint8Array(0), ...starts];
}

function repeat(bytes: Uint8Array, times: number): Uint8Array {
  const repeated = new Uint8Array(bytes.length * times);
  for (let index = 0; index < times; index += 1) repeated.set(bytes, index * bytes.length);
  return repeated;
}

/** For a message to people: of a long start the first bytes will do. */
function hex(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 2 * HEADER), (byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  return `[${shown.join(' ')}${bytes.length > 2 * HEADER ? ' ...' : ''}]`;
}
