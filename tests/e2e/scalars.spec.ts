// The scalars dashboard under the hand: what is drawn, chosen, zoomed, smoothed, and that a link
// shows it all again.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  card,
  countRequests,
  drawn,
  launch,
  param,
  runRow,
  untilParam,
  visit,
} from './support/browser';
import { EventFile, falling } from './support/events';
import { fixtures, startServer, temporaryFolder, type Server } from './support/server';

const logdir = temporaryFolder();
let server: Server;
let browser: Browser;

const points = 3_000;

beforeAll(async () => {
  for (const [i, run] of ['base/seed-1', 'base/seed-2', 'tuned/seed-1'].entries()) {
    const file = new EventFile(logdir.path, run);
    file.scalars('train/loss', falling(points, 1 + i / 4));
    file.scalars('train/acc', falling(200));
    file.scalars('val/loss', falling(200));
    if (i === 0) file.scalars('alone', falling(10));
  }
  server = await startServer(logdir.path);
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  await server.stop();
  logdir.remove();
});

/** Double-clicks the middle of a card's chart. */
async function doubleClick(page: Page, tag: string): Promise<void> {
  const box = await card(page, tag).locator('canvas').first().boundingBox();
  if (!box) throw new Error(`${tag} has no canvas`);
  await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
}

/** Drags over the chart of a card, from and to these fractions of its width. */
async function drag(page: Page, tag: string, from: number, to: number): Promise<void> {
  const box = await card(page, tag).locator('canvas').first().boundingBox();
  if (!box) throw new Error(`${tag} has no canvas`);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y);
  await page.mouse.move(box.x + box.width * to, y);
  await page.mouse.up();
}

describe('the first page', () => {
  test('shows every tag as a card with every run’s line', async () => {
    const { page, end } = await visit(browser, server.url);
    const series = countRequests(page, '/api/scalars/series');
    for (const tag of ['train/loss', 'train/acc', 'val/loss']) await drawn(page, tag, 3);
    await drawn(page, 'alone', 1);
    expect(await page.locator('[data-tab=scalars]').getAttribute('aria-current')).toBe('page');
    expect(await page.locator('[data-run]').count()).toBe(3);
    expect(await card(page, 'train/loss').innerText()).toContain('3\u202f000 points');
    expect(new URL(page.url()).hash).toBe('');
    // All cards in sight share their questions.
    expect(series.bodies.length).toBeLessThanOrEqual(2);
    await end();
  });

  test('shows what real writers wrote', async () => {
    const real = await startServer(`${fixtures}/torch-scalars`);
    const { page, end } = await visit(browser, real.url);
    await drawn(page, 'new_style', 2);
    await drawn(page, 'nonfinite', 2);
    expect(await page.locator('[data-run]').count()).toBe(7);
    await end();
    await real.stop();
  });
});

describe('runs', () => {
  test('are filtered by an expression, which the link keeps', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'train/loss', 3);
    await page.keyboard.press('/');
    await page.keyboard.type('^base');
    await drawn(page, 'train/loss', 2);
    expect(await page.locator('[data-run]').count()).toBe(2);
    await untilParam(page, 'filter', '%5Ebase');
    await page.reload();
    await drawn(page, 'train/loss', 2);
    await end();
  });

  test('stay as they were while an expression is broken, and it says why', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'train/loss', 3);
    await page.getByRole('textbox', { name: 'Filter runs' }).fill('(base');
    expect(await page.getByRole('alert').innerText()).toContain('unterminated group');
    expect(await page.locator('[data-run]').count()).toBe(3);
    await end();
  });

  test('are switched off and on, and only one is left by a double click', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'train/loss', 3);
    await runRow(page, 'base/seed-2').click();
    await drawn(page, 'train/loss', 2);
    await untilParam(page, 'hide', 'base/seed-2');
    await runRow(page, 'tuned/seed-1').dblclick();
    await drawn(page, 'train/loss', 1);
    await untilParam(page, 'only', 'tuned/seed-1');
    await runRow(page, 'tuned/seed-1').dblclick();
    await drawn(page, 'train/loss', 3);
    await untilParam(page, 'only', null);
    await end();
  });

  test('come back with u, and with the browser’s own button', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'train/loss', 3);
    await runRow(page, 'base/seed-1').hover();
    await page.keyboard.press('h');
    await drawn(page, 'train/loss', 2);
    await page.keyboard.press('o');
    await drawn(page, 'train/loss', 1);
    await page.keyboard.press('u');
    await drawn(page, 'train/loss', 2);
    await page.goBack();
    await drawn(page, 'train/loss', 3);
    await page.goForward();
    await drawn(page, 'train/loss', 2);
    await end();
  });

  test('keep their colours when others go', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'train/loss', 3);
    const color = () =>
      runRow(page, 'tuned/seed-1')
        .locator('input')
        .evaluate((input) => getComputedStyle(input).backgroundColor);
    const before = await color();
    await runRow(page, 'base/seed-1').click();
    await drawn(page, 'train/loss', 2);
    expect(await color()).toBe(before);
    await end();
  });
});

describe('a card', () => {
  test('zooms by dragging, in one request, and a double click shows the whole again', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'train/loss', 3);
    const series = countRequests(page, '/api/scalars/series');
    await drag(page, 'train/loss', 0.3, 0.6);
    await untilParam(page, 'zoom', /^train\/loss:/);
    await expect.poll(() => series.bodies.length).toBe(1);
    const asked = JSON.parse(series.bodies[0] ?? '{}') as {
      from: number;
      to: number;
      pixels: number;
    };
    expect(asked.from).toBeLessThan(asked.to);
    expect(asked.to - asked.from).toBeLessThan(points);
    expect(asked.pixels).toBeGreaterThan(0);

    await page.reload();
    await drawn(page, 'train/loss', 3);
    expect(param(page, 'zoom')).toMatch(/^train\/loss:/);
    await doubleClick(page, 'train/loss');
    await untilParam(page, 'zoom', null);
    await end();
  });

  test('that is opened zoomed zooms out to the whole', async () => {
    const { page, end } = await visit(
      browser,
      `${server.url}#/scalars?zoom=train/loss:1000:1100::`,
    );
    await drawn(page, 'train/loss', 3);
    const chart = card(page, 'train/loss').getByRole('slider');
    await expect.poll(() => chart.getAttribute('aria-valuemax')).toBe(String(points - 1));
    for (let i = 0; i < 3; ++i) {
      await chart.press('-');
      await page.waitForTimeout(50);
    }
    await expect
      .poll(() => {
        const [, from, to] = (param(page, 'zoom') ?? '').split(':').map(Number);
        return Math.round((to ?? 0) - (from ?? 0));
      })
      .toBe(Math.round(100 * 1.5 ** 3));
    for (let i = 0; i < 8; ++i) {
      await chart.press('-');
      await page.waitForTimeout(50);
    }
    await untilParam(page, 'zoom', null);
    await end();
  });

  test('whose zoom was refused asks for it again', async () => {
    const { page, complaints, end } = await visit(browser, server.url);
    await drawn(page, 'train/loss', 3);
    let isBroken = true;
    await page.route('**/api/scalars/series?*', (route) =>
      isBroken ? route.fulfill({ status: 503, body: 'Not now.' }) : route.continue(),
    );
    await drag(page, 'train/loss', 0.3, 0.6);
    await card(page, 'train/loss').getByText('Not now.').waitFor();
    isBroken = false;
    await card(page, 'train/loss').getByRole('button', { name: 'Again' }).click();
    await card(page, 'train/loss').getByRole('alert').waitFor({ state: 'detached' });
    // The browser itself reports the answer that was none.
    complaints.splice(0, complaints.length, ...complaints.filter((one) => !one.includes('503')));
    await end();
  });

  test('has a name even where its tag is the empty text', async () => {
    const other = temporaryFolder();
    new EventFile(other.path, 'run').scalars('', falling(10));
    const nameless = await startServer(other.path);
    const { page, end } = await visit(browser, nameless.url);
    await drawn(page, '', 1);
    await card(page, '').getByRole('heading', { name: '(empty tag)' }).waitFor();
    await end();
    await nameless.stop();
    other.remove();
  });

  test('in full lets go of its tooltip first, then of the pane', async () => {
    const { page, end } = await visit(browser, `${server.url}#/scalars?full=train/loss`);
    await drawn(page, 'train/loss', 3);
    const box = await card(page, 'train/loss').locator('canvas').first().boundingBox();
    if (!box) throw new Error('no canvas');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const pinned = page.getByRole('button', { name: 'Release' });
    await pinned.waitFor();
    await page.keyboard.press('Escape');
    await pinned.waitFor({ state: 'detached' });
    expect(param(page, 'full')).toBe('train/loss');
    await page.keyboard.press('Escape');
    await untilParam(page, 'full', null);
    await end();
  });

  test('fills the pane with Enter, and gives it back with Escape', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'train/loss', 3);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await untilParam(page, 'full', 'train/acc');
    await expect.poll(() => page.locator('[data-card]').count()).toBe(1);
    await drawn(page, 'train/acc', 3);
    await page.keyboard.press('Escape');
    await untilParam(page, 'full', null);
    await drawn(page, 'train/loss', 3);
    await end();
  });

  test('gives its points and its picture away', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'val/loss', 3);
    await card(page, 'val/loss').hover();
    const open = () =>
      card(page, 'val/loss').getByRole('button', { name: 'Download and more' }).click();

    await open();
    const csv = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'CSV' }).first().click();
    expect((await csv).suggestedFilename()).toMatch(/\.csv$/);

    await open();
    const svg = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Picture as SVG' }).click();
    expect((await svg).suggestedFilename()).toBe('val_loss.svg');

    await open();
    const png = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Picture as PNG' }).click();
    expect((await png).suggestedFilename()).toBe('val_loss.png');
    await end();
  });
});

describe('the toolbar', () => {
  test('filters tags, and says when nothing matches', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'train/loss', 3);
    await page.keyboard.press('t');
    await page.keyboard.type('loss$');
    await expect.poll(() => page.locator('[data-card]').count()).toBe(2);
    await page.keyboard.type('zzz');
    await page.getByText('None of the 4 tags matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await drawn(page, 'train/acc', 3);
    await untilParam(page, 'tags', null);
    await end();
  });

  test('smooths in the engine', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'train/loss', 3);
    const series = countRequests(page, '/api/scalars/series');
    const field = page.getByRole('spinbutton', { name: 'smoothing' });
    await field.fill('0.95');
    await field.press('Enter');
    await untilParam(page, 'smooth', '0.95');
    await expect
      .poll(() => series.bodies.some((body) => body.includes('"smoothing":0.95')))
      .toBe(true);
    await field.fill('0.6');
    await field.press('Enter');
    await untilParam(page, 'smooth', null);
    await end();
  });

  test('changes the axes by hand and by key', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'train/loss', 3);
    await page.keyboard.press('x');
    await untilParam(page, 'x', 'relative');
    await page.getByRole('radio', { name: 'wall' }).check();
    await untilParam(page, 'x', 'wall');
    await page.keyboard.press('l');
    await untilParam(page, 'y', 'log');
    await drawn(page, 'train/loss', 3);
    await end();
  });
});

test('a reload restores the view, and so does a link', async () => {
  const { page, end } = await visit(browser, server.url);
  await drawn(page, 'train/loss', 3);
  await runRow(page, 'base/seed-1').click();
  await page.getByRole('radio', { name: 'relative' }).check();
  await page.getByRole('button', { name: /^val/ }).click();
  await card(page, 'train/loss').hover();
  await card(page, 'train/loss').getByRole('button', { name: 'Full width' }).click();
  await untilParam(page, 'wide', 'train/loss');
  const link = page.url();
  await page.reload();
  await drawn(page, 'train/loss', 2);
  expect(page.url()).toBe(link);

  const other = await visit(browser, link);
  await drawn(other.page, 'train/loss', 2);
  expect(await other.page.getByRole('radio', { name: 'relative' }).isChecked()).toBe(true);
  expect(await card(other.page, 'val/loss').count()).toBe(0);
  const box = await card(other.page, 'train/loss').boundingBox();
  expect(box?.width).toBeGreaterThan(900);
  await other.end();
  await end();
});

test('the palette finds runs, tags and actions', async () => {
  const { page, end } = await visit(browser, server.url);
  await drawn(page, 'train/loss', 3);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('tuned');
  await page.keyboard.press('Enter');
  await drawn(page, 'train/loss', 1);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('val/lo');
  await page.keyboard.press('Enter');
  await expect
    .poll(() => card(page, 'val/loss').evaluate((one) => one === document.activeElement))
    .toBe(true);
  await end();
});
