import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { isGevError } from '@gev/core';
import { contents, feed, ProtocolPeer } from './protocol-peer.js';
import { encodeAll, expectedOf, samples } from './protocol-samples.js';
import type { ProtocolSuiteOptions } from './protocol-suite-options.js';
import type { Runner } from './runner.js';
import { createTestConnection } from './test-connection.js';

/** What a sender may rely on: a message is refused before a byte is written, or packed alike for all. */
export function packTests<In, Out>({ it }: Runner, options: ProtocolSuiteOptions<In, Out>): void {
  const { unpackable } = options;
  if (unpackable !== undefined) {
    it('refuses to pack what cannot be packed, and has then written nothing', () => {
      for (const message of unpackable) refusesToPack(options, message as Out);
    });
  }
  if (options.create().packsPerConnection) {
    it('packs for each connection by itself, as it says', () => packsApart(options));
  } else {
    it('packs a message to the same bytes for every connection, as it says', () => {
      packsAlike(options);
    });
  }
}

function refusesToPack<In, Out>(options: ProtocolSuiteOptions<In, Out>, message: Out): void {
  const what = inspect(message, { breakLength: Number.POSITIVE_INFINITY }).slice(0, 80);
  const peer = new ProtocolPeer(options);
  const out = options.createBuffer();
  let thrown: unknown;
  try {
    peer.pack(message, out);
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown !== undefined, `${what} was packed`);
  assert.ok(isGevError(thrown), `${what} was refused without a code: ${String(thrown)}`);
  assert.equal(out.length, 0, `${what} was refused when ${out.length} bytes were written`);
  // Where a peer sends other bytes than those that are packed, these cannot be read back.
  if (options.encode !== undefined) return;
  for (const next of samples(options)) {
    const got = feed(new ProtocolPeer(options), [peer.pack(next)], `after ${what}:`);
    assert.deepEqual(got, [expectedOf(options, next)], `after ${what} was refused`);
  }
}

/** A broadcast packs once, with a connection that nobody opened, for any number of receivers. */
function packsAlike<In, Out>(options: ProtocolSuiteOptions<In, Out>): void {
  const protocol = options.create();
  const messages = samples(options);
  const busy = new ProtocolPeer(options, protocol);
  busy.receive(encodeAll(options, messages).bytes);
  for (const message of messages) busy.pack(message);
  const anybody = createTestConnection<Out>();
  anybody.destroy();
  for (const message of messages) {
    const out = options.createBuffer();
    protocol.pack(message, out, anybody);
    const difference = 'packed otherwise for another connection: is packsPerConnection missing?';
    assert.deepEqual(busy.pack(message), contents(out), difference);
  }
}

/** What one connection sends does not depend on what another does. */
function packsApart<In, Out>(options: ProtocolSuiteOptions<In, Out>): void {
  const messages = samples(options);
  const protocol = options.create();
  const [one, other] = [0, 1].map(() => new ProtocolPeer(options, protocol));
  const beside = messages.map((message, index) => {
    other!.pack(messages.at(-1 - index)!);
    return one!.pack(message);
  });
  const [alone, again] = [0, 1].map(() => {
    const peer = new ProtocolPeer(options);
    return messages.map((message) => peer.pack(message));
  });
  // Random masks make other bytes each time; then the sizes tell.
  const isSame = Buffer.concat(alone!).equals(Buffer.concat(again!));
  const shape = (frames: readonly Uint8Array[]) =>
    isSame ? frames : frames.map(({ length }) => length);
  assert.deepEqual(shape(beside), shape(alone!), 'packed otherwise beside another connection');
}
