// Debian's Chromium, and pages that notice everything that goes wrong in them.
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export const wide = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

export interface Look {
  readonly size?: typeof wide;
  readonly scheme?: 'light' | 'dark';
}

export interface Visit {
  readonly page: Page;
  /** Errors of scripts, of the console and of the security policy. */
  readonly complaints: string[];
  /** Fails when the page complained, and closes it. */
  readonly end: () => Promise<void>;
}

/** A page in a profile of its own. */
export async function visit(browser: Browser, url: string, look: Look = {}): Promise<Visit> {
  const { size = wide, scheme = 'light' } = look;
  const context = await browser.newContext({
    viewport: size,
    colorScheme: scheme,
    hasTouch: size.width < 700,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy')) {
      complaints.push(message.text());
    }
  });
  await page.goto(url);
  return {
    page,
    complaints,
    async end() {
      await context.close();
      expect(complaints).toEqual([]);
    },
  };
}

export function card(page: Page, tag: string): Locator {
  return page.locator(`[data-card][data-tag=${JSON.stringify(tag)}]`);
}

/** Waits until the card has drawn this many series. */
export async function drawn(page: Page, tag: string, series: number): Promise<void> {
  const selector = `[data-card][data-tag=${JSON.stringify(tag)}][data-drawn="${series}"]`;
  await page.waitForSelector(selector);
}

export function runRow(page: Page, name: string): Locator {
  return page.locator(`[data-run=${JSON.stringify(name)}]`);
}

/** The value of a key in the address of the view. */
export function param(page: Page, key: string): string | null {
  const { hash } = new URL(page.url());
  const pair = hash
    .slice(hash.indexOf('?') + 1)
    .split('&')
    .find((one) => one.startsWith(`${key}=`));
  return pair === undefined ? null : pair.slice(key.length + 1);
}

/** Waits until the address says so; null: until it says nothing. */
export async function untilParam(
  page: Page,
  key: string,
  value: string | RegExp | null,
): Promise<void> {
  await expect
    .poll(() => param(page, key))
    .toEqual(value instanceof RegExp ? expect.stringMatching(value) : value);
}

/** The complaints that are not the browser's own about a server that is gone. */
export function withoutNetwork(complaints: readonly string[]): string[] {
  return complaints.filter((one) => !/net::ERR_|WebSocket connection to/.test(one));
}

/** What these requests asked, in order. */
export function countRequests(page: Page, path: string): { readonly bodies: string[] } {
  const bodies: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.endsWith(path)) bodies.push(request.postData() ?? '');
  });
  return { bodies };
}
