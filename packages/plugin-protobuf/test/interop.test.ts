import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, it } from 'vitest';
import { protobufDelimited, protobufFrames } from '../src/index.js';
import { packed, unpacked } from './bytes.js';
import { decoded, registry } from './registries.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gev-protobuf-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Debian's Python has the module where another one that comes first in the path has not. */
const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import google.protobuf']).status === 0,
);
const protoc = spawnSync('protoc', [`-I${here}`, `--python_out=${folder}`, 'sample.proto']);
const missing = [
  ...(python === undefined ? ['python3-protobuf'] : []),
  ...(protoc.status === 0 ? [] : ['protobuf-compiler']),
];
if (missing.length > 0) console.warn(`interop is skipped: ${missing.join(' and ')} is missing`);

/** The same messages as in interop.py. */
const people: Record<string, unknown>[] = [
  {},
  { name: 'Ada', age: 36, role: 1, mail: 'ada@example.org', height: 1.65 },
  { name: 'größer 大きい 😀', labels: { a: '1', ['__proto__']: '2' }, active: false },
  { balance: -(2n ** 63n), total: 2n ** 64n - 1n, drift: -(2n ** 63n), mark: 2n ** 64n - 1n },
  { series: [-1, 0, 2n ** 62n], photo: Uint8Array.from({ length: 256 }, (_, i) => i), phone: 0 },
  { children: [{ name: 'x'.repeat(300) }, { name: 'y' }] },
];
const typed = [
  ...people.map((message) => ({ type: 'sample.Person', message })),
  { type: 'sample.Ping', message: { number: 2 ** 32 - 1 } },
  { type: 'sample.Ping.Detail', message: { text: 'detail' } },
  { type: 'sample.Empty', message: {} },
];

const frames = protobufFrames(registry);
const delimited = protobufDelimited(registry, 'sample.Person');

function interop(what: 'read' | 'write', framing: 'frames' | 'delimited', input: Uint8Array) {
  const script = join(here, 'interop.py');
  const { stdout, stderr } = spawnSync(python!, [script, folder, what, framing], { input });
  assert.equal(stderr.toString(), '');
  return stdout;
}

/** What comes of packing and unpacking here. Exact, for all that bigint becomes Long. */
const own = (type: string, message: object) =>
  decoded(type, unpacked(frames, packed(frames, { type, message: { ...message } }))[0]!.message);

describe.skipIf(missing.length > 0)("Google's Protobuf in Python", () => {
  const nothing = new Uint8Array(0);

  it('writes frames that are read here', () => {
    const bytes = interop('write', 'frames', nothing);
    const expected = typed.map(({ type, message }) => ({ type, message: own(type, message) }));
    assert.deepEqual(unpacked(frames, bytes.subarray(0, 50), bytes.subarray(50)), expected);
  });

  it('reads frames that are written here', () => {
    const bytes = Buffer.concat(typed.map((message) => packed(frames, message)));
    assert.equal(interop('read', 'frames', bytes).toString(), 'ok 9\n');
  });

  it('writes delimited messages that are read here', () => {
    const bytes = interop('write', 'delimited', nothing);
    const expected = people.map((message) => own('sample.Person', message));
    assert.deepEqual(unpacked(delimited, bytes.subarray(0, 50), bytes.subarray(50)), expected);
  });

  it('reads delimited messages that are written here', () => {
    const bytes = Buffer.concat(people.map((message) => packed(delimited, message)));
    assert.equal(interop('read', 'delimited', bytes).toString(), 'ok 6\n');
  });
});
