// The real binary on a log directory of a test's own.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const repo = new URL('../../../', import.meta.url).pathname;
const binary = process.env['STEPSCOPE_BINARY'] ?? join(repo, 'build/release/stepscope');

export interface Server {
  /** With a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Ends it as Ctrl-C would, and waits for that. */
  stop(): Promise<void>;
}

const startMs = 30_000;

export async function startServer(logdir: string, flags: readonly string[] = []): Promise<Server> {
  if (!existsSync(binary))
    throw new Error(`${binary} is missing: build it, or set STEPSCOPE_BINARY`);
  const usual = flags.includes('--port') ? [] : ['--port', '0'];
  // What a test reads must not depend on the tests before it.
  const child = spawn(binary, [logdir, ...usual, '--index_dir', 'none', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that fails does not come to stop it.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const url = await announced(child, startMs);
  return {
    url,
    port: Number(new URL(url).port),
    stop: () => stopped(child),
  };
}

/** The address of the line that says that the port is serving. */
export function announced(child: ChildProcess, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => {
      child.kill('SIGKILL');
      reject(new Error(`${child.spawnfile} ${why}\n${output}`));
    };
    const timer = setTimeout(() => {
      fail('did not start to serve');
    }, withinMs);
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const found = /at (http:\/\/\S+)/.exec(output);
      if (!found?.[1]) return;
      clearTimeout(timer);
      resolve(found[1]);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${String(code)}`);
    });
  });
}

export function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => {
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** An empty folder, and how to be rid of it. */
export function temporaryFolder(): { readonly path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'stepscope-e2e-'));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

export const fixtures = join(repo, 'tests/data/fixtures');
