// Many runs, and many tags: how soon the first chart is there, how much memory the page takes, and
// how long searches take right after a publication. See README.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  beside,
  commonOptions,
  getJson,
  loaded,
  openBrowser,
  percentile,
  report,
  serve,
  start,
} from '../common/programs.js';

const { values: flags } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    visits: { type: 'string', default: '5' },
    searches: { type: 'string', default: '20' },
    max_first_chart_ms: { type: 'string' },
    max_heap_mb: { type: 'string' },
    max_search_ms: { type: 'string' },
    ...commonOptions,
  },
});

const share = flags.small ? 10 : 1;
const shapes = [
  { name: 'many runs', runs: 10_000 / share, tags: 100 },
  { name: 'many tags', runs: 10, tags: 100_000 / share },
];
// Another one each time: the answers to the last searches are kept.
const searches = {
  'runs, text': (i) => `api/runs?limit=256&order=auto&filter=n_0${i}`,
  'runs, expression': (i) => `api/runs?limit=256&order=auto&filter=%2F_0.*${i}%24%2F`,
  'tags, text': (i) => `api/tags?plugin=scalars&limit=500&filter=metric_${i}`,
  'tags, expression': (i) => `api/tags?plugin=scalars&limit=500&filter=%2F%5Etrain.*${i}%24%2F`,
};

async function heapMb(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize').value / 1e6;
}

/** A fresh page: until its first chart is drawn, and what it holds after it was used. */
async function visit(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  const begin = performance.now();
  await page.goto(url);
  await page.waitForSelector('[data-drawn]:not([data-drawn="0"])');
  const firstChartMs = performance.now() - begin;
  await page.goto(`${url}#/scalars?runs=all`);
  for (const list of ['aside ul', '.scroller']) {
    for (let at = 0; at <= 1; at += 0.05) {
      await page.locator(list).evaluate((element, to) => {
        element.scrollTop = to * element.scrollHeight;
      }, at);
      await page.waitForTimeout(60);
    }
  }
  await page.waitForSelector('[data-drawn]:not([data-drawn="0"])');
  const heap = await heapMb(session);
  const cards = await page.locator('[data-card]').count();
  await context.close();
  return { firstChartMs, heap, cards };
}

/** Times of each search as the first thing that is asked after a run has grown. */
async function searchAfterGrowth(server, writer) {
  const times = Object.fromEntries(Object.keys(searches).map((name) => [name, []]));
  const generation = async () => (await getJson(`${server.url}api/runs?limit=0`)).generation;
  for (const [name, query] of Object.entries(searches)) {
    for (let i = 0; i < Number(flags.searches); i += 1) {
      const before = await generation();
      await writer.line();
      while ((await generation()) === before) continue;
      const begin = performance.now();
      await getJson(server.url + query(i));
      times[name].push(performance.now() - begin);
    }
  }
  return times;
}

async function measure(folder, shape) {
  const logdir = path.join(folder, 'logs');
  const words = ['--runs', String(shape.runs), '--tags', String(shape.tags), '--steps', '10'];
  await start(beside(flags.binary, 'make_logdir'), logdir, ...words).line();
  const server = await serve(flags.binary, logdir);
  const browser = await openBrowser(flags.chromium);
  const rounds = 10 * Number(flags.searches) * Object.keys(searches).length;
  const append = ['--runs', '1', '--rounds', String(rounds), '--interval_ms', '100'];
  const writer = start(beside(flags.binary, 'stepscope_append'), logdir, ...append);
  try {
    const { seconds } = await loaded(server);
    const visits = [];
    for (let i = 0; i < Number(flags.visits); i += 1) visits.push(await visit(browser, server.url));
    await writer.line();
    writer.write('\n');
    const times = await searchAfterGrowth(server, writer);
    return {
      ...shape,
      load_seconds: seconds,
      first_chart_ms: percentile(
        visits.map(({ firstChartMs }) => firstChartMs),
        0.5,
      ),
      heap_mb: Math.max(...visits.map(({ heap }) => heap)),
      cards: visits[0].cards,
      searches: Object.fromEntries(
        Object.entries(times).map(([name, all]) => [
          name,
          { p50: percentile(all, 0.5), max: Math.max(...all) },
        ]),
      ),
    };
  } finally {
    await browser.close();
    await server.stop();
    await writer.stop();
  }
}

const results = [];
for (const shape of shapes) {
  const folder = await mkdtemp(path.join(tmpdir(), 'stepscope-page-'));
  const found = await measure(folder, shape).finally(() =>
    rm(folder, { recursive: true, force: true }),
  );
  results.push(found);
  const line = (name, text) => process.stdout.write(`  ${name.padEnd(28)}${text}\n`);
  process.stdout.write(`${found.name}: ${found.runs} runs of ${found.tags} tags\n`);
  line('loaded in', `${found.load_seconds.toFixed(2)} s`);
  line('first chart', `${found.first_chart_ms.toFixed(0)} ms`);
  line('heap of the page', `${found.heap_mb.toFixed(1)} MB, ${found.cards} cards`);
  for (const [name, { p50, max }] of Object.entries(found.searches)) {
    line(`search ${name}`, `p50 ${p50.toFixed(1)} ms, max ${max.toFixed(1)} ms`);
  }
}
const rows = results.flatMap(({ runs, tags, first_chart_ms, heap_mb, searches: times }) => {
  const shape = `${runs} runs of ${tags} tags`;
  const slowest = Math.max(...Object.values(times).map(({ p50 }) => p50));
  return [
    [`${shape}: first chart of a fresh page`, `${first_chart_ms.toFixed(0)} ms`],
    [`${shape}: heap of the page`, `${heap_mb.toFixed(0)} MB`],
    [`${shape}: slowest search right after growth, p50`, `${slowest.toFixed(1)} ms`],
  ];
});
await report(flags.json, 'page', rows, { results });
const exceeds = (limit, value) => limit !== undefined && value > Number(limit);
for (const { first_chart_ms, heap_mb, searches: times } of results) {
  const slowest = Math.max(...Object.values(times).map(({ p50 }) => p50));
  if (
    exceeds(flags.max_first_chart_ms, first_chart_ms) ||
    exceeds(flags.max_heap_mb, heap_mb) ||
    exceeds(flags.max_search_ms, slowest)
  ) {
    process.exitCode = 1;
  }
}
