import { type Address, EventKind, handleOf, type PollerSink } from '@gev/core';
import type { MemoryPoller } from '../../src/memory-poller/index.js';
import { BrokenPoller, type RowView, rowsOf } from './broken-poller.js';

export class LosesABit extends BrokenPoller {
  #count = 0;
  protected override event(row: RowView): boolean {
    this.#count += 1;
    if (row.get('kind') === EventKind.data && this.#count % 7 === 0) {
      const at = row.get('offset');
      this.memory.arena[at] = (this.memory.arena[at] ?? 0) ^ 1;
    }
    return true;
  }
}

export class DropsKind extends BrokenPoller {
  constructor(
    readonly kind: number,
    ...rest: ConstructorParameters<typeof MemoryPoller>
  ) {
    super(...rest);
  }
  protected override event(row: RowView): boolean {
    return row.get('kind') !== this.kind;
  }
}

export class CallsEveryEndOrderly extends BrokenPoller {
  protected override event(row: RowView): boolean {
    if (row.get('kind') === EventKind.closed) row.set('detail', 0);
    return true;
  }
}

/** Tells and takes generation 1 for whatever lives in the slot. */
export class ForgetsGenerations extends BrokenPoller {
  readonly #current = new Map<number, number>();
  protected override event(row: RowView): boolean {
    this.#current.set(row.get('slot'), row.get('generation'));
    row.set('generation', 1);
    return true;
  }
  protected override order(row: RowView): void {
    row.set('generation', this.#current.get(row.get('slot')) ?? row.get('generation'));
  }
}

/** Carries orders out for whoever has the slot now. */
export class ObeysStaleOrders extends BrokenPoller {
  readonly #current = new Map<number, number>();
  protected override event(row: RowView): boolean {
    this.#current.set(row.get('slot'), row.get('generation'));
    return true;
  }
  protected override order(row: RowView): void {
    row.set('generation', this.#current.get(row.get('slot')) ?? row.get('generation'));
  }
}

export class GoesOnAfterStop extends BrokenPoller {
  override stop(): void {}
}

export class TellsAcceptsTwice extends BrokenPoller {
  override start(sink: PollerSink): void {
    super.start({
      onBatch: (rows) => {
        sink.onBatch(rows);
        if (this.memory.events[0] === EventKind.accepted) sink.onBatch(1);
      },
    });
  }
}

export class DropsTags extends BrokenPoller {
  protected override event(row: RowView): boolean {
    if (row.get('kind') === EventKind.adopted) row.set('detail', 0);
    return true;
  }
}

/** Drops what had come before a connection was handed over. */
export class LosesEarlyBytes extends BrokenPoller {
  readonly #adopted = new Set<number>();
  protected override event(row: RowView): boolean {
    if (row.get('kind') === EventKind.adopted) this.#adopted.add(row.get('slot'));
    return row.get('kind') !== EventKind.data || !this.#adopted.delete(row.get('slot'));
  }
}

/** Knows no peer whose end stands in the same batch. */
export class ForgetsFailedPeers extends BrokenPoller {
  readonly #failed = new Set<number>();
  override start(sink: PollerSink): void {
    super.start({
      onBatch: (rows) => {
        for (const row of rowsOf(this.memory.events, rows)) {
          if (row.get('kind') !== EventKind.closed) continue;
          this.#failed.add(handleOf(row.get('slot'), row.get('generation')));
        }
        sink.onBatch(rows);
      },
    });
  }
  override remoteAddress(handle: number): Address | undefined {
    return this.#failed.has(handle) ? undefined : super.remoteAddress(handle);
  }
}
