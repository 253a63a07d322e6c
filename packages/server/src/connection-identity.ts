import { type Address, handleOf } from '@gev/core';
import type { ReactorLoop } from '@gev/loop';

/** Who a connection is: its handle, its id, its two addresses, and what its users keep with it. */
export abstract class ConnectionIdentity<Context> {
  readonly id: number;
  readonly slot: number;
  readonly generation: number;
  readonly remoteAddress: Address;
  context: Context;
  readonly #loop: ReactorLoop;
  #localAddress: Address;
  #localIsExact = false;
  #values: Map<string | symbol, unknown> | undefined = undefined;

  /** @param listening the listener's address, until somebody asks for the exact local one */
  constructor(
    loop: ReactorLoop,
    id: number,
    slot: number,
    generation: number,
    listening: Address,
    context: Context,
  ) {
    this.#loop = loop;
    this.id = id;
    this.slot = slot;
    this.generation = generation;
    this.#localAddress = listening;
    // Asked for now, not later: a log line in onClose needs it when the handle is gone.
    this.remoteAddress = loop.poller.remoteAddress(handleOf(slot, generation)) ?? listening;
    this.context = context;
  }

  get localAddress(): Address {
    if (!this.#localIsExact) {
      const exact = this.#loop.poller.localAddress(handleOf(this.slot, this.generation));
      this.#localAddress = exact ?? this.#localAddress;
      this.#localIsExact = true;
    }
    return this.#localAddress;
  }

  get<Value = unknown>(key: string | symbol): Value | undefined {
    return this.#values?.get(key) as Value | undefined;
  }

  set(key: string | symbol, value: unknown): void {
    this.#values ??= new Map();
    this.#values.set(key, value);
  }

  delete(key: string | symbol): boolean {
    return this.#values?.delete(key) ?? false;
  }
}
