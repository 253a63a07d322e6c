import type { Address } from '@gev/core';
import { OpenCount } from './open-count.js';

/** What a registry needs to know of a connection. */
export interface Registered {
  readonly id: number;
  readonly remoteAddress: Address;
}

/** Whom a registry asks and tells. */
export interface RegistryOptions<Member> {
  /** Gives the id of a new connection. */
  nextId(): number;
  /** Told when `onClose` of a connection has its turn. */
  onLeave(connection: Member): void;
  /** Every connection that is open, to begin the index with. */
  members(): Iterable<Member>;
}

/** The open connections of one loop: their number, and, once somebody asks, where each id is. */
export class ConnectionRegistry<Member extends Registered> {
  /** The connections whose `onClose` has not run. */
  readonly open = new OpenCount();
  readonly #options: RegistryOptions<Member>;
  /** Made by the first `find`: a server that never sends by id does without its memory. */
  #index: Map<number, Member> | undefined = undefined;

  constructor(options: RegistryOptions<Member>) {
    this.#options = options;
  }

  nextId(): number {
    return this.#options.nextId();
  }

  add(connection: Member): void {
    this.open.enter();
    this.#index?.set(connection.id, connection);
  }

  remove(connection: Member): void {
    this.#index?.delete(connection.id);
    this.#options.onLeave(connection);
    this.open.leave();
  }

  find(id: number): Member | undefined {
    this.#index ??= this.#makeIndex();
    return this.#index.get(id);
  }

  #makeIndex(): Map<number, Member> {
    const index = new Map<number, Member>();
    for (const member of this.#options.members()) index.set(member.id, member);
    return index;
  }
}
