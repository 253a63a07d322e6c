import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { LoadBalancer } from '@gev/core';
import { type LoopExit, type PollerChoice, Server, type ServerOptions } from '../src/index.js';
import { until } from './client.js';

export const MEMBER = new URL('./fixtures/member.mjs', import.meta.url);

type Options = Partial<ServerOptions<Uint8Array, Uint8Array | string, unknown>>;

/** Log lines instead of stderr. */
export class Lines {
  readonly lines: string[] = [];
  readonly logger = {
    debug: () => {},
    info: () => {},
    warn: (_fields: object, message: string) => void this.lines.push(`warn ${message}`),
    error: (_fields: object, message: string) => void this.lines.push(`error ${message}`),
  };
}

/** A server of several loops with the member handler, and what it told. */
export class Threads implements AsyncDisposable {
  readonly server: Server<Uint8Array, Uint8Array | string>;
  readonly log = new Lines();
  readonly exits: LoopExit[] = [];
  readonly starts: number[] = [];
  readonly posts: unknown[] = [];

  constructor(choice: PollerChoice, options: Options = {}) {
    this.server = new Server<Uint8Array, Uint8Array | string>(
      {
        address: 'tcp://127.0.0.1:0',
        loops: 2,
        handler: MEMBER,
        logger: this.log.logger,
        ...options,
      } as ServerOptions<Uint8Array, Uint8Array | string, unknown, undefined>,
      choice,
    );
    this.server.on('loopExit', (exit) => this.exits.push(exit));
    this.server.on('loopStart', (loop) => this.starts.push(loop));
    this.server.on('post', (value) => this.posts.push(value));
  }

  static async start(choice: PollerChoice, options: Options = {}): Promise<Threads> {
    const threads = new Threads(choice, options);
    await threads.server.listen();
    return threads;
  }

  /** Connects, and asks who it is connected to. */
  async member(localAddress?: string): Promise<Member> {
    const member = new Member(this.server.address, localAddress);
    await member.arrive();
    return member;
  }

  async members(count: number): Promise<Member[]> {
    const members: Member[] = [];
    for (let i = 0; i < count; i += 1) members.push(await this.member());
    return members;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close({ timeout: 500 });
  }
}

/** A client of the member handler: a node:net socket. */
export class Member {
  readonly socket: Socket;
  id = 0;
  loop = -1;
  thread = 0;
  text = '';
  ended = false;
  failed: Error | undefined;

  constructor(address: string, localAddress?: string) {
    const url = new URL(address);
    this.socket =
      url.protocol === 'unix:'
        ? connect(url.pathname)
        : connect({
            port: Number(url.port),
            host: url.hostname,
            ...(localAddress && { localAddress }),
          });
    this.socket.setEncoding('utf8').on('data', (chunk) => {
      this.text += chunk;
    });
    this.socket.on('error', (error) => {
      this.failed = error;
    });
    this.socket.on('close', () => {
      this.ended = true;
    });
  }

  async arrive(): Promise<void> {
    if (this.socket.connecting) await once(this.socket, 'connect');
    const [, id, loop, thread] = /^(\d+)@(\d+)\/(\d+)$/.exec(await this.ask('who')) ?? [];
    this.id = Number(id);
    this.loop = Number(loop);
    this.thread = Number(thread);
  }

  /** Says something, and gives what is answered. */
  async ask(what: string): Promise<string> {
    this.text = '';
    this.socket.write(what);
    await until(
      () => this.text !== '' || this.ended,
      () => `no answer to ${what}`,
    );
    return this.text;
  }

  async heard(text: string): Promise<void> {
    await until(
      () => this.text.includes(text),
      () => `heard '${this.text}', not '${text}'`,
    );
  }
}

/** Holds loops still, as a handler that computes does, until let go; their `data` is `{ hold }`. */
export class Hold {
  readonly hold = new SharedArrayBuffer(4);

  letGo(): void {
    const flag = new Int32Array(this.hold);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  }
}

/** A balancer that obeys a list. */
export function listed(...picks: readonly number[]): LoadBalancer {
  let turn = 0;
  return { name: 'listed', pick: () => picks[turn++ % picks.length]! };
}
