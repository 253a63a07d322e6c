import type { Connection } from '@gev/core';

/** Any connection: what it can send does not matter here. */
type AnyConnection = Pick<Connection<never>, 'get' | 'set' | 'delete'>;

/**
 * A number that a protocol keeps with each connection; 0 is not kept at all.
 *
 * Lives in the connection's keyed values under a key of its own, so that two protocols of one
 * connection do not meet. While no connection has one, asking costs nothing.
 */
export class ConnectionNumber {
  readonly #key: symbol;
  /** Connections that have one. Too high (a `forget` that never came) only makes asking slower. */
  #held = 0;

  /** @param name for whoever looks at a connection in the debugger */
  constructor(name: string) {
    this.#key = Symbol(name);
  }

  get(connection: AnyConnection): number {
    return this.#held === 0 ? 0 : (connection.get<number>(this.#key) ?? 0);
  }

  set(connection: AnyConnection, value: number): void {
    if (this.#held === 0 || connection.get(this.#key) === undefined) this.#held += 1;
    connection.set(this.#key, value);
  }

  forget(connection: AnyConnection): void {
    if (this.#held > 0 && connection.delete(this.#key)) this.#held -= 1;
  }
}
