// The page: follows the server's feed, and shows the last ten minutes.
import { Card } from './card.js';
import { CARDS } from './cards.js';
import type { Shared } from './chart.js';
import { ConnectionState } from './connection-state.js';
import { find, write } from './element.js';
import { Feed } from './feed.js';
import { History, SHOWN } from './history.js';
import { Lanes } from './lanes.js';
import { Reasons } from './reasons.js';
import { Signs } from './signs.js';
import { clockTime, count, text } from './units.js';

const MINUTE = 60_000;

const history = new History();
const state = new ConnectionState();
const pause = find('pause', HTMLButtonElement);
const moment = find('moment', HTMLElement);
const shared: Shared = { point: pointAt, restarts: [] };
const cards = CARDS.map((options) => new Card(options, shared));
const lanes = new Lanes(find('lanes', HTMLTableElement), shared);
const reasons = new Reasons();
const signs = new Signs();

/** What is painted; the history goes on while the page is paused. */
let readings = history.readings.slice();
/** The reading that is pointed at; without one the newest is shown. */
let pointed: number | undefined;
let isAwaitingPaint = false;

const isPaused = () => pause.getAttribute('aria-pressed') === 'true';

function paint(): void {
  isAwaitingPaint = false;
  const { latest } = history;
  if (latest === undefined || isPaused()) return;
  readings = history.readings.slice();
  shared.restarts = history.restarts;
  const index = pointed ?? readings.length - 1;
  for (const card of cards) card.show(readings, index);
  lanes.show(readings, index);
  reasons.show(latest, history.before(MINUTE) ?? latest);
  signs.show(latest, history.before(SHOWN) ?? latest, readings);
  showMoment();
  document.title = `${text(count(readings.at(-1)?.all?.connections ?? null))} connections · gev`;
}

/** Once a frame, and not at all while nobody looks. */
function paintSoon(): void {
  if (!isAwaitingPaint) requestAnimationFrame(paint);
  isAwaitingPaint = true;
}

/** All figures are those of one moment, wherever it was pointed at. */
function pointAt(index: number | undefined): void {
  if (index === pointed) return;
  pointed = index;
  const reading = readings[index ?? readings.length - 1];
  for (const card of cards) card.showFigures(reading);
  lanes.showFigures(reading);
  showMoment();
}

function showMoment(): void {
  const reading = readings[pointed ?? readings.length - 1];
  const isPast = pointed !== undefined || isPaused();
  write(moment, reading && isPast ? `as of ${clockTime(reading.time)}` : '');
}

pause.addEventListener('click', () => {
  pause.setAttribute('aria-pressed', String(!isPaused()));
  showMoment();
  paintSoon();
});

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const { chart } of cards) chart.redraw();
  for (const chart of lanes.charts) chart.redraw();
});

find('host', HTMLElement).textContent = location.host;
find('cards', HTMLElement).replaceChildren(...cards.map(({ element }) => element));

void new Feed({
  onState: (now) => state.show(now),
  onHistory(samples, interval) {
    if (history.merge(samples, interval)) state.showRestart(history.restarts.at(-1)!);
    paintSoon();
  },
  onSample(sample) {
    history.add(sample);
    paintSoon();
  },
}).start();
