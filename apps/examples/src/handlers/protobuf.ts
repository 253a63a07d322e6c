import { protobufFrames, type TypedMessage } from '@gev/plugin-protobuf';
import { defineHandler } from 'gev';
import { REQUESTS, type Replies, type Requests, readUsers, type User } from '../protocols/users.js';

const registry = readUsers(new URL('../../proto/users.proto', import.meta.url));

function answer(
  users: Map<number, User>,
  { type, message }: TypedMessage<Requests>,
): TypedMessage<Replies> {
  switch (type) {
    case 'users.AddUser': {
      const user = { id: users.size + 1, name: message.name, mail: message.mail };
      users.set(user.id, user);
      return { type: 'users.User', message: user };
    }
    case 'users.GetUser': {
      const user = users.get(message.id);
      if (user === undefined) return { type: 'users.NotFound', message: { id: message.id } };
      return { type: 'users.User', message: user };
    }
    case 'users.ListUsers':
      return { type: 'users.UserList', message: { users: [...users.values()] } };
  }
}

export default defineHandler(() => {
  // Each loop has users of its own: loops share no object.
  const users = new Map<number, User>();
  return {
    protocol: protobufFrames(registry, { receive: REQUESTS }),
    handler: { onMessage: (_connection, request) => answer(users, request) },
  };
});
