import { RingBuffer } from '@gev/ringbuffer';
import { DEFAULT_LIMITS } from '../src/protocols/resp/limits.js';
import type { Reply } from '../src/protocols/resp/reply.js';
import { writeReply } from '../src/protocols/resp/reply-writer.js';
import { RequestParser } from '../src/protocols/resp/request-parser.js';
import { Redis } from '../src/redis/redis.js';
import { Session } from '../src/redis/session.js';

/** A server without a socket, and with a clock of its own. */
export class BareRedis {
  now = 1_700_000_000_000;
  timers: { at: number; task: () => void }[] = [];
  readonly session = new Session();
  readonly redis = new Redis({
    now: () => this.now,
    runAfter: (delay, task) => void this.timers.push({ at: this.now + delay, task }),
  });
  readonly #parser = new RequestParser(DEFAULT_LIMITS);

  /** The reply to a line, as it would be sent. */
  run(line: string): string {
    const out = new RingBuffer();
    writeReply(this.#execute(`${line}\r\n`), out, this.session.version);
    return Buffer.from(out.bytes()).toString('latin1').replaceAll('\r\n', '|');
  }

  /** The reply to these arguments. */
  ask(words: readonly string[]): Reply {
    const bulks = words.map((word) => `$${word.length}\r\n${word}\r\n`);
    return this.#execute(`*${words.length}\r\n${bulks.join('')}`);
  }

  #execute(bytes: string): Reply {
    const buffer = new RingBuffer();
    buffer.write(Buffer.from(bytes, 'latin1'));
    return this.redis.execute(this.#parser.parse(buffer, this)!, this.session);
  }

  /** Lets time pass, with the timers that are due. */
  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const next = this.timers.findIndex(({ at }) => at <= end);
      if (next === -1) break;
      const [timer] = this.timers.splice(next, 1);
      this.now = Math.max(this.now, timer!.at);
      timer!.task();
    }
    this.now = end;
  }
}
