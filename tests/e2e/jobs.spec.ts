// What takes long: the page says how far it is, can call it off, and stays quick meanwhile.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violations } from './support/axe';
import { card, drawn, launch, visit } from './support/browser';
import { EventFile, falling } from './support/events';
import { startServer, temporaryFolder, type Server } from './support/server';

const logdir = temporaryFolder();
let server: Server;
let browser: Browser;

// As many points as the engine smooths in one request, of one file that many runs share.
const points = 1_000_000;
const runs = 40;
const tag = 'train/loss';
const widest = { kind: 'median', window: 100_000 };

beforeAll(async () => {
  const file = new EventFile(logdir.path, 'run-0');
  const all = falling(points);
  for (let at = 0; at < points; at += 100_000) file.scalars(tag, all.slice(at, at + 100_000));
  for (let i = 1; i < runs; ++i) symlinkSync('run-0', join(logdir.path, `run-${i}`));
  server = await startServer(logdir.path);
  browser = await launch();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await server.stop();
  logdir.remove();
});

interface Stats {
  readonly memory: {
    readonly held: readonly { readonly name: string; readonly amount: number }[];
  };
}

async function jobs(): Promise<number> {
  const stats = (await (await fetch(new URL('api/stats', server.url))).json()) as Stats;
  return stats.memory.held.find(({ name }) => name === 'jobs')?.amount ?? NaN;
}

/** Every question of the page for lines becomes the slowest one from here on, until told. */
async function slowDown(page: Page): Promise<() => Promise<void>> {
  const pattern = '**/api/scalars/series?*';
  await page.route(pattern, async (route) => {
    const body = JSON.parse(route.request().postData() ?? '{}') as object;
    await route.continue({ postData: JSON.stringify({ ...body, smoothing: widest }) });
  });
  return () => page.unroute(pattern);
}

async function smooth(page: Page, weight: string): Promise<void> {
  const box = page.getByRole('spinbutton', { name: 'smoothing' });
  await box.fill(weight);
  await box.press('Enter');
}

test.each(['light', 'dark'] as const)(
  'a chart that takes long says how far it is, and can be called off (%s)',
  async (scheme) => {
    const { page, end } = await visit(browser, server.url, { scheme });
    await drawn(page, tag, runs);
    const fast = await slowDown(page);
    const before = await card(page, tag).boundingBox();
    await smooth(page, '0.9');

    const bar = card(page, tag).getByRole('progressbar');
    await bar.waitFor();
    const done = async () => Number(await bar.getAttribute('aria-valuenow'));
    await expect.poll(done, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(await bar.getAttribute('aria-label')).toMatch(/^Smoothing .* points$/);
    expect(await jobs()).toBe(1);
    expect(await card(page, tag).boundingBox()).toEqual(before);

    const cancel = card(page, tag).getByRole('button', { name: 'Cancel' });
    await cancel.focus();
    await page.keyboard.press('Enter');
    await card(page, tag).getByText('Cancelled: smoothing').waitFor();
    // The work ends long before it would be done.
    await expect.poll(jobs, { timeout: 2_000, interval: 20 }).toBe(0);
    await drawn(page, tag, runs);
    expect(await violations(page)).toEqual([]);

    await fast();
    const again = card(page, tag).getByRole('button', { name: 'Try again' });
    expect(await again.evaluate((one) => one === document.activeElement)).toBe(true);
    const answered = page.waitForResponse('**/api/scalars/series?*');
    await page.keyboard.press('Enter');
    await again.waitFor({ state: 'detached' });
    expect((await answered).status()).toBe(200);
    await bar.waitFor({ state: 'detached' });
    await expect.poll(jobs).toBe(0);
    await end();
  },
  60_000,
);

test('while four medians run, a small question is answered at once', async () => {
  const all = Array.from({ length: runs }, (_, i) => [`run-${i}`, tag]);
  const stop = new AbortController();
  const href = new URL('api/scalars/series', server.url);
  const ask = (body: object, signal?: AbortSignal) =>
    fetch(href, {
      method: 'POST',
      headers: { Accept: 'application/vnd.stepscope.columns' },
      body: JSON.stringify({ pixels: 1_000, ...body }),
      ...(signal && { signal }),
    });
  const slow = Array.from({ length: 4 }, () =>
    ask({ series: all, smoothing: widest }, stop.signal).catch(() => undefined),
  );
  await expect.poll(jobs).toBe(4);
  const times: number[] = [];
  for (let i = 0; i < 40; ++i) {
    const from = i * 10_000;
    const since = performance.now();
    const answer = await ask({ series: [['run-0', tag]], from, to: from + 100_000 });
    await answer.arrayBuffer();
    times.push(performance.now() - since);
    expect(answer.status).toBe(200);
  }
  expect(await jobs()).toBeGreaterThan(0);
  times.sort((a, b) => a - b);
  const p95 = times[Math.floor(times.length * 0.95)] ?? NaN;
  console.warn(`p95 of a small question beside four medians: ${p95.toFixed(1)} ms`);
  expect(p95).toBeLessThan(250);
  stop.abort();
  await Promise.all(slow);
  await expect.poll(jobs, { timeout: 2_000 }).toBe(0);
}, 60_000);
