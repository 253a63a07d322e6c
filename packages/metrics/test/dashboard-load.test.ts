import { createServer } from 'gev';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricsServer } from '../src/index.js';
import { EchoClient } from './client.js';
import { figure, hasChromium, launch, openTab } from './page/browser.js';
import { Watched } from './scrape.js';

const ECHO = new URL('./fixtures/echo.mjs', import.meta.url);

const LOOPS = 3;
const CLIENTS = 24;

const SCALES: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6 };

/** The number that `12.3 k/s` stands for. */
function numberOf(text: string): number {
  const [, number, scale] = /^([\d.,]+) ?([kM]?)/.exec(text) ?? [];
  return Number(number?.replaceAll(',', '')) * (SCALES[scale ?? ''] ?? Number.NaN);
}

/** Clients that echo without a pause, until they are told to stop. */
class Load {
  #isOn = true;
  readonly #ends: Promise<unknown>;

  constructor(readonly clients: readonly EchoClient[]) {
    this.#ends = Promise.all(clients.map((client) => this.#run(client)));
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#ends;
  }

  async #run(client: EchoClient): Promise<void> {
    while (this.#isOn) await client.echo('x'.repeat(64));
  }
}

/** Messages a second: by two scrapes, and by the page meanwhile. */
async function bothRates(
  page: Page,
  watched: Watched,
): Promise<{ scraped: number; shown: number }> {
  const shown: number[] = [];
  const [start, before] = [performance.now(), await watched.sum('gev_messages_received_total')];
  while (performance.now() - start < 4_000) {
    shown.push(numberOf(await figure(page, 'messages', 'in')));
    await page.waitForTimeout(250);
  }
  const after = await watched.sum('gev_messages_received_total');
  return {
    scraped: ((after - before) / (performance.now() - start)) * 1000,
    shown: shown.reduce((total, rate) => total + rate, 0) / shown.length,
  };
}

/** For whoever wants to look: `GEV_DASHBOARD_PICTURES` names a folder. */
async function takePictures(page: Page): Promise<void> {
  const folder = process.env['GEV_DASHBOARD_PICTURES'];
  if (folder === undefined) return;
  await page.screenshot({ path: `${folder}/light.png` });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: `${folder}/dark.png` });
  await page.setViewportSize({ width: 375, height: 812 });
  await page.screenshot({ path: `${folder}/phone.png`, fullPage: true });
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.emulateMedia({ colorScheme: 'light' });
}

/** A server of one loop, with its metrics on this port. */
async function serve(port: string) {
  const metrics = metricsServer({ address: `:${port}` });
  const handler = { onMessage: (_connection: unknown, data: Uint8Array) => data };
  const server = createServer({ address: 'tcp://127.0.0.1:0', handler, metrics });
  await server.listen();
  return { server, port: new URL(metrics.address).port };
}

const TIMEOUT = { timeout: 60_000 };

describe.skipIf(!hasChromium)('a server, shown (skipped without chromium)', TIMEOUT, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  it('shows under load what /metrics says', async () => {
    await using watched = await Watched.start({ loops: LOOPS, handler: ECHO });
    const load = new Load(await EchoClient.several(watched.server.address, CLIENTS));
    const { page, complaints } = await openTab(browser, `${watched.url}/`);
    await expect.poll(() => figure(page, 'connections', 'open')).toBe(String(CLIENTS));
    await expect.poll(() => figure(page, 'messages', 'out')).toMatch(/^[1-9]/);
    await expect.poll(() => figure(page, 'handler', 'p50')).toMatch(/^[1-9].* [nµm]?s$/);
    expect(await watched.sum('gev_connections')).toBe(CLIENTS);
    const { scraped, shown } = await bothRates(page, watched);
    // Both are means of the same seconds, but for the first and the last.
    expect(shown / scraped).toBeGreaterThan(0.5);
    expect(shown / scraped).toBeLessThan(2);
    const inLanes = await page.locator('.lane td:nth-child(4)').allTextContents();
    expect(inLanes).toHaveLength(LOOPS + 1);
    expect(inLanes.map(numberOf).reduce((sum, n) => sum + n)).toBe(CLIENTS);
    await takePictures(page);

    await load.stop();
    await Promise.all(load.clients.map((client) => client.end()));
    const closed = page.locator('[data-reason="peer-closed"] .number');
    await closed.getByText(String(CLIENTS), { exact: true }).waitFor();
    const peerClosed = { reason: 'peer-closed' };
    expect(await watched.sum('gev_connections_closed_total', peerClosed)).toBe(CLIENTS);
    await expect.poll(() => figure(page, 'connections', 'open')).toBe('0');
    expect(complaints).toEqual([]);
  });

  it('is there again when it was restarted', async () => {
    const first = await serve('0');
    const client = await EchoClient.connect(first.server.address);
    const { page, complaints } = await openTab(browser, `http://127.0.0.1:${first.port}/`);
    await expect.poll(() => figure(page, 'connections', 'open')).toBe('1');
    await first.server.close({ timeout: 100 });
    await page.getByText('No connection', { exact: true }).waitFor();
    const { server } = await serve(first.port);
    await page.getByText(/The server was restarted at [\d:]+/).waitFor();
    await page.getByText('Live').waitFor();
    await expect.poll(() => figure(page, 'connections', 'open')).toBe('0');
    expect(complaints).toEqual([]);
    client.socket.destroy();
    await server.close();
  });
});
