import uPlot from 'uplot';
import { colour } from './element.js';
import { SHOWN } from './history.js';
import { powersBetween } from './powers.js';
import { clockTime, type Format, text } from './units.js';

/** How values are laid out: from 0 on, `share`: from 0 to 1 and without axes, `log`: by powers of ten. */
export type Scale = 'share' | 'log' | undefined;

/** Milliseconds that a chart shows at least: a server that has just started fills it soon. */
const LEAST_SHOWN = 60_000;

/** Seconds between the labels of the time axis. */
const TIME_STEPS = [5, 10, 15, 30, 60, 120, 300];

/** Half the pixels of such a label, without the seconds and with them. */
const HALF_LABEL = { minutes: 16, seconds: 24 };

/** Between those of the values: 1, 2 or 5 with zeros. */
const VALUE_STEPS = Array.from({ length: 13 }, (_, i) => [1, 2, 5].map((n) => n * 10 ** i)).flat();

/** Pixels of height for a labelled line. */
const LINE = 16;

/** The least value that a chart has room for: a connection or two are not all there could be. */
const LEAST_TOP = 4;

/** As much as there is, between a minute and all that is kept. */
export const timeScale: uPlot.Scale = {
  range(_, first: number | null, last: number | null) {
    if (first === null || last === null) return [0, SHOWN / 1000];
    const shown = Math.min(Math.max(last - first, LEAST_SHOWN / 1000), SHOWN / 1000);
    return [last - shown, last];
  },
};

export function valueScale(scale: Scale): uPlot.Scale {
  // A line at either end is seen whole.
  if (scale === 'share') return { range: [-0.04, 1.04] };
  if (scale === 'log') return { distr: 3, range: powersOfTen };
  return { range: (_, __, most) => [0, Math.max(most ?? 0, LEAST_TOP) * 1.1] };
}

/** Times below, values at the left. */
export function axesOf(format: Format, scale: Scale): uPlot.Axis[] {
  if (scale === 'share') return [{ show: false }, { show: false }];
  const look = {
    stroke: () => colour('--faint'),
    font: `11px ${colour('--font')}`,
    ticks: { show: false },
  };
  const times: uPlot.Axis = {
    ...look,
    size: 18,
    gap: 4,
    space: 64,
    incrs: TIME_STEPS,
    grid: { show: false },
    values: timesOfDay,
  };
  const values: uPlot.Axis = {
    ...look,
    size: 58,
    gap: 8,
    space: 28,
    grid: { stroke: () => colour('--line'), width: 1 },
    values: (_, splits) => splits.map((value) => text(format(value))),
    ...(scale === 'log'
      ? { splits: powersShown, filter: (_, splits) => splits }
      : { incrs: VALUE_STEPS }),
  };
  return [times, values];
}

/** At least one whole power of ten, so that there is a labelled line. */
function powersOfTen(_: uPlot, least: number | null, most: number | null): uPlot.Range.MinMax {
  if (least === null || most === null || least <= 0) return [1e-6, 1e-3];
  const bottom = Math.floor(Math.log10(least));
  const top = Math.max(Math.ceil(Math.log10(most)), bottom + 1);
  return [10 ** bottom, 10 ** top];
}

function powersShown(plot: uPlot, _: number, least: number, most: number): number[] {
  return powersBetween(least, most, plot.bbox.height / uPlot.pxRatio / LINE);
}

/** To the second where there is more than one a minute; none that would stand out at a side. */
function timesOfDay(
  plot: uPlot,
  splits: number[],
  _axis: number,
  _space: number,
  step: number,
): string[] {
  const half = step < 60 ? HALF_LABEL.seconds : HALF_LABEL.minutes;
  const end = plot.bbox.width / uPlot.pxRatio - half;
  return splits.map((seconds) => {
    const x = plot.valToPos(seconds, 'x');
    if (x < half || x > end) return '';
    const time = clockTime(seconds * 1000);
    return step < 60 ? time : time.slice(0, 5);
  });
}
