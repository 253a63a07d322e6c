import { RespMap } from '../../protocols/resp/reply.js';
import type { Request } from '../../protocols/resp/request.js';
import { type Command, NO_KEYS, Refusal } from '../command.js';
import { REDIS_VERSION } from '../constants.js';
import { integerArgument } from '../integers.js';
import { checkName } from './client.js';

/** Chooses the version of the protocol, for this reply already, and tells who answers. */
export const HELLO: Command = {
  name: 'hello',
  arity: -1,
  flags: ['noscript', 'loading', 'stale', 'fast'],
  keys: NO_KEYS,
  group: 'connection',
  summary: 'Handshake with Redis',
  since: '6.0.0',
  run(request, session) {
    const version = request.count > 1 ? readVersion(request) : session.version;
    const name = readName(request);
    session.version = version;
    if (name !== undefined) session.name = name;
    return new RespMap([
      ['server', 'redis'],
      ['version', REDIS_VERSION],
      ['proto', version],
      ['id', session.id],
      ['mode', 'standalone'],
      ['role', 'master'],
      ['modules', []],
    ]);
  },
};

function readVersion(request: Request): 2 | 3 {
  const text = 'ERR Protocol version is not an integer or out of range';
  const version = integerArgument(request, 1, text);
  if (version === 2 || version === 3) return version;
  throw new Refusal('NOPROTO unsupported protocol version');
}

/** What SETNAME says. There are no passwords here, so AUTH is no option. */
function readName(request: Request): string | undefined {
  let name: string | undefined;
  for (let index = 2; index < request.count; index += 2) {
    if (!request.is(index, 'SETNAME') || index + 1 === request.count) {
      throw new Refusal(`ERR Syntax error in HELLO option '${request.text(index)}'`);
    }
    name = checkName(request.text(index + 1));
  }
  return name;
}
