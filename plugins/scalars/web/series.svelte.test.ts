// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Table } from '$web/api/columns';
import type * as RequestModule from '$web/api/request';
import type { Question, Settings } from './query';
import { liveSeries, type LiveSeries } from './series.svelte';

interface Body extends Settings {
  readonly series: readonly (readonly [run: string, tag: string, since?: { count: number }])[];
}

// The engine: every series has as many points as its run is long.
const engine = vi.hoisted(() => ({
  lengths: new Map<string, number>(),
  bodies: [] as unknown[],
}));
vi.mock('$web/api/request', async (original) => ({
  ...(await original<typeof RequestModule>()),
  postForBytes: (_: string, body: unknown) => {
    engine.bodies.push(body);
    return Promise.resolve(body);
  },
}));
vi.mock('$web/api/columns', async (original) => ({
  ...(await original()),
  parseColumns: (body: Body) => ({ tables: body.series.map(answer) }),
}));

function answer([run, tag, since]: Body['series'][number], index: number): Table {
  const count = engine.lengths.get(run) ?? 0;
  const from = since?.count ?? 0;
  const rest = Float64Array.from({ length: count - from }, (_, i) => from + i);
  return {
    facts: {
      run,
      tag,
      index,
      revision: 'r',
      count,
      settled: count,
      unsettled_rows: 0,
      from_ordinal: from,
      attempts: 1,
    },
    columns: new Map([
      ['step', rest],
      ['wall_time', rest],
      ['value', rest],
    ]),
  };
}

const settings: Settings = {
  x: 'step',
  from: null,
  to: null,
  pixels: 64,
  smoothing: 0,
  attempts: 'latest',
};

let stop: () => void;
let question = $state.raw<Question | undefined>();
let live: LiveSeries;

beforeEach(() => {
  engine.lengths = new Map([
    ['a', 2],
    ['b', 2],
  ]);
  engine.bodies = [];
  ask('a', 'b');
  stop = $effect.root(() => {
    live = liveSeries(() => question);
  });
});

afterEach(() => {
  stop();
});

function ask(...runs: string[]): void {
  question = { tag: 'loss', runs, settings };
}

function known(run: string): ArrayLike<number> | undefined {
  return live.value?.byRun.get(run)?.values;
}

async function until(run: string, values: readonly number[]): Promise<void> {
  await vi.waitFor(() => {
    expect(known(run)).toEqual(Float64Array.from(values));
  });
}

test.each([new Set(['a']), 'all' as const])(
  'a run that grows while it is hidden is whole when it is shown again (%s)',
  async (grown) => {
    await until('a', [0, 1]);
    ask('b');
    await vi.waitFor(() => {
      expect(live.late).toBe(false);
    });
    engine.lengths.set('a', 4);
    live.grow(grown);
    ask('a', 'b');
    await until('a', [0, 1, 2, 3]);
    expect(JSON.stringify(engine.bodies.at(-1))).toContain(
      '["a","loss",{"revision":"r","count":2}]',
    );
  },
);

test('growth is not forgotten while nothing is asked', async () => {
  await until('a', [0, 1]);
  question = undefined;
  await Promise.resolve();
  engine.lengths.set('a', 3);
  live.grow(new Set(['a']));
  ask('a', 'b');
  await until('a', [0, 1, 2]);
});

test('a run that nobody shows asks for nothing', async () => {
  await until('a', [0, 1]);
  live.grow(new Set(['c']));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(engine.bodies).toHaveLength(1);
});
