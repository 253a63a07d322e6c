import type { CardOptions } from './card.js';
import { bytesPerSecond, count, perSecond, seconds } from './units.js';

/** The cards at the top of the page, in their order. */
export const CARDS: readonly CardOptions[] = [
  {
    id: 'connections',
    title: 'Connections',
    format: count,
    empty: 'No sample yet',
    figures: [
      {
        label: 'open',
        colour: '--one',
        isFilled: true,
        pick: ({ all }) => all?.connections ?? null,
      },
      { label: 'opened', pick: ({ all }) => all?.opened ?? null, format: perSecond },
      { label: 'closed', pick: ({ all }) => all?.closed ?? null, format: perSecond },
    ],
  },
  {
    id: 'messages',
    title: 'Messages',
    format: perSecond,
    empty: 'Two samples make a rate',
    figures: [
      { label: 'in', colour: '--in', isFilled: true, pick: ({ all }) => all?.messagesIn ?? null },
      {
        label: 'out',
        colour: '--out',
        isDashed: true,
        pick: ({ all }) => all?.messagesOut ?? null,
      },
    ],
  },
  {
    id: 'bytes',
    title: 'Throughput',
    format: bytesPerSecond,
    empty: 'Two samples make a rate',
    figures: [
      { label: 'in', colour: '--in', isFilled: true, pick: ({ all }) => all?.bytesIn ?? null },
      { label: 'out', colour: '--out', isDashed: true, pick: ({ all }) => all?.bytesOut ?? null },
    ],
  },
  {
    id: 'handler',
    title: 'Handler time',
    format: seconds,
    scale: 'log',
    empty: 'No call of the handler was timed yet',
    figures: [
      { label: 'p50', colour: '--p50', pick: ({ p50 }) => p50 },
      { label: 'p99', colour: '--p99', pick: ({ p99 }) => p99 },
      { label: 'p99.9', colour: '--p999', pick: ({ p999 }) => p999 },
    ],
  },
];
