import type { LoopSample, Sample } from '../sample.js';
import { find, make, write } from './element.js';
import { Figure } from './figure.js';
import { LATE } from './levels.js';
import { increase, type Reading } from './reading.js';
import { count, seconds, text } from './units.js';

type State = 'good' | 'warn' | 'bad';

/** A counter that counts up when something is not as it should be. */
interface Counted {
  readonly id: keyof LoopSample;
  readonly label: string;
  readonly hint: string;
  /** How it is taken when it has counted in the last ten minutes. */
  readonly whenMore: State;
}

const COUNTED: readonly Counted[] = [
  {
    id: 'acceptErrors',
    label: 'Accept errors',
    hint: 'connections that could not be taken',
    whenMore: 'bad',
  },
  {
    id: 'readPauses',
    label: 'Read pauses',
    hint: 'back-pressure: a peer was not read for a while',
    whenMore: 'warn',
  },
  {
    id: 'restarts',
    label: 'Loop restarts',
    hint: 'threads that died and were replaced',
    whenMore: 'bad',
  },
];

/** One line: what, how much, and what it means. */
class Sign {
  readonly item: HTMLElement;
  readonly #figure = new Figure('span');
  readonly #note = make('span', 'note');

  constructor(id: string, label: string, hint: string) {
    const texts = [make('span', '', label), make('span', 'hint', hint)] as const;
    this.item = make('li', 'sign', texts[0], this.#figure.element, texts[1], this.#note);
    this.item.dataset['sign'] = id;
    this.#figure.show(count(null));
  }

  show(figure: ReturnType<typeof count>, note: string, state: State): void {
    this.#figure.show(figure);
    write(this.#note, note);
    this.item.dataset['state'] = state;
  }
}

/** What an operator looks for when something is wrong. */
export class Signs {
  readonly #counted = COUNTED.map(({ id, label, hint }) => new Sign(id, label, hint));
  readonly #lag = new Sign('lag', 'Longest lag', 'of any thread, in the last ten minutes');

  constructor() {
    const items = [this.#lag, ...this.#counted].map(({ item }) => item);
    find('signs', HTMLUListElement).replaceChildren(...items);
  }

  show(sample: Sample, first: Sample, readings: readonly Reading[]): void {
    COUNTED.forEach(({ id, whenMore }, i) => {
      const total = sum(sample, id);
      const recent = increase(total, sum(first, id));
      const note = recent > 0 ? `+${text(count(recent))} in ten minutes` : '';
      this.#counted[i]!.show(count(total), note, recent > 0 ? whenMore : 'good');
    });
    const lag = Math.max(0, ...readings.map(({ all }) => all?.lag ?? 0));
    this.#lag.show(seconds(lag), '', lag >= LATE ? 'bad' : 'good');
  }
}

/** Of all loops, and of the thread that accepts for them. */
function sum({ loops, server }: Sample, id: keyof LoopSample): number {
  return loops.reduce((total, loop) => total + loop[id], server?.[id] ?? 0);
}
