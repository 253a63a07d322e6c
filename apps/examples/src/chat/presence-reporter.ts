import type { EventLoop } from 'gev';
import type { PresenceNews } from './presence.js';

/** Milliseconds before what the server's thread had no room for is tried again. */
const RETRY_AFTER = 100;

/** Tells the server's thread who comes and goes in a loop: in order, and nothing is lost. */
export class PresenceReporter {
  readonly #loop: EventLoop;
  readonly #waiting: PresenceNews[] = [];

  constructor(loop: EventLoop) {
    this.#loop = loop;
    this.#waiting.push({ kind: 'started' });
    // While its handler is being made a loop cannot post yet.
    loop.runInLoop(() => this.#post());
  }

  tell(news: PresenceNews): void {
    if (this.#waiting.push(news) === 1) this.#post();
  }

  #post(): void {
    for (const news of this.#waiting.splice(0)) {
      if (this.#waiting.length > 0 || !this.#loop.postToServer(news)) this.#waiting.push(news);
    }
    if (this.#waiting.length > 0) this.#loop.runAfter(RETRY_AFTER, () => this.#post());
  }
}
