// What many runs that nobody writes to cost, with a page open: see README.md.
import { mkdtemp, readFile, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  beside,
  commonOptions,
  loaded,
  openBrowser,
  report,
  serve,
  start,
} from '../common/programs.js';

const ticksPerSecond = 100; // USER_HZ of Linux, whatever its kernel's own clock.

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '30' },
    max_percent: { type: 'string' },
    ...commonOptions,
  },
});

/** The processor's time that a process has used, in seconds. */
async function processorSeconds(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The program's name may hold spaces; behind it, utime and stime are the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** How often threads of a process gave up the processor: each is at least one call that waits. */
async function switches(pid) {
  let total = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const status = await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8');
    for (const [, count] of status.matchAll(/ctxt_switches:\s+(\d+)/g)) total += Number(count);
  }
  return total;
}

async function openEventFiles(pid) {
  let count = 0;
  for (const name of await readdir(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${name}`).catch(() => '');
    if (target.includes('tfevents')) count += 1;
  }
  return count;
}

async function main(folder) {
  const logdir = path.join(folder, 'logs');
  const words = [logdir, '--runs', flags.runs, '--tags', '22', '--steps', '10'];
  await start(beside(flags.binary, 'make_logdir'), ...words).line();
  const server = await serve(flags.binary, logdir);
  const browser = await openBrowser(flags.chromium);
  try {
    await loaded(server);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(server.url);
    await page.waitForSelector('[data-drawn]:not([data-drawn="0"])');
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const inPage = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      const of = (wanted) => metrics.find(({ name }) => name === wanted).value;
      return {
        tasks: of('TaskDuration'),
        scripts: of('ScriptDuration'),
        layouts: of('LayoutCount'),
      };
    };
    // What opening the page has begun is done: the index of tags, the last answers.
    await sleep(5_000);

    const before = [await processorSeconds(server.pid), await switches(server.pid), await inPage()];
    const begin = performance.now();
    await sleep(1000 * Number(flags.seconds));
    const seconds = (performance.now() - begin) / 1000;
    const after = [await processorSeconds(server.pid), await switches(server.pid), await inPage()];
    const rate = (one, other) => (100 * (one - other)) / seconds;
    return {
      runs: Number(flags.runs),
      seconds,
      server_percent: rate(after[0], before[0]),
      server_switches: after[1] - before[1],
      open_event_files: await openEventFiles(server.pid),
      page_percent: rate(after[2].tasks, before[2].tasks),
      page_script_percent: rate(after[2].scripts, before[2].scripts),
      page_layouts: after[2].layouts - before[2].layouts,
    };
  } finally {
    await browser.close();
    await server.stop();
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'stepscope-idle-page-'));
const found = await main(folder).finally(() => rm(folder, { recursive: true, force: true }));
for (const [name, value] of Object.entries(found)) {
  process.stdout.write(`${name.padEnd(22)}${Number(value.toFixed(3))}\n`);
}
const rows = [
  [`a core, with a page open on ${flags.runs} runs`, `${found.server_percent.toFixed(3)} %`],
  ['event files kept open', String(found.open_event_files)],
];
await report(flags.json, 'idle_page', rows, found);
if (flags.max_percent && found.server_percent > Number(flags.max_percent)) process.exitCode = 1;
