// What happens while the page is open: runs grow, come and go, and so does the server.
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { card, drawn, launch, runRow, visit } from './support/browser';
import { EventFile, falling } from './support/events';
import { startServer, temporaryFolder } from './support/server';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
});

/** Counts, in the page itself, how long it takes until a card says it has so many points. */
async function untilPoints(page: Page, tag: string, points: string): Promise<number> {
  const started = performance.now();
  await card(page, tag).getByText(points, { exact: true }).waitFor();
  return performance.now() - started;
}

test('new points appear within a second, without a reload and without a jump', async () => {
  const logdir = temporaryFolder();
  const file = new EventFile(logdir.path, 'run');
  file.scalars('loss', falling(100));
  const server = await startServer(logdir.path);
  const { page, end } = await visit(browser, server.url);
  await drawn(page, 'loss', 1);
  await page.getByText('live', { exact: true }).waitFor();
  await page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: 'layout-shift' });
  });

  for (let i = 0; i < 5; ++i) {
    file.scalar('loss', 100 + i, 0.5);
    expect(await untilPoints(page, 'loss', `${101 + i} points`)).toBeLessThan(1_000);
  }
  const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
  expect(shifts.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(0.01);

  // A new tag and a new run, too.
  file.scalar('another', 0, 1);
  await drawn(page, 'another', 1);
  new EventFile(logdir.path, 'later').scalar('loss', 0, 1);
  await drawn(page, 'loss', 2);
  rmSync(join(logdir.path, 'later'), { recursive: true });
  await runRow(page, 'later').waitFor({ state: 'detached' });
  await drawn(page, 'loss', 1);
  await end();
  await server.stop();
  logdir.remove();
});

test('a run that grew while it was hidden is whole when it is shown again', async () => {
  const logdir = temporaryFolder();
  const file = new EventFile(logdir.path, 'run');
  file.scalars('loss', falling(100));
  new EventFile(logdir.path, 'other').scalars('loss', falling(10));
  const server = await startServer(logdir.path);
  const { page, end } = await visit(browser, server.url);
  await drawn(page, 'loss', 2);
  await page.getByText('live', { exact: true }).waitFor();

  await runRow(page, 'run').click();
  await drawn(page, 'loss', 1);
  await card(page, 'loss').getByText('10 points', { exact: true }).waitFor();
  file.scalar('loss', 100, 0.5);
  await page.locator('footer').getByText('111 points').waitFor();
  await runRow(page, 'run').click();
  await card(page, 'loss').getByText('101 points', { exact: true }).waitFor();
  await end();
  await server.stop();
  logdir.remove();
});

test('an empty folder says what to do, and fills by itself', async () => {
  const logdir = temporaryFolder();
  const server = await startServer(logdir.path);
  const { page, end } = await visit(browser, server.url);
  await page.getByRole('heading', { name: 'No event files here yet' }).waitFor();
  expect(await page.locator('pre').first().innerText()).toContain('SummaryWriter');
  new EventFile(logdir.path, 'run').scalar('loss', 0, 1);
  await drawn(page, 'loss', 1);
  await end();
  await server.stop();
  logdir.remove();
});

test('a folder that does not exist is named, and shown once it does', async () => {
  const parent = temporaryFolder();
  const path = join(parent.path, 'not-yet');
  const server = await startServer(path);
  const { page, end } = await visit(browser, server.url);
  await page.getByRole('heading', { name: 'This folder does not exist yet' }).waitFor();
  expect(await page.locator('main').innerText()).toContain(path);
  mkdirSync(path);
  new EventFile(path, 'run').scalar('loss', 0, 1);
  await drawn(page, 'loss', 1);
  await end();
  await server.stop();
  parent.remove();
});

test('a file in place of a folder is told from a folder', async () => {
  const parent = temporaryFolder();
  const path = join(parent.path, 'file');
  writeFileSync(path, 'no folder');
  const server = await startServer(path);
  const { page, end } = await visit(browser, server.url);
  await page.getByRole('heading', { name: 'This is a file, not a folder' }).waitFor();
  await end();
  await server.stop();
  parent.remove();
});

test('a server that goes is missed, and found again when it is back', async () => {
  const logdir = temporaryFolder();
  const file = new EventFile(logdir.path, 'run');
  file.scalars('loss', falling(100));
  const server = await startServer(logdir.path);
  const { page, complaints, end } = await visit(browser, server.url);
  await drawn(page, 'loss', 1);
  await page.getByText('live', { exact: true }).waitFor();

  await server.stop();
  await page.getByText('has not answered since').waitFor();
  // The last good picture stays.
  expect(await card(page, 'loss').getAttribute('data-drawn')).toBe('1');
  file.scalar('loss', 100, 0.5);

  const again = await startServer(logdir.path, ['--port', String(server.port)]);
  // By itself: nobody presses "Try now".
  await page.getByText('has not answered since').waitFor({ state: 'detached' });
  await card(page, 'loss').getByText('101 points', { exact: true }).waitFor();
  // The browser itself reports each try that nobody answered.
  const ours = complaints.filter((one) => !one.includes('ERR_CONNECTION_REFUSED'));
  complaints.splice(0, complaints.length, ...ours);
  await end();
  await again.stop();
  logdir.remove();
});

test('damage is counted, and named with its place', async () => {
  const logdir = temporaryFolder();
  const file = new EventFile(logdir.path, 'run');
  file.scalars('loss', falling(10));
  const broken = new EventFile(logdir.path, 'broken');
  broken.scalars('loss', falling(10));
  appendFileSync(broken.path, Buffer.alloc(64, 7));
  const server = await startServer(logdir.path);
  const { page, end } = await visit(browser, server.url);
  await drawn(page, 'loss', 2);
  await page.getByRole('button', { name: /problem/ }).click();
  const panel = page.getByRole('dialog', { name: 'Problems with the data' });
  await panel.getByText('broken/events.out.tfevents').waitFor();
  expect(await panel.innerText()).toMatch(/byte \d/);
  await end();
  await server.stop();
  logdir.remove();
});
