import { isToken, listOf, trim } from '../handshake/tokens.js';

/** One extension with its parameters: a string, or true where there is no value. */
export interface Extension {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string | true>;
}

/**
 * Reads a `Sec-WebSocket-Extensions` header (RFC 6455, section 9.1). Undefined when it is malformed,
 * which a parameter that comes twice is, too (RFC 7692, section 7.1).
 */
export function parseExtensions(header: string): Extension[] | undefined {
  const extensions: Extension[] = [];
  for (const element of listOf(header)) {
    const [name = '', ...rest] = element.split(';').map(trim);
    if (!isToken(name)) return undefined;
    const parameters = new Map<string, string | true>();
    for (const parameter of rest) {
      const pair = parseParameter(parameter);
      if (pair === undefined || parameters.has(pair[0])) return undefined;
      parameters.set(...pair);
    }
    extensions.push({ name, parameters });
  }
  return extensions;
}

function parseParameter(text: string): [string, string | true] | undefined {
  const at = text.indexOf('=');
  if (at === -1) return isToken(text) ? [text, true] : undefined;
  const name = trim(text.slice(0, at));
  const quoted = trim(text.slice(at + 1));
  // A quoted value has to be a token all the same, so no comma or semicolon can stand in it.
  const value = /^"(.*)"$/.exec(quoted)?.[1] ?? quoted;
  return isToken(name) && isToken(value) ? [name, value] : undefined;
}
