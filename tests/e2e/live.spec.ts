// What happens while the page is open: runs grow, come and go, and so does the server.
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  card,
  countRequests,
  drawn,
  launch,
  runRow,
  visit,
  wide,
  withoutNetwork,
} from './support/browser';
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

  const times: number[] = [];
  for (let i = 0; i < 5; ++i) {
    file.scalar('loss', 100 + i, 0.5);
    times.push(await untilPoints(page, 'loss', `${101 + i} points`));
  }
  // The median: a busy machine may keep one of them waiting.
  expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(1_000);
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

test('what grows is asked for alone, and only what is new of it', async () => {
  const logdir = temporaryFolder();
  const files = Array.from({ length: 20 }, (_, i) => new EventFile(logdir.path, `run-${i}`));
  for (const file of files) file.scalars('loss', falling(3_000));
  const server = await startServer(logdir.path);
  const { page, end } = await visit(browser, server.url);
  await drawn(page, 'loss', 20);
  await page.getByText('live', { exact: true }).waitFor();
  const asked = countRequests(page, '/api/scalars/series');
  const lists = [countRequests(page, '/api/runs'), countRequests(page, '/api/tags')];
  const answers: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.url().endsWith('/series')) answers.push(response.body().then((b) => b.length));
  });

  const updates = 5;
  for (let i = 0; i < updates; ++i) {
    files[7]?.scalar('loss', 3_000 + i, 0.5);
    await untilPoints(page, 'loss', `3\u202f00${1 + i} points`);
  }
  expect(asked.bodies.length).toBe(updates);
  for (const body of asked.bodies) {
    const { series } = JSON.parse(body) as { series: [string, string, { count: number }][] };
    expect(series.map(([run]) => run)).toEqual(['run-7']);
    expect(series[0]?.[2].count).toBeGreaterThanOrEqual(3_000);
    expect(body.length).toBeLessThan(500);
  }
  // A point, its smoothed neighbours, and the facts of its series.
  for (const length of await Promise.all(answers)) expect(length).toBeLessThan(2_000);
  // No tag came or went, so nobody asks for the list of tags; the runs' facts may wait.
  expect(lists[1]?.bodies.length).toBe(0);
  expect(lists[0]?.bodies.length).toBeLessThanOrEqual(2);
  await end();
  await server.stop();
  logdir.remove();
});

test('while it is being read, a bar and a rate say how far it is, and nothing moves', async () => {
  const logdir = temporaryFolder();
  new EventFile(logdir.path, 'run').scalars('loss', falling(100));
  const server = await startServer(logdir.path);
  // The server is done before a page can look: what it says of its progress is held back.
  const reading = {
    complete: false,
    bytes_read: 25e6,
    bytes_total: 1e8,
    runs_loaded: 0,
    seconds: 2,
  };
  const context = await browser.newContext({ viewport: wide });
  const page = await context.newPage();
  let finish: () => void = () => undefined;
  await page.routeWebSocket('**/api/live', (socket) => {
    const upstream = socket.connectToServer();
    upstream.onMessage((text) => {
      const message = JSON.parse(String(text)) as object;
      socket.send(JSON.stringify({ ...message, progress: reading }));
      finish = () => {
        socket.send(String(text));
      };
    });
  });
  await page.goto(server.url);
  const bar = page.getByRole('progressbar', { name: 'Reading event files' });
  await bar.waitFor();
  await expect.poll(() => bar.getAttribute('aria-valuenow')).toBe('25');
  await page.locator('footer').getByText('reading 25.0 MB of 100 MB').waitFor();
  await page.locator('footer').getByText('12.5 MB/s').waitFor();
  // What has been read can be used meanwhile.
  await drawn(page, 'loss', 1);
  await page.getByRole('textbox', { name: 'Filter runs' }).fill('r.n');
  await drawn(page, 'loss', 1);

  const places = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('header, [data-run], [data-card], footer')].map((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        return [x, y, width, height].map(Math.round).join(' ');
      }),
    );
  const before = await places();
  finish();
  await bar.waitFor({ state: 'detached' });
  await page.locator('footer').getByText('100 points, all kept').waitFor();
  expect(await places()).toEqual(before);
  await context.close();
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
  complaints.splice(0, complaints.length, ...withoutNetwork(complaints));
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
  await page.getByRole('button', { name: '1 problem', exact: true }).click();
  const panel = page.getByRole('dialog', { name: 'Problems with the data' });
  await panel.getByText('broken/events.out.tfevents').waitFor();
  expect(await panel.innerText()).toMatch(/byte \d/);
  // Beside it, what the server holds and at most may hold.
  await panel.getByRole('row', { name: /^Memory of the server, in all/ }).waitFor();
  expect(await panel.getByRole('row', { name: /^Connections/ }).innerText()).toMatch(
    /\d\s+1\u202f024/,
  );
  await page.keyboard.press('Escape');

  // A card says it of its lines, and leads there too.
  await card(page, 'loss').getByRole('button', { name: '10 points' }).click();
  const lines = card(page, 'loss').locator('.lines');
  await lines.getByText('20 points in 2 lines, 1 problem').waitFor();
  const row = (name: string) => lines.getByRole('row').filter({ hasText: name });
  await row('broken').getByText('1 problem').waitFor();
  expect(await row('run').innerText()).toMatch(/10\s*$/);
  await lines.getByRole('button', { name: 'What was lost or repaired' }).click();
  await panel.waitFor();
  await end();
  await server.stop();
  logdir.remove();
});
