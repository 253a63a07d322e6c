import { describe, expect, it } from 'vitest';
import { Example, until } from './example.js';

/** What the console exporter prints of a span, so far as it is looked at. */
interface PrintedSpan {
  readonly name: string;
  readonly trace: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly text: string;
}

function spansOf(lines: readonly string[]): PrintedSpan[] {
  const printed = lines.join('\n').split(/^\{$/m).slice(1);
  return printed.map((text) => ({
    name: /^ {2}name: '(\w+)'/m.exec(text)?.[1] ?? '',
    trace: /^ {2}traceId: '(\w+)'/m.exec(text)?.[1] ?? '',
    id: /^ {2}id: '(\w+)'/m.exec(text)?.[1] ?? '',
    parent: /^ {4}spanId: '(\w+)'/m.exec(text)?.[1],
    text,
  }));
}

describe.each([['1'], ['2']])('opentelemetry with %s loops', (loops) => {
  it('prints a span of each connection, and of its messages beneath', async () => {
    const example = await Example.start('opentelemetry', ['--loops', loops]);
    const [good, bad] = await example.connect(2);
    good!.write('hello');
    await good!.heard('hello');
    good!.socket.end();
    bad!.write('!');
    await until(() => good!.closed && bad!.closed);
    await until(() => spansOf(example.stdout).length === 4);
    expect(await example.stop('SIGTERM')).toBe(0);

    const spans = spansOf(example.stdout);
    const connections = spans.filter(({ name }) => name === 'connection');
    const messages = spans.filter(({ name }) => name === 'message');
    expect(connections).toHaveLength(2);
    expect(messages).toHaveLength(2);
    for (const { trace, parent } of messages) {
      expect(connections).toContainEqual(expect.objectContaining({ trace, id: parent }));
    }
    const ended = (how: string) =>
      connections.find(({ text }) => text.includes(`'gev.close_reason': '${how}'`));
    expect(ended('handler-error')?.text).toMatch(
      /status: \{\s+code: 2,\s+message: 'a handler threw/,
    );
    expect(ended('peer-closed')?.text).toMatch(
      /'network\.peer\.address': 'tcp:.*status: \{ code: 0/s,
    );
  });
});
