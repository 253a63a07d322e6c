import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import type { ChatEvent, ChatRequest, Person } from '../src/chat/messages.js';
import { until } from './example.js';

/** A visitor on ws, who knows only what is told. */
export class Visitor {
  people: readonly Person[] = [];
  readonly said: string[] = [];
  readonly refused: string[] = [];
  you: Person | undefined = undefined;

  constructor(readonly ws: WebSocket) {
    ws.on('message', (json) => this.#hear(JSON.parse(String(json)) as ChatEvent));
  }

  static async enter(port: number, room: string, name: string): Promise<Visitor> {
    const visitor = await Visitor.open(port, room);
    visitor.tell({ type: 'join', name });
    await until(() => visitor.you !== undefined);
    return visitor;
  }

  static async open(port: number, room: string, options?: ClientOptions): Promise<Visitor> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/rooms/${room}`, options);
    const visitor = new Visitor(ws);
    await once(ws, 'open');
    return visitor;
  }

  tell(request: ChatRequest): void {
    this.ws.send(JSON.stringify(request));
  }

  get names(): string {
    return this.people
      .map(({ name }) => name)
      .sort()
      .join(' ');
  }

  async sees(names: string): Promise<void> {
    await until(
      () => this.names === names,
      () => `sees '${this.names}', not '${names}'`,
    );
  }

  #hear(event: ChatEvent): void {
    if (event.type === 'refused') this.refused.push(event.reason);
    else if (event.type === 'said') this.said.push(`${event.person.name}: ${event.text}`);
    else if (event.type === 'here') this.you = event.you;
    else this.people = event.people;
  }
}
