import type { Address, HandOverResult, Listening, ListenOptions, PollerSink } from '@gev/core';
import { MemoryPoller } from '../../src/memory-poller/index.js';

/** Answers every call as if it had worked. */
export class NeverRefuses extends MemoryPoller {
  override start(sink: PollerSink): void {
    this.#forgive(() => super.start(sink), undefined);
  }
  override async listen(address: Address, options?: ListenOptions): Promise<Listening> {
    try {
      return await super.listen(address, options);
    } catch {
      return { handle: 0, address };
    }
  }
  override connect(address: Address): number {
    return this.#forgive(() => super.connect(address), 0);
  }
  override release(): number {
    return 0;
  }
  override adopt(): number {
    return 0;
  }
  override handOver(): HandOverResult {
    return 'taken';
  }
  override post(mailbox: number, bytes: Uint8Array): boolean {
    return this.#forgive(() => super.post(mailbox, bytes), true);
  }
  #forgive<Value>(call: () => Value, otherwise: Value): Value {
    try {
      return call();
    } catch {
      return otherwise;
    }
  }
}

export class TellsTheAskedAddress extends MemoryPoller {
  override async listen(address: Address, options?: ListenOptions): Promise<Listening> {
    return { ...(await super.listen(address, options)), address };
  }
}

export class InventsAddresses extends MemoryPoller {
  override remoteAddress(): Address {
    return { transport: 'tcp', host: '127.0.0.1', port: 1 };
  }
}

/** Can be stopped while it runs, and then only. */
export class IsParticularAboutStop extends MemoryPoller {
  #runs = false;
  override start(sink: PollerSink): void {
    this.#runs = true;
    super.start(sink);
  }
  override stop(): void {
    const ran = this.#runs;
    this.#runs = false;
    super.stop();
    if (!ran) throw new Error('it does not run');
  }
}

/** Shares one mailbox, and its memory, with whoever posts; keeps the last letter for ever. */
export class KeepsLetters extends MemoryPoller {
  #last: Uint8Array[] = [];
  override receive(): Uint8Array[] {
    const letters = super.receive();
    if (letters.length > 0) this.#last = letters.slice(-1);
    return letters.length > 0 ? letters : this.#last;
  }
}

/** The newest letter first. */
export class TurnsThePile extends MemoryPoller {
  override receive(): Uint8Array[] {
    return super.receive().reverse();
  }
}

/** Gives views into memory that is not the receiver's own. */
export class GivesViews extends MemoryPoller {
  override receive(): Uint8Array[] {
    return super.receive().map((letter) => {
      const larger = new Uint8Array(letter.length + 8);
      larger.set(letter, 4);
      return larger.subarray(4, 4 + letter.length);
    });
  }
}

/** Everybody's mailbox has the same number. */
export class HasNoMailboxOfItsOwn extends MemoryPoller {
  override get mailbox(): number {
    return 7;
  }
}

/** Goes on knowing what it handed over. */
export class KeepsTheHandle extends MemoryPoller {
  readonly #given = new Map<number, Address | undefined>();
  override handOver(handle: number, mailbox: number, tag: number): HandOverResult {
    const remote = super.remoteAddress(handle);
    const result = super.handOver(handle, mailbox, tag);
    if (result === 'taken') this.#given.set(handle, remote);
    return result;
  }
  override remoteAddress(handle: number): Address | undefined {
    return super.remoteAddress(handle) ?? this.#given.get(handle);
  }
}

/** Says so of connections that nobody has taken. */
export class AlwaysHandsOver extends MemoryPoller {
  override handOver(handle: number, mailbox: number, tag: number): HandOverResult {
    super.handOver(handle, mailbox, tag);
    return 'taken';
  }
}
