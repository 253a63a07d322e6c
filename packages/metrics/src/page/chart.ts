import uPlot from 'uplot';
import { make } from './element.js';
import { SHOWN } from './history.js';
import type { Reading } from './reading.js';
import { clockTime, type Format, text } from './units.js';

/** A line of a chart. */
export interface Line {
  /** Its colour: the name of a custom property of the style sheet. */
  readonly colour: string;
  /** Whether the area under it is filled. */
  readonly isFilled?: boolean;
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
  /** `share`: from 0 to 1, without axes; `log`: by powers of ten. */
  readonly scale?: 'share' | 'log';
}

/** Milliseconds that a chart shows at least: a server that has just started fills it soon. */
const LEAST_SHOWN = 60_000;

/** Seconds between the labels of the time axis. */
const TIME_STEPS = [5, 10, 15, 30, 60, 120, 300];

/** Half the pixels of such a label. */
const HALF_LABEL = 16;

/** Between those of the values: 1, 2 or 5 with zeros. */
const VALUE_STEPS = Array.from({ length: 13 }, (_, i) => [1, 2, 5].map((n) => n * 10 ** i)).flat();

/** The least value that a chart has room for: a connection or two are not all there could be. */
const LEAST_TOP = 4;

/** A property of the style sheet, which knows light and dark. */
function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}

/** Readings over time, the newest at the right. It fills its element, and stays so. */
export class Chart {
  readonly element = make('div', 'chart');
  readonly #options: ChartOptions;
  readonly #shared: Shared;
  #plot: uPlot | undefined = undefined;
  #readings: readonly Reading[] = [];

  constructor(options: ChartOptions, shared: Shared) {
    this.#options = options;
    this.#shared = shared;
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  show(readings: readonly Reading[]): void {
    this.#readings = readings;
    this.#plot?.setData(this.#data());
  }

  /** After the colours have changed. */
  redraw(): void {
    this.#plot?.redraw();
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
    const { lines, scale } = this.#options;
    const isBare = scale === 'share';
    return {
      width,
      height,
      padding: isBare ? [2, 0, 0, 0] : [8, 0, 0, 0],
      legend: { show: false },
      scales: { x: { range: shownTimes }, y: valueScale(scale) },
      series: [{}, ...lines.map(seriesOf)],
      axes: isBare ? [{ show: false }, { show: false }] : this.#axes(),
      cursor: {
        y: false,
        drag: { setScale: false, x: false, y: false },
        sync: { key: 'time', setSeries: false },
        points: { size: 7, width: 0 },
      },
      hooks: {
        setCursor: [({ cursor }) => this.#shared.point(cursor.idx ?? undefined)],
        drawAxes: [(plot) => this.#drawRestarts(plot)],
      },
    };
  }

  #axes(): uPlot.Axis[] {
    const { format, scale } = this.#options;
    const font = `11px ${colour('--font')}`;
    const look = { stroke: () => colour('--faint'), font, ticks: { show: false } };
    const grid = { stroke: () => colour('--line'), width: 1 };
    return [
      {
        ...look,
        size: 18,
        gap: 4,
        space: 64,
        incrs: TIME_STEPS,
        grid: { show: false },
        values: timesOfDay,
      },
      {
        ...look,
        grid,
        size: 58,
        gap: 8,
        space: 28,
        values: (_, splits) => splits.map((value) => text(format(value))),
        ...(scale !== 'log' && { incrs: VALUE_STEPS }),
        ...(scale === 'log' && { splits: powersBetween, filter: (_, splits) => splits }),
      },
    ];
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

function seriesOf({ colour: name, isFilled }: Line): uPlot.Series {
  return {
    stroke: () => colour(name),
    width: 1.5,
    points: { show: false },
    ...(isFilled && { fill: () => `${colour(name)}24` }),
  };
}

/** As much as there is, between a minute and all that is kept. */
function shownTimes(_: uPlot, first: number | null, last: number | null): uPlot.Range.MinMax {
  if (first === null || last === null) return [0, SHOWN / 1000];
  const shown = Math.min(Math.max(last - first, LEAST_SHOWN / 1000), SHOWN / 1000);
  return [last - shown, last];
}

function valueScale(scale: ChartOptions['scale']): uPlot.Scale {
  if (scale === 'share') return { range: [0, 1] };
  if (scale === 'log') return { distr: 3, range: powersOfTen };
  return { range: (_, __, most) => [0, Math.max(most ?? 0, LEAST_TOP) * 1.1] };
}

/** At least one whole power of ten, so that there is a labelled line. */
function powersOfTen(_: uPlot, least: number | null, most: number | null): uPlot.Range.MinMax {
  if (least === null || most === null || least <= 0) return [1e-6, 1e-3];
  const bottom = Math.floor(Math.log10(least));
  const top = Math.max(Math.ceil(Math.log10(most)), bottom + 1);
  return [10 ** bottom, 10 ** top];
}

function powersBetween(_: uPlot, __: number, least: number, most: number): number[] {
  const bottom = Math.round(Math.log10(least));
  const top = Math.round(Math.log10(most));
  return Array.from({ length: top - bottom + 1 }, (_, i) => 10 ** (bottom + i));
}

/** To the second where there is more than one a minute; none that would stand out at a side. */
function timesOfDay(
  plot: uPlot,
  splits: number[],
  _axis: number,
  _space: number,
  step: number,
): string[] {
  const end = plot.bbox.width / uPlot.pxRatio - HALF_LABEL;
  return splits.map((seconds) => {
    const x = plot.valToPos(seconds, 'x');
    if (x < HALF_LABEL || x > end) return '';
    const time = clockTime(seconds * 1000);
    return step < 60 ? time : time.slice(0, 5);
  });
}
