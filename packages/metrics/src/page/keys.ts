import uPlot from 'uplot';

/** Charts of one key are pointed at together. */
export const TOGETHER = 'time';

/** How many readings a key goes on, or back; to an end: all of them. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageDown: -30,
  PageUp: 30,
  Home: -Infinity,
  End: Infinity,
};

/** Has the keys point at readings, as a mouse does, while the chart has the focus. */
export function pointByKeys(element: HTMLElement, plotOf: () => uPlot | undefined): void {
  element.tabIndex = 0;
  element.addEventListener('keydown', (event) => {
    const plot = plotOf();
    const step = STEPS[event.key];
    if (event.key === 'Escape') pointAt(undefined);
    if (plot === undefined || step === undefined) return;
    event.preventDefault();
    pointAt(timeAfter(plot, step));
  });
  element.addEventListener('blur', () => pointAt(undefined));
}

function timeAfter({ data: [times], cursor }: uPlot, step: number): number | undefined {
  const last = times.length - 1;
  return times[Math.min(Math.max((cursor.idx ?? last) + step, 0), last)];
}

/** At a moment, in seconds since 1970, or at none. */
function pointAt(time: number | undefined): void {
  for (const plot of uPlot.sync(TOGETHER).plots) {
    plot.setCursor({ left: time === undefined ? -1 : plot.valToPos(time, 'x'), top: 0 });
  }
}
