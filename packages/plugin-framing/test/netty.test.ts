import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { type LengthFieldOptions, lengthField } from '../src/index.js';
import { hex, packed, unpackAll } from './drive.js';

/** "HELLO, WORLD" of the examples. */
const BODY = '48454c4c4f2c20574f524c44';

interface Example {
  readonly name: string;
  readonly options: LengthFieldOptions;
  readonly before: string;
  readonly after: string;
}

// Every example of the javadoc of LengthFieldBasedFrameDecoder, Netty 4.1, in its order; `header` is
// what we need to pack the same again.
const EXAMPLES: readonly Example[] = [
  {
    name: '2 bytes length field at offset 0, do not strip header',
    options: { offset: 0, bytes: 2, adjustment: 0, strip: 0 },
    before: `000c ${BODY}`,
    after: `000c ${BODY}`,
  },
  {
    name: '2 bytes length field at offset 0, strip header',
    options: { offset: 0, bytes: 2, adjustment: 0, strip: 2 },
    before: `000c ${BODY}`,
    after: BODY,
  },
  {
    name: '2 bytes length field at offset 0, do not strip header, the length field represents the length of the whole message',
    options: { offset: 0, bytes: 2, adjustment: -2, strip: 0 },
    before: `000e ${BODY}`,
    after: `000e ${BODY}`,
  },
  {
    name: '3 bytes length field at the end of 5 bytes header, do not strip header',
    options: { offset: 2, bytes: 3, adjustment: 0, strip: 0 },
    before: `cafe 00000c ${BODY}`,
    after: `cafe 00000c ${BODY}`,
  },
  {
    name: '3 bytes length field at the beginning of 5 bytes header, do not strip header',
    options: { offset: 0, bytes: 3, adjustment: 2, strip: 0 },
    before: `00000c cafe ${BODY}`,
    after: `00000c cafe ${BODY}`,
  },
  {
    name: '2 bytes length field at offset 1 in the middle of 4 bytes header, strip the first header field and the length field',
    options: { offset: 1, bytes: 2, adjustment: 1, strip: 3, header: hex('ca 0000') },
    before: `ca 000c fe ${BODY}`,
    after: `fe ${BODY}`,
  },
  {
    name: '2 bytes length field at offset 1 in the middle of 4 bytes header, strip the first header field and the length field, the length field represents the length of the whole message',
    options: { offset: 1, bytes: 2, adjustment: -3, strip: 3, header: hex('ca 0000') },
    before: `ca 0010 fe ${BODY}`,
    after: `fe ${BODY}`,
  },
];

describe("Netty's examples", () => {
  for (const { name, options, before, after } of EXAMPLES) {
    it(name, () => {
      const protocol = lengthField(options);
      const frame = hex(before);
      assert.deepEqual(unpackAll(protocol, frame), [hex(after)]);
      assert.deepEqual(unpackAll(protocol, Buffer.concat([frame, frame])).length, 2);
      assert.deepEqual(packed(protocol, hex(after)), frame);
    });
  }
});

describe("Netty's LengthFieldPrepender", () => {
  it('prepends the length', () => {
    assert.deepEqual(packed(lengthField({ bytes: 2 }), hex(BODY)), hex(`000c ${BODY}`));
  });

  it('counts the length field where it is to be included', () => {
    const options = { bytes: 2, adjustment: -2 } as const;
    assert.deepEqual(packed(lengthField(options), hex(BODY)), hex(`000e ${BODY}`));
  });
});
