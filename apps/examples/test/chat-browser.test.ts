import { existsSync } from 'node:fs';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Example } from './example.js';

const CHROMIUM = '/usr/bin/chromium';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.warn(`skipped: the chat in a browser: there is no ${CHROMIUM}`);

/** A tab that complains of everything that goes wrong in it, and of every request to elsewhere. */
async function openTab(context: BrowserContext, web: string, complaints: string[]): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(web)) complaints.push(request.url());
  });
  page.on('dialog', (dialog) => void dialog.accept('cleo'));
  return page;
}

async function join(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('online').waitFor();
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.getByLabel('Message', { exact: true }).press('Enter');
}

describe('the example chat in Chromium', () => {
  it.skipIf(!hasChromium).each([['1'], ['2']])(
    'is a talk between two tabs, with %s loops (skipped where chromium is missing)',
    async (loops) => {
      const example = await Example.start('chat', ['--loops', loops]);
      const web = `http://127.0.0.1:${example.port}/`;
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
      try {
        const context = await browser.newContext({ viewport: { width: 900, height: 640 } });
        const complaints: string[] = [];
        const ann = await openTab(context, web, complaints);
        const bob = await openTab(context, web, complaints);
        await join(ann, `${web}rooms/tea`, 'Ann');
        await join(bob, `${web}rooms/tea`, 'Bob');
        await ann.getByText('Bob joined').waitFor();
        expect(await ann.locator('#people li').allTextContents()).toEqual(['Ann (you)', 'Bob']);

        await say(ann, 'Is there any tea?');
        await bob.getByText('Is there any tea?').waitFor();
        const html = '<img src="/icon.svg" onerror="alert(1)"><b>yes</b>';
        await say(bob, html);
        await ann.getByText(html).waitFor();
        expect(await ann.locator('#log img').count()).toBe(0);
        await say(bob, 'a longer one\nof two lines');
        await ann.getByText('of two lines').waitFor();

        await bob.getByTitle('Change your name').click();
        await ann.getByText('Bob is now cleo').waitFor();
        const picture = process.env['GEV_CHAT_PICTURE'];
        if (picture) await ann.screenshot({ path: picture });

        // On a phone the list of people stands above the talk, closed.
        await ann.setViewportSize({ width: 360, height: 640 });
        const talk = await ann.locator('#talk').boundingBox();
        expect(talk).toMatchObject({ x: 0, width: 360 });
        expect(talk!.y + talk!.height).toBe(640);
        await ann.locator('#presence:not([open])').waitFor();

        await bob.getByRole('link', { name: 'Leave' }).click();
        await ann.getByText('cleo left').waitFor();
        expect(await ann.locator('#count').textContent()).toBe('1');
        expect(complaints).toEqual([]);
        expect(await example.stop('SIGTERM')).toBe(0);
        await ann.getByText('offline').waitFor();
        // It comes back by itself, and into the same room.
        const again = await Example.startBare('chat', ['--port', String(example.port)]);
        await ann.getByText('online').waitFor();
        await say(ann, 'Still here.');
        await ann.locator('.said').getByText('Still here.').waitFor();
        expect(await again.stop('SIGTERM')).toBe(0);
      } finally {
        await browser.close();
      }
    },
    60_000,
  );
});
