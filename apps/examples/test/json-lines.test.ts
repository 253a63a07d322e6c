import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Example, until } from './example.js';

/** JSON written and read by Python, in pieces that fit no line. */
const PYTHON = `
import json, socket, sys
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
asked = [{'id': i, 'add': [i, 0.5], 'note': 'ü\\n' * (i % 7)} for i in range(500)]
data = '\\r\\n'.join(json.dumps(a, ensure_ascii=i % 2 == 0) for i, a in enumerate(asked)) + '\\n'
data = data.encode()
for i in range(0, len(data), 333): s.sendall(data[i:i + 333])
f = s.makefile('r', encoding='utf8', newline='\\n')
for a in asked:
    assert json.loads(f.readline()) == {'id': a['id'], 'sum': a['id'] + 0.5}
s.shutdown(socket.SHUT_WR)
assert f.read() == ''
print('ok', len(asked))
`;

const hasPython = spawnSync('python3', ['-V']).error === undefined;
if (!hasPython) console.error('skipped: json-lines with Python: python3 is missing');

describe.each(['1', '2'])('the example json-lines with %s loops', (loops) => {
  it.skipIf(!hasPython)('answers Python', async () => {
    const example = await Example.start('json-lines', ['--loops', loops]);
    const python = spawnSync('python3', ['-c', PYTHON, String(example.port)], { encoding: 'utf8' });
    expect(python).toMatchObject({ status: 0, stdout: 'ok 500\n', stderr: '' });
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it('says what is wrong with a request, and closes on what is no JSON', async () => {
    const example = await Example.start('json-lines', ['--loops', loops]);
    const [client] = await example.connect(1);
    client!.write('{"id":7}\n3\nnull\n{"add":[1,"2"]}\n');
    await client!.heard('{"id":7,"error":"give');
    await client!.heard('{"id":null,"error":"give');
    expect(client!.closed).toBe(false);
    client!.write('{"id":8,"add":[1]}\nnot json\n{"id":9,"add":[1]}\n');
    await client!.heard('{"id":8,"sum":1}\n');
    await until(() => client!.closed);
    expect(client!.text).not.toContain('"id":9');
    expect(await example.stop('SIGTERM')).toBe(0);
  });
});
