import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectWebSocket, webSocket } from '@gev/plugin-websocket';
import { connect } from 'gev';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { until } from './client.js';
import { Watched } from './scrape.js';

const root = new URL('..', import.meta.url);
const pathOf = (file: string) => fileURLToPath(new URL(file, root));
const read = (file: string) => readFileSync(pathOf(file), 'utf8');

const FILES = {
  rules: 'prometheus/alerts.yml',
  dashboard: 'grafana/gev.json',
  page: '../../docs/operations.md',
};

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string }[];
}

const { panels } = JSON.parse(read(FILES.dashboard)) as { panels: Panel[] };

/** What series may be called: the name of a metric, or what a histogram makes of it. */
function exportedBy(text: string): Set<string> {
  const names = new Set<string>();
  for (const [, name, type] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
    names.add(name!);
    if (type !== 'histogram') continue;
    for (const part of ['bucket', 'sum', 'count']) names.add(`${name}_${part}`);
  }
  return names;
}

/** The metrics of a server that a WebSocket came to and left. */
async function textOfWebSockets(): Promise<string> {
  const { protocol, handler } = webSocket({ onMessage: () => {} });
  const options = { protocol, handler } as unknown as Parameters<typeof Watched.start>[0];
  await using watched = await Watched.start(options);
  const url = watched.server.address.replace('tcp:', 'ws:');
  await connectWebSocket(url, { connect, onOpen: (ws) => ws.close(), onMessage: () => {} });
  return await until(
    () => watched.text(),
    (text) => text.includes('gev_websocket_closed_total{'),
  );
}

const namesIn = (text: string) => new Set(text.match(/\b(?:gev|process)_[a-z_]+\b/g));

let exported = new Set<string>();
let scraped = '';

beforeAll(async () => {
  await using watched = await Watched.start({ loops: 2 });
  scraped = (await watched.text()) + (await textOfWebSockets());
  exported = exportedBy(scraped);
});

describe('the names of metrics', () => {
  it.each(Object.entries(FILES))('in the %s are names of metrics that there are', (_what, file) => {
    const names = [...namesIn(read(file))];
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !exported.has(name))).toEqual([]);
  });

  it("all stand in the operator's page", () => {
    const told = namesIn(read(FILES.page));
    const all = [...scraped.matchAll(/^# TYPE (gev_\w+) /gm)].map(([, name]) => name!);
    expect(all.filter((name) => !told.has(name))).toEqual([]);
  });
});

describe('the alerts', () => {
  it("all stand in the operator's page", () => {
    const alerts = [...read(FILES.rules).matchAll(/alert: (\w+)/g)].map(([, name]) => name!);
    const page = read(FILES.page);
    expect(alerts.length).toBeGreaterThan(10);
    expect(alerts.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('has a place for each panel, and something to show in it', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ title, gridPos: { x, y, w, h } }) => {
      expect([title, x + w <= 24]).toEqual([title, true]);
      return Array.from(
        { length: w * h },
        (_, cell) => `${x + (cell % w)}:${y + Math.floor(cell / w)}`,
      );
    });
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.filter(({ targets }) => targets?.length === 0)).toEqual([]);
  });
});

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

function promtool(...args: string[]): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { code: status, said: stdout + stderr };
}

describe.skipIf(!hasPromtool)('promtool (skipped where Prometheus is missing)', () => {
  it('takes the alerts', () => {
    expect(promtool('check', 'rules', pathOf(FILES.rules))).toMatchObject({ code: 0 });
  });

  it('finds that they fire when they should, and only then', () => {
    const { code, said } = promtool('test', 'rules', pathOf('prometheus/alerts.test.yml'));
    expect([code, said]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it('takes what the dashboard asks', () => {
    const exprs = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const rules = exprs.map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*'),
    }));
    const folder = mkdtempSync(join(tmpdir(), 'gev-dashboard-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'rules.yml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { code, said } = promtool('check', 'rules', file);
    expect([code, said]).toEqual([0, expect.stringContaining(`${exprs.length} rules found`)]);
  });
});
