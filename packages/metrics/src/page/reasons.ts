import type { CloseReason } from '@gev/core';
import type { Sample } from '../sample.js';
import { find, make } from './element.js';
import { increase } from './reading.js';
import { count, text } from './units.js';

/** The reasons in words, and whether one is nothing to worry about. */
const REASONS: Record<CloseReason, readonly [label: string, isUsual: boolean]> = {
  'peer-closed': ['The peer closed', true],
  'peer-reset': ['The peer reset or vanished', true],
  'local-closed': ['Closed here', true],
  'local-destroyed': ['Destroyed here', true],
  'server-closing': ['The server was stopping', true],
  'handler-error': ['A handler threw', false],
  'protocol-error': ['The protocol was broken', false],
  'input-limit': ['A message over the limit', false],
  'output-limit': ['The peer read too slowly', false],
  'idle-timeout': ['Idle for too long', true],
  'connect-failed': ['Could not connect', false],
  'io-error': ['The system failed it', false],
  'loop-failed': ['Its loop died', false],
};

/** Why connections ended: since the server started, and in the last minute. */
export class Reasons {
  readonly #list = find('reasons', HTMLUListElement);
  readonly #empty = find('reasons-empty', HTMLElement);

  show(sample: Sample, minuteAgo: Sample): void {
    const rows = Object.entries(sample.closedBy)
      .filter(([, number]) => number > 0)
      .sort(([a, one], [b, other]) => other - one || a.localeCompare(b));
    const most = rows[0]?.[1] ?? 1;
    this.#empty.hidden = rows.length > 0;
    this.#list.replaceChildren(
      ...rows.map(([reason, number]) => {
        const recent = increase(number, minuteAgo.closedBy[reason] ?? 0);
        return row(reason, number, number / most, recent);
      }),
    );
  }
}

function row(reason: string, number: number, share: number, recent: number): HTMLElement {
  const [label, isUsual] = REASONS[reason as CloseReason] ?? [reason, true];
  const name = make('span', 'reason-name', label);
  name.title = reason;
  const lately = make('span', 'recent', recent > 0 ? `+${text(count(recent))} / min` : '');
  const total = make('span', 'number', text(count(number)));
  const bar = make('span', 'bar');
  bar.style.setProperty('--share', String(share));
  const item = make('li', isUsual ? 'reason' : 'reason unusual', name, lately, total, bar);
  item.dataset['reason'] = reason;
  return item;
}
