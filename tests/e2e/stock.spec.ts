// TensorBoard's own page on our server: it shows what it shows on the real one, and fails nowhere
// else.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, wide } from './support/browser';
import { fixtures, startServer, temporaryFolder } from './support/server';
import {
  settled,
  shown,
  startStockPage,
  startTensorBoard,
  type Shown,
  type Site,
} from './support/tensorboard';

const folders = [
  'keras-functional',
  'projector-sprite',
  'tb-hparams-api',
  'tb-mesh',
  'tb-summary-writer',
  'tensorboardx-media',
  'tf-histograms',
  'tf-images-audio',
  'tf-scalars-text',
  'torch-custom-scalars',
  'torch-graph',
  'torch-pr-curves',
];
const tabs = [
  'timeseries',
  'scalars',
  'custom_scalars',
  'images',
  'audio',
  'graphs',
  'distributions',
  'histograms',
  'text',
  'pr_curves',
  'hparams',
  'mesh',
  'projector',
];

const logdir = temporaryFolder();
let browser: Browser;
let ours: Site;
let theirs: Site;
let running: Site[];
let listed: Record<string, { readonly enabled: boolean }>;

beforeAll(async () => {
  for (const folder of folders) {
    const copy = join(logdir.path, folder);
    cpSync(join(fixtures, folder), copy, { recursive: true });
    for (const file of ['expected.json', 'expected.load_fast.json']) {
      rmSync(join(copy, file), { force: true });
    }
  }
  const server = await startServer(logdir.path);
  [ours, theirs] = await Promise.all([startStockPage(server.url), startTensorBoard(logdir.path)]);
  running = [ours, theirs, server];
  const listing = await fetch(`${server.url}data/plugins_listing`);
  listed = (await listing.json()) as typeof listed;
  browser = await launch();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await Promise.all(running.map((site) => site.stop()));
  logdir.remove();
});

interface Visit {
  readonly page: Page;
  readonly complaints: Set<string>;
}

/** Opens a tab with the cards of all its tags, in a profile of its own. */
async function open(site: Site, tab: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: wide });
  const page = await context.newPage();
  const complaints = new Set<string>();
  const complain = (text: string) => complaints.add(text.replaceAll(site.url, '/'));
  page.on('pageerror', (error) => complain(String(error)));
  page.on('console', (message) => {
    // Those are told below, by their address.
    const isNetwork = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isNetwork) complain(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complain(`fails: ${response.url()}`);
  });
  page.on('requestfailed', (request) => complain(`fails: ${request.url()}`));
  await page.goto(`${site.url}?tagFilter=.#${tab}&tagFilter=.`);
  return { page, complaints };
}

test('every tab of the log directory is looked at', () => {
  const enabled = Object.keys(listed).filter((name) => listed[name]?.enabled);
  expect(enabled).toEqual(tabs);
});

test.each(tabs)(
  '%s',
  async (tab) => {
    const real = await open(theirs, tab);
    const expected: Shown = await settled(real.page);
    expect(Object.keys(expected.elements).length).toBeGreaterThan(10);
    await real.page.context().close();

    const mine = await open(ours, tab);
    await expect.poll(() => shown(mine.page)).toEqual(expected);
    expect(await settled(mine.page)).toEqual(expected);
    await mine.page.context().close();
    expect([...mine.complaints].filter((one) => !real.complaints.has(one))).toEqual([]);
  },
  120_000,
);
