import { Chart, type Shared } from './chart.js';
import { make } from './element.js';
import { Figure } from './figure.js';
import { BUSY, FULL, LATE } from './levels.js';
import type { LoopReading, Reading } from './reading.js';
import { bytesPerSecond, count, type Format, percent, perSecond, seconds } from './units.js';

/** The columns beside a lane's chart. */
const COLUMNS: ReadonlyArray<{
  readonly label: string;
  readonly pick: (loop: LoopReading) => number | null;
  readonly format: Format;
}> = [
  { label: 'load', pick: ({ busy }) => busy, format: percent },
  { label: 'connections', pick: ({ connections }) => connections, format: count },
  { label: 'messages in', pick: ({ messagesIn }) => messagesIn, format: perSecond },
  { label: 'bytes in', pick: ({ bytesIn }) => bytesIn, format: bytesPerSecond },
  { label: 'lag', pick: ({ lag }) => lag, format: seconds },
];

/** Whose lane it is. */
interface Place {
  readonly name: string;
  readonly of: (reading: Reading) => LoopReading | undefined;
}

/** A loop: its load over time, and what it has in hand. */
class Lane {
  readonly row: HTMLTableRowElement;
  readonly chart: Chart;
  readonly #place: Place;
  readonly #figures = COLUMNS.map(() => new Figure('td'));

  constructor(place: Place, shared: Shared) {
    this.#place = place;
    const line = {
      colour: '--load',
      isFilled: true,
      pick: (reading: Reading) => place.of(reading)?.busy ?? null,
    };
    this.chart = new Chart({ lines: [line], format: percent, scale: 'share' }, shared);
    this.chart.element.setAttribute('aria-hidden', 'true');
    const name = make('th', '', place.name);
    name.scope = 'row';
    const cells = this.#figures.map(({ element }, i) => {
      element.dataset['label'] = COLUMNS[i]!.label;
      return element;
    });
    this.row = make('tr', 'lane', name, make('td', 'lane-chart', this.chart.element), ...cells);
  }

  showFigures(reading: Reading | undefined): void {
    const loop = reading && this.#place.of(reading);
    COLUMNS.forEach(({ pick, format }, i) => {
      this.#figures[i]!.show(format(loop ? pick(loop) : null));
    });
    const busy = loop?.busy ?? 0;
    this.row.dataset['load'] = busy >= FULL ? 'full' : busy >= BUSY ? 'busy' : 'calm';
    this.row.toggleAttribute('data-late', (loop?.lag ?? 0) >= LATE);
  }
}

/** A lane for each loop, and one for the thread that accepts for them. */
export class Lanes {
  readonly #shared: Shared;
  readonly #body: HTMLTableSectionElement;
  #lanes: Lane[] = [];
  #names = '';

  /** Fills the table. */
  constructor(table: HTMLTableElement, shared: Shared) {
    this.#shared = shared;
    this.#body = make('tbody');
    const labels = ['loop', 'load over time', ...COLUMNS.map(({ label }) => label)];
    const heads = labels.map((label) => {
      const head = make('th', '', label);
      head.scope = 'col';
      return head;
    });
    table.append(make('thead', '', make('tr', '', ...heads)), this.#body);
  }

  get charts(): readonly Chart[] {
    return this.#lanes.map(({ chart }) => chart);
  }

  show(readings: readonly Reading[], index: number): void {
    this.#haveLanes(placesOf(readings.at(-1)));
    for (const lane of this.#lanes) lane.chart.show(readings);
    this.showFigures(readings[index]);
  }

  showFigures(reading: Reading | undefined): void {
    for (const lane of this.#lanes) lane.showFigures(reading);
  }

  #haveLanes(places: readonly Place[]): void {
    const names = places.map(({ name }) => name).join();
    if (names === this.#names) return;
    this.#names = names;
    for (const { chart } of this.#lanes) chart.close();
    this.#lanes = places.map((place) => new Lane(place, this.#shared));
    this.#body.replaceChildren(...this.#lanes.map(({ row }) => row));
  }
}

function placesOf(reading: Reading | undefined): Place[] {
  const loops = (reading?.loops ?? []).map((_, id): Place => {
    return { name: `Loop ${id}`, of: ({ loops }) => loops[id] };
  });
  return reading?.server ? [...loops, { name: 'Server', of: ({ server }) => server }] : loops;
}
