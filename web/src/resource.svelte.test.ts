// @vitest-environment happy-dom
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { resource, type Resource } from './resource.svelte';

let question = $state.raw<number | undefined>();
let answered: Resource<number>;
let asked: number[] = [];
let stop: () => void;
let tookMs = 0;
let failure: Error | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  question = 0;
  asked = [];
  failure = undefined;
  stop = $effect.root(() => {
    answered = resource(
      () => question,
      (one: number, signal) => {
        asked.push(one);
        return new Promise((resolve, reject) => {
          const timer = setTimeout(() => {
            if (failure) reject(failure);
            else resolve(one);
          }, tookMs);
          signal.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(new DOMException('', 'AbortError'));
          });
        });
      },
    );
  });
  flushSync();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  flushSync();
}

/** A slider under a hand: another question every 10 ms. Which answers were shown meanwhile? */
async function move(ms: number): Promise<number[]> {
  const shown = new Set<number>();
  for (let i = 0; i < ms / 10; ++i) {
    question = (question ?? 0) + 1;
    flushSync();
    await pass(10);
    if (answered.value !== undefined) shown.add(answered.value);
  }
  return [...shown];
}

test.each([50, 290, 400, 1_000])(
  'answers that take %d ms are shown while the question moves on',
  async (ms) => {
    tookMs = ms;
    const shown = await move(10_000);
    expect(shown.length).toBeGreaterThan(10_000 / ms / 2);
    // One at a time: what was asked in between is never sent.
    expect(asked.length).toBeLessThan(10_000 / ms + 5);
    await pass(4_000);
    expect(answered.value).toBe(question);
  },
);

test('an answer that does not come is given up when the question changes', async () => {
  tookMs = 1e9;
  await pass(400);
  expect(answered.late).toBe(true);
  tookMs = 10;
  question = 7;
  flushSync();
  await pass(20);
  expect(answered.value).toBe(7);
});

test('an answer that is cancelled is not waited for until it is asked for again', async () => {
  tookMs = 1_000;
  await pass(1_500);
  question = 1;
  flushSync();
  await pass(160);
  expect([answered.slow, answered.late]).toEqual([true, false]);
  answered.cancel();
  flushSync();
  expect([answered.slow, answered.cancelled, answered.value]).toEqual([false, true, 0]);
  await pass(5_000);
  expect([answered.cancelled, answered.value, answered.error]).toEqual([true, 0, undefined]);
  answered.refresh();
  flushSync();
  expect(answered.cancelled).toBe(false);
  await pass(1_500);
  expect(answered.value).toBe(1);
  answered.cancel();
  expect(answered.cancelled).toBe(false);
});

test('what went wrong is forgotten when nothing is asked any more', async () => {
  tookMs = 10;
  failure = new Error('No.');
  await pass(500);
  question = 1;
  flushSync();
  await pass(2_000);
  expect(answered.error?.message).toBe('No.');
  question = undefined;
  flushSync();
  expect(answered.error).toBeUndefined();
});
