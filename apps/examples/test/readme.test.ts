import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Server } from 'gev';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const here = new URL('.', import.meta.url);
const folder = new URL('../build/readme/', here);

/** The servers that the README shows, as they stand there but for the port. */
const blocks = [
  ...readFileSync(new URL('../../../README.md', here), 'utf8').matchAll(/```ts\n(.*?)```/gs),
]
  .map((match) => match[1]!.replace(/(127\.0\.0\.1):\d+/g, '$1:0'))
  .map((source) => `${source}\nexport { server };\n`);

const INPUTS = ['hello', '\0\0\0\u0005hello'];

describe('the README', () => {
  it('shows two servers, each in ten lines or so', () => {
    expect(blocks).toHaveLength(2);
    for (const block of blocks) expect(block.split('\n').length).toBeLessThan(25);
  });

  it.each(blocks.map((source, index) => [index, source] as const))(
    'has a program %i that passes the type checker and echoes',
    async (index, source) => {
      mkdirSync(folder, { recursive: true });
      const file = new URL(`block-${index}.ts`, folder);
      writeFileSync(file, source);
      expect(typeErrors(fileURLToPath(file))).toEqual([]);
      const program = new URL(`block-${index}.mjs`, folder);
      const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
      writeFileSync(program, ts.transpileModule(source, { compilerOptions: options }).outputText);
      const { server } = (await import(/* @vite-ignore */ program.href)) as { server: Server };
      expect(await echo(server.address, INPUTS[index]!)).toBe(INPUTS[index]);
      await server.close();
    },
    30_000,
  );
});

function typeErrors(file: string): string[] {
  const base = fileURLToPath(new URL('../../../tsconfig.base.json', here));
  const { options } = ts.convertCompilerOptionsFromJson(
    ts.readConfigFile(base, ts.sys.readFile).config.compilerOptions,
    fileURLToPath(new URL('..', here)),
  );
  // A reader's program need not use every parameter that it names.
  const program = ts.createProgram([file], { ...options, noUnusedParameters: false });
  return ts
    .getPreEmitDiagnostics(program)
    .map((each) => ts.flattenDiagnosticMessageText(each.messageText, '\n'));
}

async function echo(address: string, text: string): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.end(text);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks).toString();
}
