import { Chart, type ChartOptions, type Line, type Shared } from './chart.js';
import { make } from './element.js';
import { Figure } from './figure.js';
import type { Reading } from './reading.js';
import { type Format, text } from './units.js';

/** A value that a card names; with a colour it is a line of the card's chart too. */
export interface CardFigure {
  readonly label: string;
  readonly colour?: string;
  readonly isFilled?: boolean;
  readonly isDashed?: boolean;
  readonly pick: (reading: Reading) => number | null;
  readonly format?: Format;
}

/** What a card shows. */
export interface CardOptions {
  readonly id: string;
  readonly title: string;
  /** The first ones are the lines of the chart. */
  readonly figures: readonly CardFigure[];
  readonly format: Format;
  readonly scale?: ChartOptions['scale'];
  /** What stands in the chart's place while there is nothing to draw. */
  readonly empty: string;
}

const isLine = (figure: CardFigure): figure is CardFigure & Line => figure.colour !== undefined;

/** A title, some figures that are the chart's legend too, and the chart. */
export class Card {
  readonly element: HTMLElement;
  readonly chart: Chart;
  readonly #options: CardOptions;
  readonly #figures: readonly Figure[];
  readonly #lines: readonly (CardFigure & Line)[];
  readonly #empty: HTMLElement;

  constructor(options: CardOptions, shared: Shared) {
    const { id, title, figures, format, scale, empty } = options;
    this.#options = options;
    this.#lines = figures.filter(isLine);
    this.chart = new Chart({ lines: this.#lines, format, ...(scale && { scale }) }, shared);
    this.chart.element.setAttribute('role', 'img');
    this.chart.takeKeys();
    this.#empty = make('p', 'empty', empty);
    this.#figures = figures.map(() => new Figure('dd'));
    const heading = make('h2', '', title);
    heading.id = `${id}-title`;
    const list = make('dl', 'figures', ...figures.map((figure, i) => this.#entry(figure, i)));
    const place = make('div', 'plot', this.chart.element, this.#empty);
    this.element = make('section', 'card', make('div', 'card-head', heading, list), place);
    this.element.id = id;
    this.element.setAttribute('aria-labelledby', heading.id);
    this.showFigures(undefined);
  }

  /** Draws the readings, and shows one of them in figures. */
  show(readings: readonly Reading[], index: number): void {
    this.chart.show(readings);
    const isEmpty = this.#lines.every(({ pick }) => !readings.some((r) => pick(r) !== null));
    this.#empty.hidden = !isEmpty;
    this.showFigures(readings[index]);
    this.chart.element.setAttribute('aria-label', this.#inWords(readings));
  }

  showFigures(reading: Reading | undefined): void {
    const { figures, format } = this.#options;
    figures.forEach((figure, i) => {
      const value = reading ? figure.pick(reading) : null;
      this.#figures[i]!.show((figure.format ?? format)(value));
    });
  }

  #entry({ label, colour, isDashed }: CardFigure, index: number): HTMLElement {
    const term = make('dt', '', label);
    const entry = make('div', colour ? 'entry main' : 'entry', term, this.#figures[index]!.element);
    entry.dataset['figure'] = label;
    if (isDashed) entry.classList.add('dashed');
    if (colour) entry.style.setProperty('--mark', `var(${colour})`);
    return entry;
  }

  /** What a chart says to somebody who does not see it. */
  #inWords(readings: readonly Reading[]): string {
    const { title, format } = this.#options;
    const lines = this.#lines.map(({ label, pick }) => {
      const values = readings.map(pick).filter((value) => value !== null);
      if (values.length === 0) return `${label}: nothing yet`;
      const [least, most] = [Math.min(...values), Math.max(...values)];
      return `${label}: now ${text(format(values.at(-1)!))}, between ${text(format(least))} and ${text(format(most))}`;
    });
    return `${title} in the last ten minutes. ${lines.join('. ')}.`;
  }
}
