// The axes of a chart under the hand: scales, typed ranges, and that a link shows them again.
import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
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
    file.scalars('loss', falling(10_001, 1 + i));
    file.scalars(
      'margin',
      falling(1_001).map(([step, value]) => [step, (value - 0.5) * 2_000 * (i + 1)] as const),
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

/** The labels of both axes, as its picture has them. */
async function labels(page: Page, tag: string): Promise<string[]> {
  const one = card(page, tag);
  await one.hover();
  await one.getByRole('button', { name: 'Download and more' }).click();
  const saved = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Picture as SVG' }).click();
  const svg = readFileSync(await (await saved).path(), 'utf8');
  return Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g), ([, text = '']) =>
    text.replaceAll('\u202f', ' ').replaceAll('\u2212', '-'),
  );
}

async function openAxes(page: Page, tag: string): Promise<Locator> {
  await card(page, tag).hover();
  await card(page, tag).getByRole('button', { name: 'Axes and ranges' }).click();
  return page.getByRole('dialog', { name: 'Axes and ranges' });
}

describe('a range', () => {
  test('is typed, kept in the link, asked for in detail, and reset', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'loss', 2);
    const series = countRequests(page, '/api/scalars/series');
    const axes = await openAxes(page, 'loss');
    await axes.getByRole('textbox', { name: 'y max' }).fill('0.5');
    await page.keyboard.press('Enter');
    await untilParam(page, 'range', 'loss::::0.5');
    // What y shows is a matter of the page alone.
    expect(series.bodies).toEqual([]);
    await axes.getByRole('textbox', { name: 'x min' }).fill('2k');
    await axes.getByRole('textbox', { name: 'x max' }).fill('3 000');
    await page.keyboard.press('Tab');
    await untilParam(page, 'range', 'loss:2000:3000::0.5');
    await expect
      .poll(() => series.bodies.map((body) => JSON.parse(body) as unknown))
      .toEqual(expect.arrayContaining([expect.objectContaining({ from: 1_500, to: 3_500 })]));
    await page.keyboard.press('Escape');
    const shown = await labels(page, 'loss');
    expect(shown).toEqual(expect.arrayContaining(['2 000', '3 000', '0.50']));
    expect(shown).not.toContain('4 000');

    await page.reload();
    await drawn(page, 'loss', 2);
    await expect.poll(() => labels(page, 'loss')).toEqual(shown);
    const again = await openAxes(page, 'loss');
    expect(await again.getByRole('textbox', { name: 'x min' }).inputValue()).toBe('2000');
    await again.getByRole('button', { name: 'Reset' }).click();
    await untilParam(page, 'range', null);
    await page.keyboard.press('u');
    await untilParam(page, 'range', 'loss:2000:3000::0.5');
    await end();
  });

  test('is where a zoom ends, and what is shown becomes one', async () => {
    const { page, end } = await visit(browser, `${server.url}#/scalars?range=loss:2000:3000::`);
    await drawn(page, 'loss', 2);
    const chart = card(page, 'loss').getByRole('slider');
    await chart.press('+');
    await untilParam(page, 'zoom', /^loss:/);
    const axes = await openAxes(page, 'loss');
    await axes.getByRole('button', { name: 'Keep what is shown' }).click();
    await untilParam(page, 'zoom', null);
    const [, from, to] = (param(page, 'range') ?? '').split(':').map(Number);
    expect((to ?? 0) - (from ?? 0)).toBeCloseTo(1000 / 1.5, 0);
    await page.keyboard.press('Escape');
    await chart.press('-');
    await chart.press('-');
    // There is nothing beyond the range to zoom out to.
    await page.waitForTimeout(300);
    expect(param(page, 'zoom')).toBe(null);
    await end();
  });

  test('that makes no sense is told so, and nothing changes', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'loss', 2);
    const axes = await openAxes(page, 'loss');
    const low = axes.getByRole('textbox', { name: 'y min' });
    await low.fill('soon');
    await page.keyboard.press('Enter');
    expect(await axes.getByRole('alert').innerText()).toBe('Not a number');
    expect(await low.getAttribute('aria-invalid')).toBe('true');
    await low.fill('2');
    await page.keyboard.press('Enter');
    await untilParam(page, 'range', 'loss:::2:');
    await axes.getByRole('textbox', { name: 'y max' }).fill('1');
    await page.keyboard.press('Enter');
    expect(await axes.getByRole('alert').innerText()).toBe('Min must be less than max');
    expect(param(page, 'range')).toBe('loss:::2:');
    await end();
  });

  test('of x goes with its axis, that of y stays', async () => {
    const { page, end } = await visit(browser, `${server.url}#/scalars?range=loss:2000:3000:0:1`);
    await drawn(page, 'loss', 2);
    await page.keyboard.press('x');
    await untilParam(page, 'x', 'relative');
    expect(param(page, 'range')).toBe('loss:::0:1');
    const axes = await openAxes(page, 'loss');
    await axes.getByRole('textbox', { name: 'x max' }).fill('1h 30m');
    await page.keyboard.press('Enter');
    await untilParam(page, 'range', 'loss::5400:0:1');
    await end();
  });
});

describe('a scale', () => {
  test('of one card is its own, of x too, and the link keeps it', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'loss', 2);
    const axes = await openAxes(page, 'loss');
    await axes
      .getByRole('group', { name: 'Scale of x' })
      .getByRole('radio', { name: 'log', exact: true })
      .check();
    await untilParam(page, 'scale', 'loss::log');
    await axes
      .getByRole('group', { name: 'Scale of y' })
      .getByRole('radio', { name: 'log', exact: true })
      .check();
    await untilParam(page, 'scale', 'loss:log:log');
    await page.keyboard.press('Escape');
    const shown = await labels(page, 'loss');
    expect(shown).toEqual(expect.arrayContaining(['1', '10', '100', '1 000', '10 000', '0.1']));
    await page.reload();
    await drawn(page, 'loss', 2);
    await expect.poll(() => labels(page, 'loss')).toEqual(shown);
    expect(await labels(page, 'margin')).toContain('-2 000');
    await end();
  });

  test('that is symmetric shows both sides of zero', async () => {
    const { page, end } = await visit(browser, `${server.url}#/scalars?y=symlog&smooth=0`);
    await drawn(page, 'margin', 2);
    expect(await labels(page, 'margin')).toEqual(
      expect.arrayContaining(['-1 000', '-10', '0', '10', '1 000']),
    );
    // The toolbar’s choice is everybody’s again.
    await page.getByRole('radio', { name: 'log', exact: true }).check();
    await untilParam(page, 'y', 'log');
    await end();
  });
});

describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
  test('nobody is left out, also on a phone', async () => {
    for (const size of [undefined, phone]) {
      const { page, end } = await visit(browser, server.url, { scheme, ...(size && { size }) });
      await drawn(page, 'loss', 2);
      const axes = await openAxes(page, 'loss');
      await axes.getByRole('textbox', { name: 'y min' }).fill('x');
      await page.keyboard.press('Enter');
      await axes.getByRole('alert').waitFor();
      expect(await violations(page)).toEqual([]);
      await end();
    }
  });
});
