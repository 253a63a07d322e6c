import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '../../src/sample.js';
import { figure, hasChromium, launch, openTab } from './browser.js';
import { FeedServer } from './feed-server.js';
import { generatedFeed, sampleOf } from './generated-feed.js';

/** What a server remembers that has run for so many seconds. */
function remembered(seconds: number, loops: number): Sample[] {
  const feed = generatedFeed(Date.now() - seconds * 1000, loops);
  return Array.from({ length: seconds }, () => feed.next().value);
}

/** The width of the page's content, evaluated in the page. */
const WIDTH = 'document.documentElement.scrollWidth';

describe.skipIf(!hasChromium)('the page (skipped where chromium is missing)', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  it('waits for the first sample, and then goes on by itself', async () => {
    const server = await FeedServer.start([]);
    const { page, complaints } = await openTab(browser, server.url);
    await page.getByText('Live').waitFor();
    expect(await figure(page, 'connections', 'open')).toBe('–');
    expect(await page.getByText('No sample yet').isVisible()).toBe(true);
    expect(await page.getByText('No connection has closed yet').isVisible()).toBe(true);

    const now = Date.now();
    server.push(sampleOf(now, { connections: 3, busy: 0.25, messagesIn: 100 }));
    await expect.poll(() => figure(page, 'connections', 'open')).toBe('3');
    expect(await page.getByText('No sample yet').isVisible()).toBe(false);
    expect(await figure(page, 'messages', 'in')).toBe('–');
    server.push(sampleOf(now + 500, { connections: 4, busy: 0.75, messagesIn: 1_100 }));
    await expect.poll(() => figure(page, 'messages', 'in')).toBe('2.00 k/s');
    expect(await page.locator('.lane').allTextContents()).toEqual([
      expect.stringMatching(/^Loop 0 *75 % *4 *2.00 k\/s/),
    ]);
    expect(await page.title()).toBe('4 connections · gev');
    expect(complaints).toEqual([]);
    await server.close();
  });

  it('says that the server is away, comes back by itself, and says that it was restarted', async () => {
    const server = await FeedServer.start(remembered(30, 2));
    const { page, complaints } = await openTab(browser, server.url);
    await page.getByText('Live').waitFor();
    const { port } = server;
    await server.close();
    await page.getByText('No connection', { exact: true }).waitFor();
    await page
      .getByText(/No connection to 127\.0\.0\.1:\d+ since [\d:]+: .+ Trying again/)
      .waitFor();

    const again = await FeedServer.start([sampleOf(Date.now(), { connections: 7 })], port);
    await page.getByText('Live').waitFor();
    await page.getByText(/The server was restarted at [\d:]+: its counters began anew\./).waitFor();
    expect(await figure(page, 'connections', 'open')).toBe('7');
    expect(await page.locator('.lane').count()).toBe(1);
    expect(complaints).toEqual([]);
    await again.close();
  });

  it('says what the server answers instead of the feed, and tries again', async () => {
    const server = await FeedServer.start(remembered(3, 1));
    server.failure = 503;
    const { page, complaints } = await openTab(browser, server.url);
    await page.getByText('it answered 503 Service Unavailable. Trying again').waitFor();
    server.failure = undefined;
    await page.getByText('Live').waitFor();
    expect(await page.locator('#notice').textContent()).toBe('');
    expect(complaints).toEqual([]);
    await server.close();
  });

  it('notices when nothing comes any more', async () => {
    const server = await FeedServer.start(remembered(3, 1));
    server.interval = 100;
    const { page } = await openTab(browser, server.url);
    await page.getByText('nothing came any more').waitFor();
    await server.close();
  });

  it('shows another moment where it is pointed at, and stands still while it is paused', async () => {
    const server = await FeedServer.start(remembered(120, 2));
    const { page, complaints } = await openTab(browser, server.url);
    const last = server.samples.at(-1)!;
    const open = String(last.loops.reduce((total, { connections }) => total + connections, 0));
    await expect.poll(() => figure(page, 'connections', 'open')).toBe(open);

    const chart = (await page.locator('#messages .u-over').boundingBox())!;
    await page.mouse.move(chart.x + 1, chart.y + 20);
    const first = new Date(server.samples[0]!.time).toLocaleTimeString('en', { hourCycle: 'h23' });
    await page.getByText(`as of ${first}`).waitFor();
    expect(await figure(page, 'messages', 'in')).toBe('–');
    await page.mouse.move(0, 0);
    await page.locator('#moment:empty').waitFor({ state: 'attached' });

    await page.getByRole('button', { name: 'Pause' }).click();
    server.push(sampleOf(last.time + 1000, { connections: 9_999 }));
    server.push(sampleOf(last.time + 2000, { connections: 8_888 }));
    await page.getByText('as of').waitFor();
    expect(await figure(page, 'connections', 'open')).toBe(open);
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => figure(page, 'connections', 'open')).toBe('8,888');
    expect(complaints).toEqual([]);
    await server.close();
  });

  it('is pointed at by keys as by a mouse', async () => {
    const server = await FeedServer.start(remembered(120, 2));
    const { page, complaints } = await openTab(browser, server.url);
    await page.locator('#messages canvas').waitFor();
    const timeOf = (sample: Sample | undefined) =>
      new Date(sample!.time).toLocaleTimeString('en', { hourCycle: 'h23' });
    // The button, the first card's chart, the second's.
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Home');
    await page.getByText(`as of ${timeOf(server.samples[0])}`).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByText(`as of ${timeOf(server.samples[1])}`).waitFor();
    // The other charts show the same moment.
    const line = page.locator('#bytes .u-cursor-x');
    await expect.poll(() => line.getAttribute('style')).toMatch(/translate\([1-9]/);
    expect(await figure(page, 'messages', 'in')).toMatch(/^[1-9]/);
    await page.keyboard.press('End');
    await page.getByText(`as of ${timeOf(server.samples.at(-1))}`).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.getByText(`as of ${timeOf(server.samples.at(-2))}`).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#moment:empty').waitFor({ state: 'attached' });
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+Tab');
    await page.locator('#moment:empty').waitFor({ state: 'attached' });
    expect(complaints).toEqual([]);
    await server.close();
  });

  it('shows why connections closed, and what is in trouble, as text', async () => {
    const reason = '<img src="/x" onerror="alert(1)">';
    const before = sampleOf(Date.now() - 1000);
    const now = {
      ...sampleOf(Date.now(), { acceptErrors: 2, restarts: 1, lag: 0.25 }),
      closedBy: { 'peer-closed': 40, 'handler-error': 3, [reason]: 1, 'io-error': 0 },
    };
    const server = await FeedServer.start([before, now]);
    const { page, complaints } = await openTab(browser, server.url);
    await page.getByText('The peer closed').waitFor();
    expect(await page.locator('.reason-name').allTextContents()).toEqual([
      'The peer closed',
      'A handler threw',
      reason,
    ]);
    expect(await page.locator('#reasons img').count()).toBe(0);
    const states = await page
      .locator('.sign')
      .evaluateAll((signs) => signs.map((sign) => [sign.dataset['sign'], sign.dataset['state']]));
    expect(Object.fromEntries(states)).toEqual({
      lag: 'bad',
      acceptErrors: 'bad',
      readPauses: 'good',
      restarts: 'bad',
    });
    expect(complaints).toEqual([]);
    await server.close();
  });

  it.each([320, 375, 768, 1920])('fits into %d pixels, with 16 loops', async (width) => {
    const server = await FeedServer.start(remembered(90, 16));
    const { page, complaints } = await openTab(browser, server.url, {
      viewport: { width: width + 100, height: 800 },
    });
    await page.locator('.lane').nth(15).waitFor();
    // The charts have the width of their place, after it has changed too.
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.evaluate<number>(WIDTH)).toBe(width);
    const [place, plot] = await Promise.all([
      page.locator('#bytes .chart').boundingBox(),
      page.locator('#bytes .uplot').boundingBox(),
    ]);
    expect(Math.abs(place!.width - plot!.width)).toBeLessThan(1);
    expect(complaints).toEqual([]);
    await server.close();
  });

  it.each([
    ['light', 1280],
    ['dark', 375],
  ] as const)('is accessible to axe, %s, in %d pixels', async (colorScheme, width) => {
    const server = await FeedServer.start(remembered(60, 2));
    const { page } = await openTab(browser, server.url, {
      colorScheme,
      viewport: { width, height: 800 },
    });
    await page.locator('.lane').nth(1).waitFor();
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<{ violations: unknown[] }>('axe.run()');
    expect(violations).toEqual([]);
    await server.close();
  });

  it('follows the system from light to dark', async () => {
    const server = await FeedServer.start(remembered(60, 2));
    const { page, complaints } = await openTab(browser, server.url, { colorScheme: 'light' });
    await page.locator('#connections canvas').waitFor();
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const drawn = () => page.evaluate(`document.querySelector('#connections canvas').toDataURL()`);
    const [lightGround, lightChart] = [await ground(), await drawn()];
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(ground).not.toBe(lightGround);
    await expect.poll(drawn).not.toBe(lightChart);
    expect(complaints).toEqual([]);
    await server.close();
  });
});
