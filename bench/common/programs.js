// The programs that a benchmark drives, and a browser that looks at them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const release = path.join(root, 'build/release');

/** The flags that all tasks share, for parseArgs. */
export const commonOptions = {
  binary: { type: 'string', default: process.env.STEPSCOPE_BINARY ?? `${release}/stepscope` },
  chromium: { type: 'string', default: '/usr/bin/chromium' },
  json: { type: 'string' },
};

/** Starts a program and gives its standard output line by line. */
export function start(program, ...words) {
  if (!existsSync(program)) throw new Error(`${program} is missing`);
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid,
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

/** A program beside the binary. */
export function beside(binary, name) {
  return path.join(path.dirname(binary), name);
}

/** Serves a log directory, with no index, so that each run reads the files anew. */
export async function serve(binary, logdir) {
  const where = ['--logdir', logdir, '--host', '127.0.0.1', '--port', '0'];
  const server = start(binary, ...where, '--index_dir', 'none');
  for (;;) {
    const url = / at (http:\/\/\S+)/.exec(await server.line());
    if (url) return { ...server, url: url[1] };
  }
}

/** Waits until the first load is done; answers with how it went. */
export async function loaded(server) {
  for (;;) {
    const { progress } = await getJson(`${server.url}api/environment`);
    if (progress.complete) return progress;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function getJson(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  return response.json();
}

export function openBrowser(executablePath) {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** Writes what was found where `--json` says, with rows as common/task.py has them. */
export async function report(file, task, rows, more) {
  if (file === undefined) return;
  const whole = rows.map(([what, ours]) => ({ what, ours, rival: '', ratio: '' }));
  await writeFile(file, `${JSON.stringify({ task, rows: whole, ...more })}\n`);
}

export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
