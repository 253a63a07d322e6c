import type { Sample } from '../sample.js';

/** How the connection to the server is. */
export type FeedState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** It ended or was never made; it is tried again. */
  | { readonly kind: 'lost'; readonly why: string };

/** What a feed tells. */
export interface FeedListener {
  onState(state: FeedState): void;
  /** What the server remembers, oldest first, `interval` milliseconds apart: once a connection. */
  onHistory(samples: readonly Sample[], interval: number): void;
  onSample(sample: Sample): void;
}

/** What `GET /feed` answers. */
interface Remembered {
  readonly interval: number;
  readonly samples: readonly Sample[];
}

/** Milliseconds before it is tried again, doubled each time. */
const RETRY = { least: 500, most: 5_000 };

/** Intervals without a sample after which the connection counts as lost. */
const SILENCE = 5;

/** Stays with the server's feed, whatever becomes of its connections. */
export class Feed {
  readonly #listener: FeedListener;
  #source: EventSource | undefined = undefined;
  #delay = RETRY.least;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #interval = 1000;

  constructor(listener: FeedListener) {
    this.#listener = listener;
  }

  async start(): Promise<void> {
    this.#listener.onState({ kind: 'connecting' });
    try {
      const { samples, interval } = await remembered();
      this.#interval = interval;
      this.#listener.onHistory(samples, interval);
    } catch (error) {
      this.#lose(whyOf(error));
      return;
    }
    this.#follow();
  }

  #follow(): void {
    const source = new EventSource('/feed/live');
    this.#source = source;
    this.#expectSample();
    source.addEventListener('open', () => {
      if (this.#source === source) this.#listener.onState({ kind: 'live' });
    });
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      if (this.#source !== source) return;
      this.#delay = RETRY.least;
      this.#expectSample();
      this.#listener.onSample(JSON.parse(data) as Sample);
    });
    // It would try again by itself, but not after every failure, and would not ask for what it missed.
    source.addEventListener('error', () => {
      if (this.#source === source) this.#lose('the connection ended');
    });
  }

  #expectSample(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose('nothing came any more'), SILENCE * this.#interval);
  }

  #lose(why: string): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
    this.#listener.onState({ kind: 'lost', why });
    // Not all pages at once when a server comes back.
    const delay = this.#delay * (0.5 + Math.random() / 2);
    this.#delay = Math.min(this.#delay * 2, RETRY.most);
    this.#timer = setTimeout(() => void this.start(), delay);
  }
}

/** Browsers tell the same in words of their own: a TypeError is an answer that never came. */
function whyOf(error: unknown): string {
  if (error instanceof TypeError) return 'nothing answers';
  if (error instanceof SyntaxError) return 'its answer is not a feed';
  return error instanceof Error ? error.message : String(error);
}

async function remembered(): Promise<Remembered> {
  const answer = await fetch('/feed', { cache: 'no-store' });
  if (!answer.ok) throw new Error(`it answered ${answer.status} ${answer.statusText}`);
  return (await answer.json()) as Remembered;
}
