// More runs and more tags than a page holds: what is in sight is there, and everything is found.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { card, drawn, launch, runRow, untilParam, visit } from './support/browser';
import { EventFile, falling } from './support/events';
import { startServer, temporaryFolder, type Server } from './support/server';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
});

/** The most lines of a list that the page asked for at once. */
function watchLimits(page: Page): { readonly most: () => number } {
  let most = 0;
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (!/\/api\/(runs|tags)$/.test(pathname)) return;
    most = Math.max(most, Number(searchParams.get('limit') ?? Infinity));
  });
  return { most: () => most };
}

function scroll(page: Page, selector: string, share: number): Promise<void> {
  return page.locator(selector).evaluate((list, to) => {
    list.scrollTop = to * (list.scrollHeight - list.clientHeight);
  }, share);
}

describe('a thousand runs', () => {
  const runs = 1_000;
  const logdir = temporaryFolder();
  let server: Server;

  beforeAll(async () => {
    for (let i = 0; i < runs; ++i) {
      new EventFile(logdir.path, `sweep/run-${i}`, 1_700_000_000 + i).scalars('loss', falling(5));
    }
    server = await startServer(logdir.path);
  });

  afterAll(async () => {
    await server.stop();
    logdir.remove();
  });

  test('are shown newest first, sixty of them, more on demand, never all', async () => {
    const { page, end } = await visit(browser, server.url);
    const limits = watchLimits(page);
    await drawn(page, 'loss', 60);
    await page.getByText('60 of 1\u202f000 runs in sweep/').waitFor();
    expect(await page.locator('[data-run]').first().getAttribute('data-run')).toBe('sweep/run-999');
    expect(await page.locator('[data-run]').count()).toBeLessThan(60);

    await page.getByRole('button', { name: 'show 300' }).click();
    await drawn(page, 'loss', 300);
    await untilParam(page, 'runs', 'all');
    await card(page, 'loss').getByRole('button', { name: '5 points' }).click();
    await page.getByText('1\u202f500 points in 300 lines, all kept').waitFor();
    await page.getByText('700 more runs are not shown').waitFor();
    await page.keyboard.press('Escape');

    // The far end of the list comes when it is looked at.
    await scroll(page, 'aside ul', 1);
    await runRow(page, 'sweep/run-0').waitFor();
    await scroll(page, 'aside ul', 0.5);
    await runRow(page, 'sweep/run-500').waitFor();
    expect(limits.most()).toBeLessThanOrEqual(1_000);
    await end();
  });

  test('are found by the server, and one far away can be the only one', async () => {
    const { page, end } = await visit(browser, server.url);
    await drawn(page, 'loss', 60);
    const box = page.getByRole('textbox', { name: 'Filter runs' });
    await box.fill('run-1.$');
    await drawn(page, 'loss', 10);
    await expect.poll(() => page.locator('[data-run]').count()).toBe(10);
    await box.fill('(');
    await page.getByRole('alert').getByText('unterminated group').waitFor();
    await box.fill('run-[78]$');
    await drawn(page, 'loss', 2);
    await runRow(page, 'sweep/run-7').dblclick();
    await untilParam(page, 'only', 'sweep/run-7');
    await box.fill('');
    await page.getByText('1 of 1\u202f000 runs').waitFor();
    await drawn(page, 'loss', 1);
    await page.reload();
    await drawn(page, 'loss', 1);
    await page.getByText('1 of 1\u202f000 runs').waitFor();

    await page.keyboard.press('Control+k');
    await page.keyboard.type('run-123');
    await page.getByRole('option', { name: 'sweep/run-123 only this run' }).waitFor();
    await page.keyboard.press('Enter');
    await untilParam(page, 'only', 'sweep/run-123');
    await drawn(page, 'loss', 1);
    await end();
  });

  test('one of which is switched off stay as they are, in a short address', async () => {
    const { page, end } = await visit(browser, `${server.url}#/scalars?runs=all`);
    await drawn(page, 'loss', 300);
    await runRow(page, 'sweep/run-999').click();
    await drawn(page, 'loss', 299);
    await untilParam(page, 'only', /^~/);
    await page.reload();
    await drawn(page, 'loss', 299);
    expect(page.url().length).toBeLessThan(2_000);
    await end();
  });
});

describe('three thousand tags', () => {
  const tags = 3_000;
  const logdir = temporaryFolder();
  const file = new EventFile(logdir.path, 'run');
  let server: Server;

  beforeAll(async () => {
    for (let i = 0; i < tags; ++i) file.scalars(`layer/weight-${i}`, falling(3));
    file.scalars('val/loss', falling(3));
    server = await startServer(logdir.path);
  });

  afterAll(async () => {
    await server.stop();
    logdir.remove();
  });

  test('are laid out at once, and there when they come into sight', async () => {
    const { page, end } = await visit(browser, server.url);
    const limits = watchLimits(page);
    await drawn(page, 'layer/weight-0', 1);
    await scroll(page, '.scroller', 0.5);
    await expect
      .poll(() => page.locator('[data-card]').first().getAttribute('data-tag'))
      .toMatch(/^layer\/weight-1[45]\d\d$/);
    await scroll(page, '.scroller', 1);
    await drawn(page, 'val/loss', 1);
    await drawn(page, 'layer/weight-2999', 1);
    expect(await page.locator('[data-card]').count()).toBeLessThan(40);
    expect(limits.most()).toBeLessThanOrEqual(1_000);

    // A tag that comes has its place, though nobody scrolls.
    file.scalars('val/new', falling(3));
    await drawn(page, 'val/new', 1);
    await end();
  });

  test('are found by the server, and one far away fills the pane', async () => {
    const { page, end } = await visit(browser, `${server.url}#/scalars?tags=weight-2.99$`);
    await drawn(page, 'layer/weight-2999', 1);
    expect(await page.locator('[data-card]').count()).toBe(10);
    await page.getByRole('textbox', { name: 'Filter tags' }).fill('weight-1234');
    await drawn(page, 'layer/weight-1234', 1);
    await expect.poll(() => page.locator('[data-card]').count()).toBe(1);
    await end();

    const other = await visit(browser, `${server.url}#/scalars?full=layer/weight-2222`);
    await drawn(other.page, 'layer/weight-2222', 1);
    await other.page.keyboard.press('Control+k');
    await other.page.keyboard.type('weight-1717');
    await other.page.getByRole('option', { name: 'layer/weight-1717' }).waitFor();
    await other.page.keyboard.press('Enter');
    await drawn(other.page, 'layer/weight-1717', 1);
    await other.end();
  });
});
