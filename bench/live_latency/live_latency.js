// From a writer's Flush to the message on the live socket, and to the drawn frame: see README.md.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const release = path.join(root, 'build/release');
const firstPoints = 3;
const waitMs = 10_000;

const { values: flags } = parseArgs({
  options: {
    appends: { type: 'string', default: '50' },
    binary: { type: 'string', default: process.env.STEPSCOPE_BINARY ?? `${release}/stepscope` },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    json: { type: 'string' },
    max_p95_ms: { type: 'string' },
  },
});

/** Starts a program and gives its standard output line by line. */
function start(program, ...words) {
  if (!existsSync(program)) throw new Error(`${program} is missing`);
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    write: (text) => child.stdin.write(text),
    async line() {
      const { done, value } = await lines.next();
      if (done) throw new Error(`${program} ended early`);
      return value;
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function serve(logdir) {
  const index = path.join(logdir, '../cache');
  process.env.XDG_CACHE_HOME = index;
  const server = start(
    flags.binary,
    '--logdir',
    logdir,
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--index_dir',
    'none',
  );
  for (;;) {
    const url = / at (http:\/\/\S+)/.exec(await server.line());
    if (url) return { ...server, url: url[1] };
  }
}

async function append(writer) {
  writer.write('\n');
  return Number(await writer.line());
}

/** One append: how long until the page heard of it, and until it had drawn it. */
async function measure(writer, page, points) {
  const flushed = await append(writer);
  const times = await page.waitForFunction(
    (count) => {
      const { arrived, drawn } = globalThis.liveLatency;
      return count in arrived && count in drawn && [arrived[count], drawn[count]];
    },
    points,
    { timeout: waitMs },
  );
  const [arrived, drawn] = await times.jsonValue();
  return { message: arrived - flushed, frame: drawn - flushed };
}

function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function summarise(values) {
  return { p50: percentile(values, 0.5), p95: percentile(values, 0.95), max: Math.max(...values) };
}

async function main(folder) {
  const logdir = path.join(folder, 'logs');
  const writer = start(path.join(path.dirname(flags.binary), 'stepscope_append'), `${logdir}/run`);
  for (let i = 0; i < firstPoints; i += 1) await append(writer);
  const server = await serve(logdir);
  const browser = await chromium.launch({
    executablePath: flags.chromium,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript({ path: fileURLToPath(new URL('probe.js', import.meta.url)) });
    await page.goto(`${server.url}#/scalars`);
    await page.waitForSelector('[data-card][data-tag="loss"][data-drawn="1"]');

    const results = [];
    for (let i = 1; i <= Number(flags.appends); i += 1) {
      // At no fixed beat, so that no timer of the server's or the page's is met by design.
      await sleep(150 + 250 * Math.random());
      results.push(await measure(writer, page, firstPoints + i));
    }
    return results;
  } finally {
    await browser.close();
    await server.stop();
    await writer.stop();
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'stepscope-live-'));
const results = await main(folder).finally(() => rm(folder, { recursive: true, force: true }));
const summary = {
  message: summarise(results.map((result) => result.message)),
  frame: summarise(results.map((result) => result.frame)),
};
process.stdout.write(`${results.length} appends, ms from flush to    p50     p95     max\n`);
for (const [name, { p50, p95, max }] of Object.entries(summary)) {
  const cells = [p50, p95, max].map((value) => value.toFixed(1).padStart(8)).join('');
  process.stdout.write(`${name.padEnd(26)}${cells}\n`);
}
if (flags.json) {
  // As bench/common/task.py has them.
  const rows = Object.entries(summary).map(([name, { p50, p95 }]) => ({
    what: `from a writer's flush to the ${name === 'frame' ? 'drawn frame' : 'message'}, p50 / p95`,
    ours: `${p50.toFixed(0)} / ${p95.toFixed(0)} ms`,
    rival: '',
    ratio: '',
  }));
  await writeFile(
    flags.json,
    `${JSON.stringify({ task: 'live_latency', rows, summary, results })}\n`,
  );
}
if (flags.max_p95_ms && summary.frame.p95 > Number(flags.max_p95_ms)) process.exitCode = 1;
