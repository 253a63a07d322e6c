import uPlot from 'uplot';
import { axesOf, type Scale, timeScale, valueScale } from './axes.js';
import { colour, make } from './element.js';
import { pointByKeys, TOGETHER } from './keys.js';
import type { Reading } from './reading.js';
import type { Format } from './units.js';

/** A line of a chart. */
export interface Line {
  /** Its colour: the name of a custom property of the style sheet. */
  readonly colour: string;
  /** Whether the area under it is filled. */
  readonly isFilled?: boolean;
  /** Whether it lets a line under it be seen: of an echo, what goes out is what comes in. */
  readonly isDashed?: boolean;
  readonly pick: (reading: Reading) => number | null;
}

/** What all charts of a page share. */
export interface Shared {
  /** Called with the place of the reading that is pointed at, or none. */
  readonly point: (index: number | undefined) => void;
  /** Milliseconds since 1970 at which the server began anew. */
  restarts: readonly number[];
}

/** How a chart looks. */
export interface ChartOptions {
  readonly lines: readonly Line[];
  readonly format: Format;
  readonly scale?: Scale;
}

/** Readings over time, the newest at the right. It fills its element, and stays so. */
export class Chart {
  readonly element = make('div', 'chart');
  readonly #options: ChartOptions;
  readonly #shared: Shared;
  readonly #observer = new ResizeObserver(() => this.#fit());
  #plot: uPlot | undefined = undefined;
  #readings: readonly Reading[] = [];

  constructor(options: ChartOptions, shared: Shared) {
    this.#options = options;
    this.#shared = shared;
    this.#observer.observe(this.element);
  }

  show(readings: readonly Reading[]): void {
    this.#readings = readings;
    this.#plot?.setData(this.#data());
  }

  /** Has the keys point at readings, too. */
  takeKeys(): void {
    pointByKeys(this.element, () => this.#plot);
  }

  /** After the colours have changed. */
  redraw(): void {
    this.#plot?.redraw();
  }

  /** It is pointed at no more when others are. */
  close(): void {
    this.#observer.disconnect();
    this.#plot?.destroy();
  }

  /** The chart is made when the size of its place is known. */
  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width === 0 || height === 0) return;
    if (this.#plot) this.#plot.setSize({ width, height });
    else this.#plot = new uPlot(this.#plotOptions(width, height), this.#data(), this.element);
  }

  #data(): uPlot.AlignedData {
    return [
      this.#readings.map(({ time }) => time / 1000),
      ...this.#options.lines.map(({ pick }) => this.#readings.map(pick)),
    ];
  }

  #plotOptions(width: number, height: number): uPlot.Options {
    const { lines, format, scale } = this.#options;
    return {
      width,
      height,
      padding: scale === 'share' ? [2, 0, 0, 0] : [8, 0, 0, 0],
      legend: { show: false },
      scales: { x: timeScale, y: valueScale(scale) },
      series: [{}, ...lines.map(seriesOf)],
      axes: axesOf(format, scale),
      cursor: {
        y: false,
        drag: { setScale: false, x: false, y: false },
        sync: { key: TOGETHER, setSeries: false },
        points: { size: 7, width: 0 },
      },
      hooks: {
        setCursor: [({ cursor }) => this.#shared.point(cursor.idx ?? undefined)],
        drawAxes: [(plot) => this.#drawRestarts(plot)],
      },
    };
  }

  #drawRestarts({ ctx, bbox, valToPos }: uPlot): void {
    ctx.save();
    ctx.strokeStyle = colour('--warn');
    ctx.setLineDash([3, 3]);
    for (const time of this.#shared.restarts) {
      const x = Math.round(valToPos(time / 1000, 'x', true));
      if (x < bbox.left) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }
}

function seriesOf({ colour: name, isFilled, isDashed }: Line): uPlot.Series {
  return {
    stroke: () => colour(name),
    width: 1.5,
    points: { show: false },
    ...(isDashed && { dash: [6, 6] }),
    ...(isFilled && { fill: () => `${colour(name)}24` }),
  };
}
