import assert from 'node:assert/strict';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, it } from 'vitest';
import { createRegistry, protobufDelimited } from '../src/index.js';
import { refused, unpacked } from './bytes.js';

const message = 'message Note { string text = 1; }';
const strict = `syntax = "proto3"; ${message}`;
// proto2 does not ask for UTF-8.
const loose = `syntax = "proto2"; ${message.replace('string', 'optional string')}`;

const bytes = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 150 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 150 }),
  // A cut or a change in the middle of what was right.
  fc
    .tuple(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(100))
    .map(([text, cut]) => Buffer.from(text).subarray(cut % 7)),
);

function texts(proto: string) {
  const protocol = protobufDelimited(createRegistry({ proto }), 'Note');
  return (text: Uint8Array) => {
    const payload = new protobuf.Writer().uint32(10).bytes(text).finish();
    const stream = new protobuf.Writer().bytes(payload).finish();
    return unpacked(protocol, stream)[0]?.['text'];
  };
}

describe('texts', () => {
  it('of proto3 are what a strict decoder makes of them, or a protocol error', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const textOf = texts(strict);
    fc.assert(
      fc.property(bytes, (text) => {
        let expected: string;
        try {
          expected = decoder.decode(text);
        } catch {
          refused('ERR_GEV_PROTOCOL', () => textOf(text));
          return;
        }
        assert.equal(textOf(text) ?? '', expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('of proto2 are what a tolerant decoder makes of them', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const textOf = texts(loose);
    fc.assert(
      fc.property(bytes, (text) => assert.equal(textOf(text) ?? '', decoder.decode(text))),
      { numRuns: 3000 },
    );
  });

  it('may hold what stands for broken ones', () => {
    const text = 'this is no mistake: \ufffd';
    assert.equal(texts(strict)(Buffer.from(text)), text);
  });
});
