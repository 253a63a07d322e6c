import { readFileSync } from 'node:fs';
import { createRegistry, type Registry, type TypeName } from '@gev/plugin-protobuf';

export interface User {
  id: number;
  name: string;
  mail: string;
}

/** What a client asks. */
export interface Requests {
  'users.AddUser': { name: string; mail: string };
  'users.GetUser': { id: number };
  'users.ListUsers': object;
}

/** What the server answers. */
export interface Replies {
  'users.User': User;
  'users.UserList': { users: User[] };
  'users.NotFound': { id: number };
}

type Messages = Requests & Replies;

/** What a server receives, and a client. */
export const REQUESTS: readonly TypeName<Requests>[] = [
  'users.AddUser',
  'users.GetUser',
  'users.ListUsers',
];
export const REPLIES: readonly TypeName<Replies>[] = [
  'users.User',
  'users.UserList',
  'users.NotFound',
];

/** @param file `proto/users.proto` of this folder: where that is, only the program knows */
export function readUsers(file: URL): Registry<Messages> {
  return createRegistry<Messages>({ proto: readFileSync(file, 'utf8') });
}
