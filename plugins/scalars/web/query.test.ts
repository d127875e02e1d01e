// How questions become requests: parts that the engine's limits have room for, and failures that
// stay with their cards.
import { beforeEach, expect, test, vi } from 'vitest';
import { Refusal } from '$web/api/request';
import type * as RequestModule from '$web/api/request';
import { keep, partSize, recall, SeriesFetcher, type Loaded, type Settings } from './query';

interface Body extends Settings {
  readonly series: readonly (readonly [run: string, tag: string, since?: unknown])[];
}

const engine = vi.hoisted(() => ({
  bodies: [] as Body[],
  /** Throws what the engine refuses. */
  check: undefined as ((body: Body) => void) | undefined,
}));
vi.mock('$web/api/request', async (original) => ({
  ...(await original<typeof RequestModule>()),
  address: (path: string) => path,
  postForBytes: (_: string, body: Body) => {
    engine.bodies.push(body);
    engine.check?.(body);
    return Promise.resolve(body);
  },
}));
vi.mock('$web/api/columns', async (original) => ({
  ...(await original()),
  parseColumns: ({ series }: Body) => ({
    tables: series.map(([run, tag], index) => ({
      facts: { run, tag, index, revision: 'r', count: 1, settled: 1, from_ordinal: 0, attempts: 1 },
      columns: new Map([['value', Float64Array.of(Number(run))]]),
    })),
  }),
}));

const settings: Settings = {
  x: 'step',
  from: null,
  to: null,
  pixels: 640,
  smoothing: 0,
  attempts: 'latest',
};
const { signal } = new AbortController();

beforeEach(() => {
  engine.bodies = [];
  engine.check = undefined;
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => setTimeout(draw));
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

function ask(tag: string, runs: readonly string[], more: Partial<Settings> = {}) {
  const question = { tag, runs, settings: { ...settings, ...more } };
  return new SeriesFetcher().fetch(question, signal, undefined);
}

function values(byRun: ReadonlyMap<string, { values: Float64Array } | null>): number[] {
  return Array.from(byRun.values(), (one) => one?.values[0] ?? NaN);
}

test('a part is what the engine’s limits have room for', () => {
  expect(partSize(16)).toBe(4_096);
  expect(partSize(640) * 640 * 12).toBeLessThanOrEqual(2_097_152);
  expect((partSize(640) + 1) * 640 * 12).toBeGreaterThan(2_097_152);
  expect(partSize(16_384)).toBeGreaterThan(0);
});

test('many lines are asked for in parts, and each comes to its card', async () => {
  const runs = names(400);
  const [loss, acc] = await Promise.all([ask('loss', runs), ask('acc', runs)]);
  expect(engine.bodies.map(({ series }) => series.length)).toEqual([273, 273, 254]);
  expect(values(loss.byRun)).toEqual(runs.map(Number));
  expect(values(acc.byRun)).toEqual(runs.map(Number));
});

test('what is still too large is asked for in halves', async () => {
  engine.check = ({ series }) => {
    if (series.length > 3) throw new Refusal(413, 'Too many points.');
  };
  const { byRun } = await ask('loss', names(7));
  expect(values(byRun)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(engine.bodies.map(({ series }) => series.length)).toEqual([7, 4, 2, 2, 3]);
});

test('more news than an answer holds are asked for as a whole, thinned', async () => {
  const fetcher = new SeriesFetcher();
  const question = { tag: 'loss', runs: ['1'], settings };
  const last = await fetcher.fetch(question, signal, undefined);
  fetcher.grow('all');
  engine.check = ({ series }) => {
    if (series[0]?.length === 3) throw new Refusal(413, 'Too many points.');
  };
  expect(values((await fetcher.fetch(question, signal, last)).byRun)).toEqual([1]);
  expect(engine.bodies.at(-1)?.series).toEqual([['1', 'loss']]);
});

test('a single line that is too large is an error', async () => {
  engine.check = () => {
    throw new Refusal(413, 'Too many points.');
  };
  await expect(ask('loss', ['1'])).rejects.toThrow('Too many points.');
});

test('questions that differ fail alone', async () => {
  engine.check = ({ from }) => {
    if (from !== null) throw new Refusal(500, 'No.');
  };
  const [whole, zoomed] = await Promise.allSettled([
    ask('loss', ['1']),
    ask('loss', ['1'], { from: 0, to: 1 }),
  ]);
  expect(whole.status).toBe('fulfilled');
  expect(zoomed.status).toBe('rejected');
});

test('what cards out of sight had is kept as long as there is room', () => {
  const column = new Float64Array(2 ** 20);
  const loaded: Loaded = {
    settings,
    byRun: new Map([
      [
        'run',
        {
          run: 'run',
          revision: 'r',
          count: 1,
          settled: 1,
          unsettledRows: 0,
          attempts: 1,
          superseded: 0,
          steps: column,
          wallTimes: column,
          values: new Float64Array(),
          smoothed: null,
          attempt: null,
          wholeLength: 0,
        },
      ],
    ]),
  };
  for (const tag of ['a', 'b', 'c', 'a', 'd']) keep(tag, loaded);
  // 16 MiB each: three have room, and `a` was used after `b`.
  expect(['a', 'b', 'c', 'd'].filter((tag) => recall(tag))).toEqual(['a', 'd']);
  keep('a', undefined);
  expect(recall('a')).toBeUndefined();
});
