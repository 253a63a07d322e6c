import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Server } from 'gev';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const here = new URL('.', import.meta.url);
const folder = new URL('../build/readme/', here);

/** A block of code in a document. */
interface Block {
  readonly title: string;
  readonly source: string;
  /** A module says its name in its first line. */
  readonly module: string | undefined;
  readonly isServer: boolean;
}

/** The blocks of a document as they stand there, but for the ports. */
function blocksOf(name: string): Block[] {
  const text = readFileSync(new URL(`../../../${name}`, here), 'utf8');
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map((match, index) => {
    const code = match[1]!.replace(/(127\.0\.0\.1|0\.0\.0\.0):\d+/g, '$1:0');
    const isServer = code.includes('const server =');
    return {
      title: `${name} ${index}`,
      source: isServer ? `${code}\nexport { server };\n` : code,
      module: /^\/\/ ([\w.-]+)\.ts/.exec(code)?.[1],
      isServer,
    };
  });
}

const readme = blocksOf('README.md');
const guide = blocksOf('docs/coming-from-gev.md');
const plugins = blocksOf('packages/plugin-protobuf/README.md');
const counting = blocksOf('packages/metrics/README.md');
const watching = [...blocksOf('docs/diagnostics.md'), ...blocksOf('docs/operations.md')];

const INPUTS = ['hello', '\0\0\0\u0005hello', 'hello'];

function write(block: Block, name: string): URL {
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.ts`, folder), block.source);
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const program = new URL(`${name}.js`, folder);
  writeFileSync(program, ts.transpileModule(block.source, { compilerOptions: options }).outputText);
  return program;
}

const nameOf = (block: Block) => block.module ?? block.title.replace(/\W/g, '-');

describe('programs in the documents', () => {
  it('are there, and short', () => {
    expect(readme).toHaveLength(7);
    expect(readme.filter(({ isServer }) => isServer)).toHaveLength(INPUTS.length);
    expect(guide).toHaveLength(2);
    expect(plugins).toHaveLength(1);
    expect(counting).toHaveLength(2);
    expect(watching).toHaveLength(5);
    for (const { source } of [...readme, ...guide]) {
      expect(source.split('\n').length).toBeLessThan(25);
    }
  });

  it.each(
    [...readme, ...guide, ...plugins, ...counting, ...watching].map(
      (block) => [block.title, block] as const,
    ),
  )(
    'pass the type checker: %s',
    (_title, block) => {
      write(block, nameOf(block));
      expect(typeErrors(fileURLToPath(new URL(`${nameOf(block)}.ts`, folder)))).toEqual([]);
    },
    30_000,
  );

  it.each(
    readme
      .filter(({ isServer }) => isServer)
      .map((block, index) => [block.title, block, index] as const),
  )(
    'run and echo: %s',
    async (_title, block, index) => {
      for (const each of readme) if (each.module) write(each, each.module);
      const program = write(block, nameOf(block));
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
