import { basename } from 'node:path';
import { parseArgs } from 'node:util';

/** A whole number on the command line; without a default it may be left out. */
export interface NumberOption {
  readonly default: number | undefined;
  readonly least: number;
  readonly most: number;
}

/** The default tells what is taken: a text, or a whole number from 1 on. */
export type Option = string | number | NumberOption;

export type Options = Readonly<Record<string, Option>>;

/** What was given, or else the defaults. */
export type Values<Own> = {
  readonly [Name in keyof Own]: Own[Name] extends string
    ? string
    : Own[Name] extends { readonly default: undefined }
      ? number | undefined
      : number;
};

const LARGEST = 2 ** 31 - 1;

/** Reads the command line; ends the process with a reason and the usage when it is wrong, or with `--help`. */
export function readOptions<Own extends Options>(options: Own): Values<Own> {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h' },
        ...Object.fromEntries(
          Object.keys(options).map((name) => [name, { type: 'string' } as const]),
        ),
      },
    });
    if (values.help) {
      console.log(usageOf(options));
      process.exit(0);
    }
    const texts = values as Readonly<Record<string, string | undefined>>;
    const read = Object.entries(options).map(([name, option]) => [
      name,
      readOne(name, option, texts[name]),
    ]);
    return Object.fromEntries(read) as Values<Own>;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usageOf(options)}`);
    process.exit(2);
  }
}

function readOne(name: string, option: Option, text: string | undefined) {
  if (typeof option === 'string') return text ?? option;
  const range = typeof option === 'number' ? { default: option, least: 1, most: LARGEST } : option;
  return text === undefined ? range.default : whole(name, text, range);
}

function whole(name: string, text: string, { least, most }: NumberOption): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} is '${text}': give a whole number from ${least} to ${most}`);
}

function usageOf(options: Options): string {
  const names = Object.entries(options).map(
    ([name, option]) => ` [--${name} ${typeof option === 'string' ? 'TEXT' : 'N'}]`,
  );
  return `usage: node ${basename(process.argv[1] ?? 'NAME.js')}${names.join('')}`;
}
