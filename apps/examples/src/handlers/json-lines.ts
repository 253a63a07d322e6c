import { line, mapProtocol } from '@gev/plugin-framing';
import { defineHandler } from 'gev';

/** What a client may send; whatever it sent, it is checked before it is used. */
interface Request {
  readonly id?: unknown;
  readonly add?: unknown;
}

type Response = { readonly id: string | number | null } & (
  | { readonly sum: number }
  | { readonly error: string }
);

const jsonLines = mapProtocol(line(), {
  decode: (text): Request => Object(JSON.parse(text)),
  encode: (response: Response) => JSON.stringify(response),
});

export default defineHandler(() => ({
  protocol: jsonLines,
  handler: {
    onMessage(_connection, { id: given, add }): Response {
      // Sent back as it came, so only what is small: a deep one could not even be written.
      const id = typeof given === 'string' || typeof given === 'number' ? given : null;
      if (!isNumbers(add)) return { id, error: 'give { "id": ..., "add": [numbers] }' };
      return { id, sum: add.reduce((one, other) => one + other, 0) };
    },
  },
}));

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}
