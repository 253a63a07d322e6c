import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { createRegistry } from '../src/index.js';

export const proto = readFileSync(new URL('sample.proto', import.meta.url), 'utf8');

/** The types of sample.proto, with nothing known of their messages. */
export const registry = createRegistry({ proto });

const { root } = protobuf.parse(proto);

/** The types by protobufjs alone, which knows nothing of frames. */
export const Person = root.resolveAll().lookupType('sample.Person');

/** What comes out for a message of a type: of the class that the registry makes. */
export function decoded(type: string, message: object): Record<string, unknown> {
  const codec = registry.codec(type);
  const payload = codec.encode(message as Record<string, unknown>).finish();
  // A Buffer would give Buffers for fields of bytes.
  return codec.decode(Uint8Array.from(payload));
}

const deep = (levels: number): object =>
  levels === 0 ? { name: 'leaf' } : { name: `${levels}`, children: [deep(levels - 1)] };

/** Messages at the borders of both formats, by their types. */
export const samples: readonly {
  readonly type: string;
  readonly message: Record<string, unknown>;
}[] = [
  { type: 'sample.Empty', message: {} },
  { type: 'sample.Ping', message: { number: 1 } },
  { type: 'sample.Ping', message: { number: 0xffffffff } },
  { type: 'sample.Ping.Detail', message: { text: 'größer, 大きい, 😀' } },
  { type: 'sample.Person', message: { name: 'Ada', age: 36, role: 1, mail: 'ada@example.org' } },
  { type: 'sample.Person', message: { labels: { a: '1', b: '' }, height: 1.65, active: false } },
  {
    type: 'sample.Person',
    message: { photo: Uint8Array.of(1, 2, 3), series: [-1, 0, 1, 2 ** 40] },
  },
  { type: 'sample.Person', message: deep(20) as Record<string, unknown> },
  // A payload of 127 and of 128 bytes: its length takes one byte, and two.
  { type: 'sample.Person', message: { name: 'x'.repeat(125) } },
  { type: 'sample.Person', message: { name: 'x'.repeat(126) } },
  { type: 'sample.Person', message: { name: 'y'.repeat(700) } },
];
