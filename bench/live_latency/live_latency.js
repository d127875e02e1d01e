// From a writer's Flush to the message on the live socket, and to the drawn frame: see README.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  beside,
  commonOptions,
  openBrowser,
  percentile,
  report,
  serve,
  start,
} from '../common/programs.js';

const firstPoints = 3;
const waitMs = 20_000;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    runs: { type: 'string', default: '100' },
    interval_ms: { type: 'string', default: '100' },
    ...commonOptions,
    max_p95_ms: { type: 'string' },
  },
});

/** When something of at least this count was first seen, in pairs of count and time. */
function firstSeen(pairs, count) {
  return pairs.find(([one]) => one >= count)?.[1];
}

/** From the first flush of each round until the page heard of it, and until it had drawn it. */
function latencies(flushed, runs, { arrived, drawn }) {
  return flushed.map((time, round) => {
    const heard = firstSeen(arrived, runs * (firstPoints + round) + 1);
    const seen = firstSeen(drawn, firstPoints + round + 1);
    if (heard === undefined || seen === undefined) throw new Error(`round ${round} was never seen`);
    return { message: heard - time, frame: seen - time };
  });
}

function summarise(values) {
  return { p50: percentile(values, 0.5), p95: percentile(values, 0.95), max: Math.max(...values) };
}

/** What the page asks for and gets from now on. */
async function watchTraffic(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const traffic = { requests: 0, asked: 0, answered: 0 };
  session.on('Network.requestWillBeSent', ({ request }) => {
    traffic.requests += 1;
    traffic.asked += request.postData?.length ?? 0;
  });
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    traffic.answered += encodedDataLength;
  });
  return traffic;
}

async function main(folder) {
  const logdir = path.join(folder, 'logs');
  const runs = Number(flags.runs);
  const words = [
    '--runs',
    flags.runs,
    '--rounds',
    flags.rounds,
    '--interval_ms',
    flags.interval_ms,
  ];
  const writer = start(beside(flags.binary, 'stepscope_append'), logdir, ...words);
  await writer.line();
  const server = await serve(flags.binary, logdir);
  const browser = await openBrowser(flags.chromium);
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(waitMs);
    await page.addInitScript({ path: fileURLToPath(new URL('probe.js', import.meta.url)) });
    await page.goto(`${server.url}#/scalars?runs=all`);
    await page.waitForSelector(`[data-card][data-tag="loss"][data-drawn="${runs}"]`);
    const traffic = await watchTraffic(page);

    const begin = performance.now();
    writer.write('\n');
    const flushed = [];
    while (flushed.length < Number(flags.rounds)) flushed.push(Number(await writer.line()));
    // An answer may hold a point of which the message is still on its way.
    const last = firstPoints + flushed.length;
    await page.waitForFunction(
      ([points, total]) => {
        const { arrived, drawn } = globalThis.liveLatency;
        return drawn.some(([one]) => one >= points) && arrived.some(([one]) => one >= total);
      },
      [last, runs * (last - 1) + 1],
    );
    const seconds = (performance.now() - begin) / 1000;
    const seen = await page.evaluate(() => globalThis.liveLatency);
    const rates = Object.fromEntries(
      Object.entries(traffic).map(([name, amount]) => [name, amount / seconds]),
    );
    return { results: latencies(flushed, runs, seen), rates };
  } finally {
    await browser.close();
    await server.stop();
    await writer.stop();
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'stepscope-live-'));
const { results, rates } = await main(folder).finally(() =>
  rm(folder, { recursive: true, force: true }),
);
const summary = {
  message: summarise(results.map((result) => result.message)),
  frame: summarise(results.map((result) => result.frame)),
};
process.stdout.write(
  `${flags.runs} runs, ${results.length} rounds, one every ${flags.interval_ms} ms\n`,
);
process.stdout.write(`${'ms from flush to'.padEnd(26)}     p50     p95     max\n`);
for (const [name, { p50, p95, max }] of Object.entries(summary)) {
  const cells = [p50, p95, max].map((value) => value.toFixed(1).padStart(8)).join('');
  process.stdout.write(`${name.padEnd(26)}${cells}\n`);
}
process.stdout.write(
  `a second: ${rates.requests.toFixed(1)} requests, ${(rates.asked / 1000).toFixed(1)} kB asked, ` +
    `${(rates.answered / 1000).toFixed(1)} kB answered\n`,
);
const places = { message: 'message', frame: 'drawn frame' };
const rows = Object.entries(summary).map(([name, { p50, p95 }]) => [
  `${flags.runs} growing runs: from a flush to the ${places[name]}, p50 / p95`,
  `${p50.toFixed(0)} / ${p95.toFixed(0)} ms`,
]);
await report(flags.json, 'live_latency', rows, { summary, rates, results });
if (flags.max_p95_ms && summary.frame.p95 > Number(flags.max_p95_ms)) process.exitCode = 1;
