// Asks the server of protobuf.ts what stands on stdin, one request a line, and prints the replies:
//   add NAME MAIL
//   get ID
//   list
import { createInterface } from 'node:readline';
import { protobufFrames, type TypedMessage } from '@gev/plugin-protobuf';
import { connect, isGevError } from 'gev';
import { REPLIES, type Requests, readUsers } from './protocols/users.js';
import { readClientArguments, tcpAddress } from './run/arguments.js';

const { host, port } = readClientArguments(1840);
const registry = readUsers(new URL('../proto/users.proto', import.meta.url));

function requestOf(line: string): TypedMessage<Requests> | undefined {
  const [command, first = '', second = ''] = line.trim().split(/\s+/);
  if (command === 'add') return { type: 'users.AddUser', message: { name: first, mail: second } };
  if (command === 'get') return { type: 'users.GetUser', message: { id: Number(first) } };
  if (command === 'list') return { type: 'users.ListUsers', message: {} };
  return undefined;
}

async function main(): Promise<void> {
  const connection = await connect(tcpAddress(host, port), {
    protocol: protobufFrames(registry, { receive: REPLIES }),
    // After our end the server still has something to say.
    allowHalfOpen: true,
    handler: {
      onMessage(_connection, { type, message }) {
        console.log(type, JSON.stringify(message));
      },
      onEnd: (ended) => ended.close(),
      onClose(_connection, reason) {
        if (reason !== 'local-closed' && reason !== 'peer-closed') console.error(`lost: ${reason}`);
      },
    },
  });
  for await (const line of createInterface(process.stdin)) {
    const request = requestOf(line);
    if (request !== undefined) connection.send(request);
    else console.error(`'${line}' is no request: add NAME MAIL, get ID or list`);
  }
  connection.shutdownWrite();
}

main().catch((error: unknown) => {
  console.error(isGevError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
});
