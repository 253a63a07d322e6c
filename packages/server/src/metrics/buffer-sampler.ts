import type { HistogramMetric, LoopMetrics } from '@gev/core';
import type { ReactorLoop } from '@gev/loop';
import { TcpConnection } from '../tcp-connection.js';

/** Slots that are looked at a second: with more connections each has its turn less often. */
const LOOKS = 4_096;

const BUCKETS = [0, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 16_777_216];

/** Looks at the buffers of a loop's connections, and counts them by their size. */
export class BufferSampler {
  readonly #loop: ReactorLoop;
  readonly #read: HistogramMetric;
  readonly #readCapacity: HistogramMetric;
  readonly #write: HistogramMetric;
  readonly #writeCapacity: HistogramMetric;
  /** The slot that is next. */
  #next = 0;

  constructor(loop: ReactorLoop) {
    const { metrics } = loop;
    this.#loop = loop;
    this.#read = sizes(metrics, 'gev_read_buffer_bytes', 'Bytes that are no whole message yet');
    this.#readCapacity = sizes(
      metrics,
      'gev_read_buffer_capacity_bytes',
      'Bytes that the buffers of such bytes have room for',
    );
    this.#write = sizes(metrics, 'gev_write_buffer_bytes', 'Bytes that wait to be sent');
    this.#writeCapacity = sizes(
      metrics,
      'gev_write_buffer_capacity_bytes',
      'Bytes of memory that those are kept in',
    );
  }

  sample(): void {
    const { slots } = this.#loop;
    for (let look = Math.min(LOOKS, slots); look > 0; look -= 1) {
      if (this.#next >= slots) this.#next = 0;
      const channel = this.#loop.channel(this.#next);
      if (channel instanceof TcpConnection) this.#look(channel);
      this.#next += 1;
    }
  }

  #look(connection: TcpConnection<unknown, unknown, unknown>): void {
    this.#read.observe(connection.readBufferLength);
    this.#readCapacity.observe(connection.readBufferCapacity);
    this.#write.observe(connection.writeBufferLength);
    this.#writeCapacity.observe(connection.writeBufferCapacity);
  }
}

function sizes(metrics: LoopMetrics, name: string, what: string): HistogramMetric {
  const help = `${what}, of each connection once a second.`;
  return metrics.histogram({ name, help, buckets: BUCKETS });
}
