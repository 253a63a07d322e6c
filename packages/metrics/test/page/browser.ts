import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

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

export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.warn(`skipped: the dashboard in a browser: there is no ${CHROMIUM}`);

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: FLAGS });

/** A tab, and its complaints of what goes wrong in it and of requests to elsewhere. */
export interface Tab {
  readonly page: Page;
  readonly complaints: string[];
}

export async function openTab(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...options });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A server that is away, which some tests are about, is shown on the page.
    const isAway = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAway) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complaints.push(request.url());
  });
  await page.goto(url);
  return { page, complaints };
}

/** A figure of a card as it is read, such as `1.20 M/s`. */
export async function figure(page: Page, card: string, label: string): Promise<string> {
  const text = await page.locator(`#${card} [data-figure="${label}"] dd`).textContent();
  return text!.trim();
}
