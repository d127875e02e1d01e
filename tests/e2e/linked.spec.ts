// Charts that are read together: one zoom of x for all of them, and a crosshair that says what each
// has there.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from './support/axe';
import {
  card,
  countRequests,
  drawn,
  launch,
  param,
  phone,
  untilParam,
  visit,
} from './support/browser';
import { EventFile, falling } from './support/events';
import { startServer, temporaryFolder, type Server } from './support/server';

const logdir = temporaryFolder();
let server: Server;
let browser: Browser;

beforeAll(async () => {
  for (const [i, run] of ['a', 'b'].entries()) {
    const file = new EventFile(logdir.path, run);
    file.scalars('acc', falling(2_001, 1 + i));
    file.scalars('loss', falling(10_001, 1 + i));
    file.scalars('lr', falling(10_001, 1e-3));
    // Its points have one step, so that it is shown over time.
    file.scalars(
      'still',
      Array.from({ length: 20 }, (_, n) => [7, n] as const),
    );
  }
  server = await startServer(logdir.path);
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  await server.stop();
  logdir.remove();
});

async function boxOf(page: Page, tag: string) {
  const box = await card(page, tag).locator('canvas').first().boundingBox();
  if (!box) throw new Error(`${tag} has no canvas`);
  return box;
}

async function drag(page: Page, tag: string, from: number, to: number): Promise<void> {
  const { x, y, width, height } = await boxOf(page, tag);
  await page.mouse.move(x + width * from, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * ((from + to) / 2), y + height / 2);
  await page.mouse.move(x + width * to, y + height / 2);
  await page.mouse.up();
}

/** How many pixels lie above the lines of a card: crosshair, dots and values. */
function inkOver(page: Page, tag: string): Promise<number> {
  return card(page, tag)
    .locator('canvas')
    .nth(1)
    .evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement) || canvas.width === 0) return 0;
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      return pixels ? pixels.filter((alpha, i) => i % 4 === 3 && alpha > 0).length : 0;
    });
}

/** The windows that were asked for, by tag. */
function windows(bodies: readonly string[]): Record<string, unknown[]> {
  const byTag: Record<string, unknown[]> = {};
  for (const body of bodies) {
    const { series, from, to } = JSON.parse(body) as {
      series: [string, string][];
      from: unknown;
      to: unknown;
    };
    for (const [, tag] of series) (byTag[tag] ??= []).push([from, to]);
  }
  return byTag;
}

describe('zooming all charts', () => {
  test('goes by one of them, in one request, and the link keeps it', async () => {
    const { page, end } = await visit(browser, server.url);
    for (const tag of ['acc', 'loss', 'lr', 'still']) await drawn(page, tag, 2);
    await page.keyboard.press('z');
    await untilParam(page, 'link', 'x');
    const series = countRequests(page, '/api/scalars/series');
    await drag(page, 'loss', 0.3, 0.5);
    await untilParam(page, 'zoom-x', /^[\d.]+:[\d.]+$/);
    expect(param(page, 'zoom')).toBe(null);
    await expect.poll(() => series.bodies.length).toBe(1);
    const asked = windows(series.bodies);
    expect(asked['lr']).toEqual(asked['loss']);
    expect(asked['acc']).toEqual(asked['loss']);
    // Over time the same numbers mean another thing.
    expect(asked['still']).toBeUndefined();

    const link = page.url();
    await page.goto('about:blank');
    const again = countRequests(page, '/api/scalars/series');
    await page.goto(link);
    await drawn(page, 'lr', 2);
    await expect.poll(() => windows(again.bodies)['lr']).toContainEqual(asked['loss']?.[0]);
    await page.keyboard.press('Escape');
    const { x, y, width, height } = await boxOf(page, 'lr');
    await page.mouse.dblclick(x + width / 2, y + height / 2);
    await untilParam(page, 'zoom-x', null);
    expect(param(page, 'link')).toBe('x');
    await end();
  });

  test('begins with what one is zoomed to, and ends with the whole of each', async () => {
    const { page, end } = await visit(
      browser,
      `${server.url}#/scalars?zoom=loss:2000:3000:0:1,acc:::0:0.5`,
    );
    await drawn(page, 'loss', 2);
    const toggle = page.getByRole('button', { name: 'zoom all' });
    expect(await toggle.getAttribute('aria-pressed')).toBe('false');
    await toggle.click();
    await untilParam(page, 'zoom-x', '2000:3000');
    expect(await toggle.getAttribute('aria-pressed')).toBe('true');
    // What y shows is each one's own.
    expect(param(page, 'zoom')).toBe('loss:::0:1,acc:::0:0.5');
    await toggle.click();
    await untilParam(page, 'zoom-x', null);
    expect(param(page, 'link')).toBe(null);
    await page.keyboard.press('u');
    await untilParam(page, 'zoom-x', '2000:3000');
    await end();
  });

  test('ends with a typed range of x, not of y', async () => {
    const { page, end } = await visit(browser, `${server.url}#/scalars?link=x&zoom-x=2000:3000`);
    await drawn(page, 'loss', 2);
    await card(page, 'loss').hover();
    await card(page, 'loss').getByRole('button', { name: 'Axes and ranges' }).click();
    await page.getByRole('textbox', { name: 'y max' }).fill('1');
    await page.keyboard.press('Enter');
    await untilParam(page, 'range', 'loss::::1');
    expect(param(page, 'zoom-x')).toBe('2000:3000');
    await page.getByRole('textbox', { name: 'x min' }).fill('100');
    await page.keyboard.press('Enter');
    await untilParam(page, 'range', 'loss:100:::1');
    expect(param(page, 'zoom-x')).toBe(null);
    await end();
  });

  test('is forgotten with the axis', async () => {
    const { page, end } = await visit(browser, `${server.url}#/scalars?link=x&zoom-x=2000:3000`);
    await drawn(page, 'loss', 2);
    await page.keyboard.press('x');
    await untilParam(page, 'x', 'relative');
    expect(param(page, 'zoom-x')).toBe(null);
    expect(param(page, 'link')).toBe('x');
    await end();
  });
});

test('a crosshair says what the other charts have there, without asking the engine', async () => {
  const { page, end } = await visit(browser, server.url);
  for (const tag of ['acc', 'loss', 'lr', 'still']) await drawn(page, tag, 2);
  await page.mouse.move(700, 5);
  expect(await inkOver(page, 'lr')).toBe(0);
  const series = countRequests(page, '/api/scalars/series');
  const { x, y, width, height } = await boxOf(page, 'loss');
  for (let i = 3; i < 8; ++i) {
    await page.mouse.move(x + (width * i) / 10, y + height / 2);
    // Line, label, and two values with their grounds.
    await expect.poll(() => inkOver(page, 'lr')).toBeGreaterThan(1_000);
  }
  expect(await inkOver(page, 'still')).toBe(0);
  expect(series.bodies).toEqual([]);
  await page.mouse.move(700, 5);
  await expect.poll(() => inkOver(page, 'lr')).toBe(0);
  await end();
});

describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
  test('nobody is left out, also on a phone', async () => {
    for (const size of [undefined, phone]) {
      const { page, end } = await visit(browser, `${server.url}#/scalars?link=x&zoom-x=4000:5000`, {
        scheme,
        ...(size && { size }),
      });
      await drawn(page, 'loss', 2);
      if (size) await page.getByRole('button', { name: 'More settings' }).click();
      await page.getByRole('button', { name: 'zoom all' }).waitFor();
      expect(await violations(page)).toEqual([]);
      await end();
    }
  });
});
