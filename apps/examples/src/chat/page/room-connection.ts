import type { ChatEvent, ChatRequest } from '../messages.js';

/** What a connection tells the page. */
export interface RoomListener {
  onState(state: 'connecting' | 'online' | 'offline'): void;
  onEvent(event: ChatEvent): void;
}

/** Milliseconds before it is tried again, doubled each time. */
const RETRY = { least: 500, most: 10_000 };

/** Stays in a room until it is left, whatever becomes of its connections. */
export class RoomConnection {
  /** What the next connection joins with. */
  name: string;
  readonly #url: string;
  readonly #listener: RoomListener;
  #socket: WebSocket | undefined = undefined;
  #delay = RETRY.least;
  #timer = 0;

  constructor(room: string, name: string, listener: RoomListener) {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    this.#url = `${scheme}://${location.host}/rooms/${encodeURIComponent(room)}`;
    this.#listener = listener;
    this.name = name;
    this.#connect();
  }

  /** Returns false when there is no connection. */
  send(request: ChatRequest): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(request));
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
  }

  #connect(): void {
    this.#listener.onState('connecting');
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.send({ type: 'join', name: this.name });
    });
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
      // One that was left may still say something.
      if (this.#socket !== socket) return;
      const event = JSON.parse(data) as ChatEvent;
      if (event.type === 'here') {
        this.#delay = RETRY.least;
        this.#listener.onState('online');
      }
      this.#listener.onEvent(event);
    });
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.#connectLater();
    });
  }

  #connectLater(): void {
    this.#listener.onState('offline');
    // Not all at once when a server comes back.
    const delay = this.#delay * (0.5 + Math.random() / 2);
    this.#delay = Math.min(this.#delay * 2, RETRY.most);
    this.#timer = setTimeout(() => this.#connect(), delay);
  }
}
