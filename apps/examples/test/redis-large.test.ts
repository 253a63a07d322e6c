import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Example, type ExampleClient, until } from './example.js';

const MiB = 2 ** 20;
const TOO_LARGE = `-ERR reply of more than ${15 * MiB} bytes: ask for less at once\r\n`;

let example: Example;
let asking: ExampleClient;
let other: ExampleClient;
beforeEach(async () => {
  example = await Example.start('redis');
  [asking, other] = (await example.connect(2)) as [ExampleClient, ExampleClient];
});
afterEach(async () => {
  asking.socket.destroy();
  other.socket.destroy();
  expect(await example.stop('SIGTERM')).toBe(0);
});

async function set(client: ExampleClient, key: string, size: number): Promise<string> {
  const value = key.repeat(size);
  client.write(`*3\r\n$3\r\nSET\r\n$1\r\n${key}\r\n$${size}\r\n${value}\r\n`);
  await client.heard('+OK\r\n');
  client.text = '';
  return `$${size}\r\n${value}\r\n`;
}

/** The most memory that the server ever had, in bytes. */
function peakMemory(): number {
  const status = readFileSync(`/proc/${example.child.pid}/status`, 'utf8');
  return 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]);
}

describe('a reply of many large values', () => {
  it('is refused, and its client and the others go on', async () => {
    await set(asking, 'a', 4 * MiB);
    asking.write(`MGET${' a'.repeat(1000)}\r\nPING\r\n`);
    other.write('PING\r\n');
    await other.heard('+PONG\r\n');
    await asking.heard('+PONG\r\n');
    expect(asking.text).toBe(`${TOO_LARGE}+PONG\r\n`);
  });

  it.skipIf(process.platform !== 'linux')('takes no memory', async () => {
    await set(asking, 'a', 4 * MiB);
    const before = peakMemory();
    asking.write(`MGET${' a'.repeat(100)}\r\n`);
    await asking.heard(TOO_LARGE);
    // It would have 400 MiB.
    expect(peakMemory() - before).toBeLessThan(100 * MiB);
  });

  it('just under the cap reaches a slow reader, behind as much as may wait', async () => {
    const [large, small] = [await set(asking, 'a', 5 * MiB - 64), await set(asking, 'b', 900_000)];
    asking.socket.pause();
    asking.write('GET b\r\nMGET a a a\r\nPING\r\n');
    other.write('PING\r\n');
    await other.heard('+PONG\r\n');
    asking.socket.resume();
    const expected = `${small}*3\r\n${large}${large}${large}+PONG\r\n`;
    await until(() => asking.text.length >= expected.length || asking.closed);
    expect(asking.text === expected).toBe(true);
  });
});
