// `npm run dev`: the page as Vite serves it live, in front of a running server.
import type { Browser } from 'playwright-core';
import { createServer } from 'vite';
import { afterAll, beforeAll, test } from 'vitest';
import { drawn, launch, visit } from './support/browser';
import { EventFile, falling } from './support/events';
import { startServer, temporaryFolder } from './support/server';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
});

test('the page that is being worked on shows charts, live', async () => {
  const logdir = temporaryFolder();
  const file = new EventFile(logdir.path, 'run');
  file.scalars('loss', falling(10));
  const server = await startServer(logdir.path);
  process.env['STEPSCOPE_URL'] = server.url;
  const vite = await createServer({
    configFile: new URL('../../vite.config.ts', import.meta.url).pathname,
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1', hmr: false },
  });
  await vite.listen();
  const { page, end } = await visit(browser, vite.resolvedUrls?.local[0] ?? '');
  // Vite translates each module when it is first asked for.
  page.setDefaultTimeout(45_000);
  await drawn(page, 'loss', 1);
  await page.getByText('live', { exact: true }).waitFor();
  await end();
  await vite.close();
  await server.stop();
  logdir.remove();
});
