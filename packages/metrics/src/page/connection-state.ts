import { find, write } from './element.js';
import type { FeedState } from './feed.js';
import { clockTime } from './units.js';

/** Milliseconds that a page goes on saying that the server was restarted. */
const TOLD = 60_000;

/** Says how the connection to the server is: a word at the top, and a sentence when it matters. */
export class ConnectionState {
  readonly #status = find('status', HTMLElement);
  readonly #notice = find('notice', HTMLElement);
  #kind = '';
  #lostAt = 0;
  #isTelling: ReturnType<typeof setTimeout> | undefined = undefined;

  show(state: FeedState): void {
    // While it is lost, each try is no news.
    if (state.kind === 'connecting' && this.#kind === 'lost') return;
    if (state.kind === 'lost') this.#showLoss(state.why);
    else if (this.#kind === 'lost' && this.#isTelling === undefined) this.#say('', '');
    this.#kind = state.kind;
    this.#status.dataset['state'] = state.kind;
    document.documentElement.toggleAttribute('data-stale', state.kind === 'lost');
    write(
      this.#status,
      { connecting: 'Connecting', live: 'Live', lost: 'No connection' }[state.kind],
    );
  }

  showRestart(time: number): void {
    this.#say('info', `The server was restarted at ${clockTime(time)}: its counters began anew.`);
    this.#isTelling = setTimeout(() => this.#say('', ''), TOLD);
  }

  #showLoss(why: string): void {
    if (this.#kind !== 'lost') this.#lostAt = Date.now();
    const since = clockTime(this.#lostAt);
    this.#say('bad', `No connection to ${location.host} since ${since}: ${why}. Trying again.`);
  }

  #say(kind: string, text: string): void {
    clearTimeout(this.#isTelling);
    this.#isTelling = undefined;
    this.#notice.dataset['kind'] = kind;
    write(this.#notice, text);
  }
}
