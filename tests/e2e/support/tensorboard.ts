// The real TensorBoard, and its page in front of our server (tests/compat/stock_page.py).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { announced, repo, stopped } from './server';

// `./dev test browser` says which Python has the package.
export const python = process.env['STEPSCOPE_PYTHON'] ?? join(repo, 'build/venv/bin/python');
// Its imports alone take ten seconds on a busy machine.
const startMs = 60_000;

export interface Site {
  readonly url: string;
  stop(): Promise<void>;
}

async function start(words: readonly string[]): Promise<Site> {
  const child = spawn(python, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const url = await announced(child, startMs);
  return { url, stop: () => stopped(child) };
}

/** With its Python loader, which has read everything when it says where it is. */
export function startTensorBoard(logdir: string): Promise<Site> {
  const loading = ['--load_fast=false', '--reload_task=blocking', '--reload_interval=0'];
  return start(['-m', 'tensorboard.main', '--logdir', logdir, '--port', '0', ...loading]);
}

/** TensorBoard's page on the server at this address. */
export function startStockPage(url: string): Promise<Site> {
  return start([join(repo, 'tests/compat/stock_page.py'), url]);
}

/** What a tab shows: how many there are of each of the page's own elements, and all text. */
export interface Shown {
  readonly elements: Record<string, number>;
  readonly texts: readonly string[];
}

export async function shown(page: Page): Promise<Shown> {
  const all: Shown[] = [];
  for (const frame of page.frames()) all.push(await shownIn(frame));
  const elements: Record<string, number> = {};
  for (const one of all) {
    for (const [name, count] of Object.entries(one.elements)) {
      elements[name] = (elements[name] ?? 0) + count;
    }
  }
  return { elements, texts: all.flatMap((one) => one.texts) };
}

function shownIn(frame: Frame): Promise<Shown> {
  return frame.evaluate(() => {
    const elements: Record<string, number> = {};
    const texts: string[] = [];
    const walk = (node: Node) => {
      for (const child of node.childNodes) {
        if (child instanceof Text) {
          const text = child.data.trim();
          if (text !== '') texts.push(text);
        } else if (child instanceof Element) {
          const name = child.localName;
          if (['style', 'script', 'template'].includes(name)) continue;
          if (getComputedStyle(child).display === 'none') continue;
          if (name.includes('-')) elements[name] = (elements[name] ?? 0) + 1;
          if (child.shadowRoot) walk(child.shadowRoot);
          walk(child);
        }
      }
    };
    // What is above it are tabs, of which TensorBoard has some for nothing.
    const tab = document.querySelector('plugins-component');
    const isFramed = window.parent !== window;
    if (tab ?? isFramed) walk(tab ?? document.body);
    return { elements, texts };
  });
}

/** What is shown as soon as it stays the same. */
export async function settled(page: Page): Promise<Shown> {
  let before = '';
  for (;;) {
    await page.waitForLoadState('networkidle');
    const now = await shown(page);
    const text = JSON.stringify(now);
    if (text === before && now.texts.length > 0) return now;
    before = text;
    await page.evaluate(() => new Promise((done) => setTimeout(done, 500)));
  }
}
