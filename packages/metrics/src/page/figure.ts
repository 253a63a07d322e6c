import { make, write } from './element.js';
import type { Quantity } from './units.js';

/** A value with its unit beside it, smaller. */
export class Figure {
  readonly element: HTMLElement;
  readonly #number = make('span', 'number');
  readonly #unit = make('span', 'unit');

  constructor(name: 'dd' | 'td' | 'span') {
    this.element = make(name, 'figure', this.#number, ' ', this.#unit);
  }

  show({ number, unit }: Quantity): void {
    write(this.#number, number);
    write(this.#unit, unit);
  }
}
