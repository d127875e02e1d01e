// axe-core in a page of ours.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const axe = readFileSync(
  new URL('../../../node_modules/axe-core/axe.min.js', import.meta.url),
  'utf8',
);

interface Violations {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** What keeps somebody out, as axe finds it. */
export async function violations(page: Page): Promise<string[]> {
  // Playwright hands the script to the page past its security policy.
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<Violations> } }).axe.run(),
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`),
  );
}
