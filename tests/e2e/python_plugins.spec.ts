// Dashboards of the user's own TensorBoard, as tabs of our page.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, visit } from './support/browser';
import { fixtures, startServer, temporaryFolder, type Server } from './support/server';
import { python } from './support/tensorboard';

// As other people write them: the front end speaks with the page as TensorBoard's plugin library
// does.
const plugin = `
import os
import time

from tensorboard.plugins import base_plugin
from werkzeug import wrappers

SCRIPT = """
export function render() {
  const { port1, port2 } = new MessageChannel();
  const asked = ['experimental.GetRuns', 'experimental.GetURLPluginData', 'no.such.question'];
  port1.onmessage = ({ data }) => {
    const { type, id, payload, isReply } = JSON.parse(data);
    if (!isReply) return;
    const line = document.createElement('p');
    line.textContent = [type, id, JSON.stringify(payload)].join(' ');
    document.body.append(line);
  };
  window.parent.postMessage('experimental.bootstrap', '*', [port2]);
  asked.forEach((type, id) => port1.postMessage(JSON.stringify({ type, id, payload: null })));
  port1.postMessage('{not JSON');
}
"""


class GreetPlugin(base_plugin.TBPlugin):
    plugin_name = "greet"

    def __init__(self, context):
        # A start that nobody overlooks.
        if os.path.exists(os.path.join(os.path.dirname(__file__), "slowly")):
            time.sleep(5)

    def is_active(self):
        return True

    def frontend_metadata(self):
        return base_plugin.FrontendMetadata(es_module_path="/index.js", tab_name="Greetings")

    def get_plugin_apps(self):
        return {
            "/index.js": wrappers.Request.application(
                lambda request: wrappers.Response(SCRIPT, content_type="application/javascript")
            ),
            "/die": lambda environ, start_response: os._exit(3),
        }
`;

const site = temporaryFolder();
let browser: Browser;
let server: Server;

beforeAll(async () => {
  // What pip would have put into site-packages.
  writeFileSync(join(site.path, 'greet_plugin.py'), plugin);
  const info = join(site.path, 'greet-1.0.dist-info');
  mkdirSync(info);
  writeFileSync(join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: greet\nVersion: 1.0\n');
  writeFileSync(
    join(info, 'entry_points.txt'),
    '[tensorboard_plugins]\ngreet = greet_plugin:GreetPlugin\n',
  );
  process.env['PYTHONPATH'] = site.path;
  const flags = ['--tensorboard_plugins', '--python', python];
  server = await startServer(join(fixtures, 'torch-scalars'), flags);
  browser = await launch();
});

afterAll(async () => {
  delete process.env['PYTHONPATH'];
  await browser.close();
  await server.stop();
  site.remove();
});

test('a Python plugin is a tab, and may ask the page what it could ask TensorBoard’s', async () => {
  const { page, end } = await visit(browser, server.url);
  await page.click('[data-tag] >> nth=0', { trial: true });
  await page.click('text=Greetings', { timeout: 60_000 });
  await expect.poll(() => page.url()).toContain('#/greet');
  const frame = page.frameLocator('iframe[title=Greetings]');
  const runs = (await (await fetch(`${server.url}data/runs`)).json()) as string[];
  await frame.locator(`text=experimental.GetRuns 0 ${JSON.stringify(runs)}`).waitFor();
  await frame.locator('text=experimental.GetURLPluginData 1 {}').waitFor();
  await frame.locator('text=no.such.question 2 null').waitFor();
  await page.screenshot({ path: 'build/reports/python_plugin.png' });
  // Our own dashboard is still there.
  await page.click('[data-tab=scalars]');
  await page.locator('[data-card]').first().waitFor();
  await end();
});

test('a link holds what is the plugin’s own', async () => {
  const { page, end } = await visit(browser, `${server.url}#/greet?p.greet.color=blue&p.other.x=1`);
  const frame = page.frameLocator('iframe[title=Greetings]');
  await frame.locator('text=experimental.GetURLPluginData 1 {"color":"blue"}').waitFor();
  await end();
});

test('while it is not running, the tab says so, and it comes back by itself', async () => {
  const { page } = await visit(browser, `${server.url}#/greet`);
  const frame = page.frameLocator('iframe[title=Greetings]');
  await frame.locator('text=experimental.GetRuns').waitFor();
  writeFileSync(join(site.path, 'slowly'), '');
  await fetch(`${server.url}data/plugin/greet/die`).catch(() => undefined);
  // The page asks now and then.
  await page.locator('text=is shown by your own TensorBoard').waitFor({ timeout: 30_000 });
  await page.screenshot({ path: 'build/reports/python_plugin_gone.png' });
  await frame.locator('text=experimental.GetRuns').waitFor({ timeout: 60_000 });
  await page.context().close();
});
