// @vitest-environment happy-dom
import { flushSync } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { live } from '../live.svelte';
import { createCatalog } from './catalog.svelte';

const server = vi.hoisted(() => ({
  environment: (): Promise<unknown> => Promise.reject(new Error('none')),
  runs: (): Promise<unknown> => Promise.reject(new Error('none')),
}));
vi.mock('../api/catalog', () => ({
  getEnvironment: () => server.environment(),
  getRuns: () => server.runs(),
}));

let stop: (() => void) | undefined;

afterEach(() => {
  stop?.();
});

/** With what generation the socket starts, once it does. */
async function started(
  environment: number | undefined,
  runs: number | undefined,
): Promise<unknown> {
  const answer = (generation: number | undefined) =>
    generation === undefined
      ? Promise.reject(new Error('No.'))
      : Promise.resolve({ generation, total: 0, matching: 0, items: [], plugins: [] });
  server.environment = () => answer(environment);
  server.runs = () => answer(runs);
  const start = vi.spyOn(live, 'start').mockReturnValue(() => undefined);
  stop = $effect.root(() => {
    createCatalog(() => ({
      question: { filter: '', order: 'auto' },
      length: 60,
      hashes: undefined,
    }));
  });
  flushSync();
  await vi.waitFor(() => {
    expect(start).toHaveBeenCalledOnce();
  });
  return start.mock.lastCall?.[0];
}

test('the socket starts from the older of the answers that the page begins with', async () => {
  expect(await started(7, 6)).toBe(6);
});

test('also when the runs are the newer', async () => {
  expect(await started(6, 7)).toBe(6);
});

test('and takes its first message for news when one of them failed', async () => {
  expect(await started(7, undefined)).toBeUndefined();
});
