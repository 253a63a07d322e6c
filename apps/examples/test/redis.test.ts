import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Example, ExampleClient, until } from './example.js';
import { cli, RealRedis, whyNot } from './redis-programs.js';

const noCli = whyNot('redis-cli');
const noBenchmark = whyNot('redis-benchmark');
const noServer = whyNot('redis-server') ?? noCli;
const noNc = whyNot('nc', '-h');
for (const reason of new Set([noCli, noBenchmark, noServer, noNc])) {
  if (reason !== undefined) console.error(`skipped: a part of the redis example: ${reason}`);
}

let example: Example;
beforeAll(async () => {
  example = await Example.start('redis');
});
afterAll(async () => {
  expect(await example.stop('SIGTERM')).toBe(0);
});

describe('the example redis', () => {
  it('takes one loop, and says why', async () => {
    const { code, stderr } = await Example.run('redis', ['--port', '0', '--loops', '2']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('keys lie in one'),
    });
  });

  it('tells a client that breaks the protocol, after what it is owed, and closes', async () => {
    const client = new ExampleClient(connect(example.port, '127.0.0.1'));
    client.write('PING\r\n*1\r\n$x\r\nPING\r\n');
    await until(() => client.closed);
    expect(client.text).toBe('+PONG\r\n-ERR Protocol error: invalid bulk length\r\n');
  });

  it('answers QUIT and closes', async () => {
    const client = new ExampleClient(connect(example.port, '127.0.0.1'));
    client.write('PING\r\nQUIT\r\nPING\r\n');
    await until(() => client.closed);
    expect(client.text).toBe('+PONG\r\n+OK\r\n');
  });

  it('keeps copies of values, not views, with poisoned views', async () => {
    const poisoned = await Example.start('redis', [], { GEV_DEBUG: 'views' });
    const client = new ExampleClient(connect(poisoned.port, '127.0.0.1'));
    client.write('SET key value\r\n');
    await client.heard('+OK');
    client.write('SET other thing\r\nGET key\r\n');
    await client.heard('$5\r\nvalue\r\n');
    client.socket.destroy();
    await poisoned.stop('SIGTERM');
  });

  it('takes and gives values of megabytes', async () => {
    const client = new ExampleClient(connect(example.port, '127.0.0.1'));
    const value = 'abcdefgh'.repeat(2 ** 20);
    client.write(`*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n$${value.length}\r\n${value}\r\nGET large\r\n`);
    const replies = `+OK\r\n$${value.length}\r\n${value}\r\n`;
    // The last bytes may come in a piece of their own.
    await until(() => client.text.length >= replies.length);
    expect(client.text === replies).toBe(true);
    client.write('DEL large\r\n');
    await until(() => client.text.endsWith(':1\r\n'));
    client.socket.destroy();
  });

  it('runs on node:net, too', async () => {
    const slow = await Example.start('redis', [], { GEV_POLLER: 'node' });
    const client = new ExampleClient(connect(slow.port, '127.0.0.1'));
    client.write('SET a 1\r\nINCR a\r\n');
    await client.heard('+OK\r\n:2\r\n');
    client.socket.destroy();
    await slow.stop('SIGTERM');
  });
});

describe.skipIf(noNc !== undefined)('nc', () => {
  it('types lines', () => {
    const input = 'SET line "a b"\r\nGET line\nQUIT\n';
    const nc = spawnSync('nc', ['-N', '127.0.0.1', String(example.port)], {
      input,
      timeout: 9_000,
    });
    expect(nc.stdout.toString()).toBe('+OK\r\n$3\r\na b\r\n+OK\r\n');
  });

  it('sends 100,000 commands at once, and gets their replies in order', () => {
    const indexes = Array.from({ length: 100_000 }, (_, index) => index);
    const ask = (index: number) =>
      index % 2 === 0 ? `ECHO word-${index}\r\n` : 'INCR in-order\r\n';
    const tell = (index: number) => {
      const word = `word-${index}`;
      return index % 2 === 0 ? `$${word.length}\r\n${word}\r\n` : `:${(index + 1) / 2}\r\n`;
    };
    const input = `${indexes.map(ask).join('')}QUIT\r\n`;
    const options = { input, timeout: 60_000, maxBuffer: 2 ** 24 };
    const nc = spawnSync('nc', ['-N', '127.0.0.1', String(example.port)], options);
    const expected = `${indexes.map(tell).join('')}+OK\r\n`;
    expect(nc.stdout.toString() === expected).toBe(true);
  }, 60_000);
});

describe.skipIf(noCli !== undefined)('redis-cli', () => {
  const run = (...args: string[]) => cli(example.port, args).trim();

  it('sets and gets', () => {
    expect(run('set', 'cli', 'hello')).toBe('OK');
    expect(run('get', 'cli')).toBe('hello');
    expect(run('--no-raw', 'get', 'nothing')).toBe('(nil)');
    expect(run('info')).toContain('redis_version:');
  });

  it('speaks RESP3', () => {
    expect(run('-3', '--json', 'hello', '3')).toMatch(
      /"server":"redis".*"proto":3.*"modules":\[\]/,
    );
    expect(run('-3', '--no-raw', 'config', 'get', 'databases')).toBe('1# "databases" => "1"');
    expect(run('-3', 'info', 'server')).toMatch(/^# Server/);
  });

  it('sends 100,000 commands in one pipe, and each is answered right', () => {
    const count = 100_000;
    const at = (index: number) => `pipe:${index % 1000}`;
    const lines = Array.from({ length: count }, (_, index) =>
      index % 4 === 0 ? `INCR counter:${index % 10}` : `SET ${at(index)} "value ${index}"`,
    );
    const told = cli(example.port, ['--pipe'], `${lines.join('\r\n')}\r\n`);
    expect(told).toContain(`errors: 0, replies: ${count}`);
    // Only even numbers are multiples of four.
    const counters = [0, 2, 4, 6, 8].map((digit) => `counter:${digit}`);
    expect(run('mget', ...counters).split('\n')).toEqual(counters.map(() => String(count / 20)));
    const keys = [1, 2, 3, 997, 998, 999];
    const last = keys.map((key) => `value ${count - 1000 + key}`);
    expect(run('mget', ...keys.map(at)).split('\n')).toEqual(last);
  }, 60_000);
});

describe.skipIf(noBenchmark !== undefined)('redis-benchmark', () => {
  it('finds nothing wrong with pipelines of 16', () => {
    const args = ['-p', String(example.port), '-n', '100000', '-P', '16', '-c', '50', '-r', '1000'];
    const tests = ['-t', 'ping,set,get,incr,mset', '--csv'];
    const run = spawnSync('redis-benchmark', [...args, ...tests], { timeout: 60_000 });
    expect({ status: run.status, stderr: run.stderr.toString() }).toEqual({
      status: 0,
      stderr: '',
    });
    const rows = run.stdout.toString().trim().split('\n').slice(1);
    expect(rows.map((row) => row.split(',')[0])).toEqual(
      ['PING_INLINE', 'PING_MBULK', 'SET', 'GET', 'INCR', 'MSET (10 keys)'].map(
        (name) => `"${name}"`,
      ),
    );
  }, 60_000);
});

/** What to ask both servers, byte by byte. */
const SCRIPT = `
PING
PING a
PING a b
ECHO a
ECHO
NOPE
NOPE a "b\\r\\nc" ${'x'.repeat(200)} d
GET
GET a b
SET a 1
SET a
GET a
SET a 2 NX
SET a 2 XX
SET a 2 XX NX
SET a 3 GET
SET a 3 NX GET
SET a 3 EX
SET a 3 EX 0
SET a 3 EX x
SET a 3 EX 9223372036854775807
SET a 3 EX 10 PX 10
SET a 3 EX 10 KEEPTTL
SET a 3 EX 100
TTL a
SET a 4 KEEPTTL
TTL a
SET a 5
TTL a
SET b 1 EXAT 99999999999
SET b 1 PXAT 1
GET b
SET c "\\x00\\xff\\r\\n"
GET c
SET "\\xff" 1
GET "\\xff"
GET "\\xfe"
INCR n
INCR n
INCRBY n 40
INCRBY n x
INCRBY n 9223372036854775808
INCRBY n 9223372036854775807
DECRBY n -9223372036854775808
DECR n
DECRBY n 41
GET n
INCR c
SET n 01
INCR n
SET n 9223372036854775807
INCR n
GET n
DEL n n missing
EXISTS a a missing
MSET x 1 y 2 x 3
MSET x
MSET x 1 y
MGET x y missing x
EXPIRE missing 10
EXPIRE x 10
EXPIRE x 10 NX
EXPIRE x 100 GT
EXPIRE x 1000 LT
EXPIRE x 50 XX LT
EXPIRE x 1 NX XX
EXPIRE x 1 GT LT
EXPIRE x 1 FOO
EXPIRE x y
EXPIRE x 9223372036854775807
TTL x
PERSIST x
PERSIST x
TTL x
PTTL x
PTTL missing
PEXPIRE x -1
EXISTS x
PEXPIRE y 100000 NX
TTL y
SELECT 0
SELECT a
SELECT 100
DBSIZE
CLIENT SETNAME me
CLIENT GETNAME
CLIENT SETNAME "a b"
CLIENT SETNAME
CLIENT FOO
CLIENT
CONFIG GET save
CONFIG GET append?nly
CONFIG GET
COMMAND INFO missing
COMMAND FOO
HELLO 4
HELLO x
HELLO 2 FOO
HELLO 2 SETNAME
FLUSHDB FOO
FLUSHDB
DBSIZE
HELLO 3 SETNAME other
GET missing
MGET missing
CONFIG GET save
CLIENT GETNAME
RESET
GET missing
CLIENT GETNAME
QUIT
`.trimStart();

/** Broken ways to ask: each ends its connection. */
const BROKEN = [
  '*1\r\n+PING\r\n',
  '*x\r\n',
  '*1\r\n$-1\r\n',
  '*1\r\n$x\r\n',
  '*9999999999999\r\n',
  '*1\r\n$99999999999\r\n',
  'SET a "b\r\n',
  "SET a 'b'c\r\n",
  '*0\r\n*-1\r\n\r\nPING\r\nQUIT\r\n',
];

describe.skipIf(noServer !== undefined)('a real redis-server', () => {
  let real: RealRedis;
  beforeAll(async () => {
    real = await RealRedis.start();
  });
  afterAll(() => real?.stop());

  /** What comes back for these bytes, until the server closes. */
  async function ask(port: number, bytes: string): Promise<string> {
    const client = new ExampleClient(connect(port, '127.0.0.1'));
    client.socket.setEncoding('latin1');
    client.socket.write(bytes, 'latin1');
    await until(
      () => client.closed,
      () => client.text,
    );
    return client.text;
  }

  /** Without the number of the connection and the version of the server. */
  const comparable = (text: string) =>
    text
      .replace(/(\$2\r\nid\r\n):\d+/, '$1:ID')
      .replace(/(\$7\r\nversion\r\n)\$\d+\r\n[\d.]+/, '$1VERSION')
      .split('\r\n');

  it('gives the same replies to the same commands', async () => {
    await ask(example.port, 'FLUSHALL\r\nQUIT\r\n');
    const script = SCRIPT.replaceAll('\n', '\r\n');
    const [ours, theirs] = await Promise.all([ask(example.port, script), ask(real.port, script)]);
    expect(comparable(ours)).toEqual(comparable(theirs));
  });

  it.each(BROKEN)('ends %j with the same words', async (bytes) => {
    expect(await ask(example.port, bytes)).toBe(await ask(real.port, bytes));
  });
});
