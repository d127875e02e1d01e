import { describe, expect, test } from 'vitest';
import type { Table } from '$web/api/columns';
import { goldenTables } from './golden';
import {
  covers,
  damageOf,
  formatLimits,
  formatScales,
  formatStretch,
  formatZooms,
  grouped,
  isAtOneStep,
  isOvergrown,
  merged,
  parseLimits,
  parseScales,
  parseStretch,
  parseZooms,
  sectionsOf,
  toLines,
  type Series,
} from './model';

interface Answer {
  readonly from?: number;
  readonly count?: number;
  readonly steps: readonly number[];
  readonly values?: readonly number[];
  readonly smoothed?: readonly number[];
  readonly attempt?: readonly number[];
  readonly unsettled?: number;
}

/** A table as the engine answers it. */
function table(answer: Answer): Table {
  const { from = 0, steps, values = steps, smoothed, attempt, unsettled = 0 } = answer;
  const count = answer.count ?? from + steps.length;
  const columns = new Map<string, Float64Array | BigInt64Array | Uint32Array>([
    ['step', BigInt64Array.from(steps, BigInt)],
    ['wall_time', Float64Array.from(steps, (step) => 1000 + step / 4)],
    ['value', Float64Array.from(values)],
  ]);
  if (smoothed) columns.set('smoothed', Float64Array.from(smoothed));
  if (attempt) columns.set('attempt', Uint32Array.from(attempt));
  const facts = {
    run: 'a',
    tag: 'loss',
    index: 0,
    revision: '9c1',
    count,
    settled: count - unsettled,
    unsettled_rows: unsettled,
    from_ordinal: from,
    attempts: 1 + Math.max(0, ...(attempt ?? [])),
    superseded: 0,
  };
  return { facts, columns };
}

const series = (answer: Answer) => merged(undefined, table(answer));
const runs = [
  { name: 'a', label: 'a', color: '#112233' },
  { name: 'b', label: 'b', color: '#445566' },
];

describe('an answer', () => {
  test('becomes a series', () => {
    const one = series({ steps: [0, 1, 2], smoothed: [0, 0.5, 1] });
    expect(one).toMatchObject({ run: 'a', revision: '9c1', count: 3, wholeLength: 3 });
    expect(one.steps).toEqual(BigInt64Array.of(0n, 1n, 2n));
    expect(one.smoothed).toEqual(Float64Array.of(0, 0.5, 1));
    expect(one.attempt).toBeNull();
  });

  test('with what is new is appended', () => {
    const first = series({ steps: [0, 1], smoothed: [0, 1] });
    const both = merged(first, table({ from: 2, steps: [2, 3], smoothed: [2, 3] }));
    expect(Array.from(both.values)).toEqual([0, 1, 2, 3]);
    expect(both.steps).toEqual(BigInt64Array.of(0n, 1n, 2n, 3n));
    expect(Array.from(both.smoothed ?? [])).toEqual([0, 1, 2, 3]);
    expect(both).toMatchObject({ count: 4, wholeLength: 2 });
    expect(Array.from(first.values)).toEqual([0, 1]);
  });

  test('with nothing new keeps the arrays, so that nothing is drawn again', () => {
    const first = series({ steps: [0, 1] });
    const next = merged(first, table({ from: 2, steps: [] }));
    expect(next.values).toBe(first.values);
    expect(next.count).toBe(2);
  });

  test('replaces the last rows where they were not settled', () => {
    const first = series({ steps: [0, 1, 2], smoothed: [0, 1, 1.5], unsettled: 2 });
    expect(first.settled).toBe(1);
    const more = table({ from: 1, steps: [1, 2, 3], smoothed: [1, 2, 2.5], unsettled: 1 });
    const both = merged(first, more);
    expect(both.steps).toEqual(BigInt64Array.of(0n, 1n, 2n, 3n));
    expect(Array.from(both.smoothed ?? [])).toEqual([0, 1, 2, 2.5]);
    expect(both).toMatchObject({ count: 4, settled: 3, unsettledRows: 1, wholeLength: 1 });
  });

  test('that is whole replaces', () => {
    const first = series({ steps: [0, 1, 2] });
    const next = merged(first, table({ steps: [5] }));
    expect(Array.from(next.values)).toEqual([5]);
    expect(next.wholeLength).toBe(1);
  });

  test('is asked for as a whole again when much was appended', () => {
    let one = series({ steps: [0] });
    expect(isOvergrown(one, 320)).toBe(false);
    one = merged(one, table({ from: 1, steps: Array.from({ length: 700 }, (_, i) => i + 1) }));
    expect(isOvergrown(one, 320)).toBe(true);
    expect(isOvergrown(one, 640)).toBe(false);
  });
});

describe('lines', () => {
  const one = series({ steps: [10, 20, 30], values: [3, 2, 1], smoothed: [3, 2.5, 2] });
  const byRun = new Map<string, Series | null>([
    ['a', one],
    ['b', null],
  ]);

  test('have smoothed values in front and raw ones behind', () => {
    const [line, ...others] = toLines(byRun, runs, 'step');
    expect(others).toEqual([]);
    expect(line).toMatchObject({ key: 'a', label: 'a', color: '#112233', count: 3, start: 1002.5 });
    expect(Array.from(line?.y ?? [])).toEqual([3, 2.5, 2]);
    expect(Array.from(line?.raw ?? [])).toEqual([3, 2, 1]);
  });

  test('have nothing behind without smoothing', () => {
    const plain = new Map([['a', series({ steps: [0, 1] })]]);
    expect(toLines(plain, runs, 'step')[0]?.raw).toBeNull();
  });

  test.each([
    ['step', [10, 20, 30]],
    ['relative', [0, 2.5, 5]],
    ['wall', [1002.5, 1005, 1007.5]],
  ] as const)('stand over %s', (axis, x) => {
    expect(Array.from(toLines(byRun, runs, axis)[0]?.x ?? [])).toEqual(x);
  });

  test('of a window count relative time from where the whole series begins', () => {
    const window = new Map([['a', series({ steps: [20, 30] })]]);
    const [line] = toLines(window, runs, 'relative', byRun);
    expect(Array.from(line?.x ?? [])).toEqual([2.5, 5]);
    expect(line?.start).toBe(1002.5);
  });

  test('come in the order of the runs', () => {
    const both = new Map([
      ['b', one],
      ['a', one],
    ]);
    expect(toLines(both, runs, 'step').map(({ key }) => key)).toEqual(['a', 'b']);
  });

  test('keep their arrays while their series stays', () => {
    const before = toLines(byRun, runs, 'relative')[0];
    const after = toLines(new Map(byRun), runs, 'relative')[0];
    expect(after?.x).toBe(before?.x);
    expect(after?.y).toBe(before?.y);
  });

  test('are split into attempts, of which the last is the run itself', () => {
    const restarted = series({ steps: [0, 1, 2, 1, 2, 3], attempt: [0, 0, 0, 1, 1, 1] });
    const lines = toLines(new Map([['a', restarted]]), runs, 'step');
    expect(lines.map(({ label }) => label)).toEqual(['a (attempt 1)', 'a (attempt 2)']);
    expect(lines.map(({ dashed }) => dashed)).toEqual([true, false]);
    expect(lines[1]?.key).toBe('a');
    expect(new Set(lines.map(({ key }) => key)).size).toBe(2);
    expect(Array.from(lines[1]?.x ?? [])).toEqual([1, 2, 3]);
  });

  test('of no points are lines all the same', () => {
    const empty = new Map([['a', series({ steps: [] })]]);
    expect(toLines(empty, runs, 'step')[0]?.x).toHaveLength(0);
  });
});

test('series at one step are told from others', () => {
  const flat = series({ steps: [0, 0, 0] });
  const single = series({ steps: [7] });
  const usual = series({ steps: [0, 1] });
  expect(isAtOneStep(new Map([['a', flat]]))).toBe(true);
  expect(
    isAtOneStep(
      new Map<string, Series | null>([
        ['a', flat],
        ['b', single],
        ['c', null],
      ]),
    ),
  ).toBe(true);
  expect(isAtOneStep(new Map([['a', single]]))).toBe(false);
  expect(
    isAtOneStep(
      new Map([
        ['a', flat],
        ['b', usual],
      ]),
    ),
  ).toBe(false);
  expect(isAtOneStep(new Map())).toBe(false);
});

test('tags are grouped by what stands before their first slash', () => {
  const tags = ['loss', 'train/a', 'train/b/c', 'val/a', 'lr'].map((tag) => ({
    tag,
    runs: 1,
    points: 1,
    display_name: '',
    description: '',
  }));
  const groups = grouped(tags).map(({ name, tags: members }) => [
    name,
    members.map(({ tag }) => tag),
  ]);
  expect(groups).toEqual([
    ['', ['loss', 'lr']],
    ['train', ['train/a', 'train/b/c']],
    ['val', ['val/a']],
  ]);
});

describe('zooms', () => {
  test('come back from the address', () => {
    const zooms = [
      ['a,b:c/%', { x: [-1.5, 200], y: null }],
      ['loss', { x: null, y: [0, 1e-9] }],
      ['wall', { x: [1700000000.125, 1700000001], y: [1, 2] }],
    ] as const;
    expect([...parseZooms(formatZooms(zooms))]).toEqual(zooms);
  });

  test('that show everything are not written', () => {
    expect(formatZooms([['loss', { x: null, y: null }]])).toBeUndefined();
    expect(
      formatZooms([
        ['loss', { x: [0, 1], y: null }],
        ['loss', { x: null, y: null }],
      ]),
    ).toBeUndefined();
  });

  test.each([
    undefined,
    '',
    'loss',
    'loss:1',
    'loss:2:1',
    'loss:a:b',
    'loss:1:NaN',
    ':::::',
    'loss:1:1',
  ])('%j is none', (value) => {
    expect(parseZooms(value).size).toBe(0);
  });

  test('know whether a window holds them', () => {
    expect(covers([0, 10], [0, 10])).toBe(true);
    expect(covers([0, 10], [-1, 5])).toBe(false);
    expect(covers([null, 10], [-1, 5])).toBe(true);
    expect(covers([null, 10], [-1, null])).toBe(false);
    expect(covers([0, null], [null, 5])).toBe(false);
  });
});

describe('the golden answers', () => {
  test('of a growing run join into one line', () => {
    const [whole, nothing, more] = goldenTables('growth');
    if (!whole || !nothing || !more) throw new Error('growth.test has fewer answers than that');
    const first = merged(undefined, whole);
    const second = merged(first, nothing);
    expect(second.values).toBe(first.values);
    const third = merged(second, more);
    expect(third.steps).toEqual(BigInt64Array.of(0n, 1n, 2n, 3n, 4n));
    expect(third.count).toBe(5);
  });

  test('of a line whose smoothing looks ahead join where it was settled', () => {
    const tables = goldenTables('smoothing_kinds');
    const at = tables.findIndex(({ facts }) => facts['from_ordinal'] === 4);
    const [whole, more] = [tables[at - 1], tables[at]];
    if (!whole || !more) throw new Error('smoothing_kinds.test has no growing line');
    const both = merged(merged(undefined, whole), more);
    expect(both.steps).toEqual(BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n, 6n));
    expect(Array.from(both.smoothed ?? [])).toEqual([3, 4.5, 6, 9, 24, 28.5, 35]);
  });

  test('of a restarted run are a line for each attempt when all are asked for', () => {
    const [latest, all] = goldenTables('restart');
    if (!latest || !all) throw new Error('restart.test has fewer answers than that');
    const shown = [{ name: 'train', label: 'train', color: '#112233' }];
    const lines = (table: Table) =>
      toLines(new Map([['train', merged(undefined, table)]]), shown, 'step');
    expect(lines(latest).map(({ x }) => Array.from(x))).toEqual([[0, 1, 2, 3, 4]]);
    expect(lines(all).map(({ x }) => Array.from(x))).toEqual([
      [0, 1, 2, 3],
      [2, 3, 4],
    ]);
  });

  test('keep what is not finite', () => {
    const [table] = goldenTables('nonfinite');
    if (!table) throw new Error('nonfinite.test has no answer');
    const { values } = merged(undefined, table);
    expect(Array.from(values)).toEqual([1, NaN, NaN, NaN, Infinity, -Infinity, 2, 3]);
  });
});

test('damage is told by the run that its file belongs to', () => {
  const at = (file: string) => ({ file, offset: 1, detail: '' });
  const stat = (severity: string, ...files: string[]) => ({
    name: '',
    severity,
    text: '',
    count: files.length,
    occurrences: files.map(at),
  });
  const damage = damageOf([
    stat('lost', 'a/b/events', 'events'),
    stat('repaired', 'a/b/events.2'),
    stat('info', 'c/events'),
  ]);
  expect([...damage]).toEqual([
    ['a/b', 2],
    ['.', 1],
  ]);
});

test('sections stand behind one another in the list', () => {
  const sections = sectionsOf([
    { prefix: '', tags: 2 },
    { prefix: 'train', tags: 3 },
  ]);
  expect(sections).toEqual([
    { name: '', label: 'no prefix', count: 2, first: 0 },
    { name: 'train', label: 'train', count: 3, first: 2 },
  ]);
  expect(sectionsOf([{ prefix: '', tags: 2 }])[0]?.label).toBe('all');
});

describe('limits', () => {
  test('come back from the address, one end alone too', () => {
    const limits = [
      ['train/loss:a,b', { x: [100, 250.5], y: [null, null] }],
      ['loss', { x: [null, 5400], y: [-1e-9, null] }],
      ['wall', { x: [1700000000.125, null], y: [0, 2] }],
    ] as const;
    expect([...parseLimits(formatLimits(limits))]).toEqual(limits);
  });

  test('that are none are not written', () => {
    expect(formatLimits([['loss', { x: [null, null], y: [null, null] }]])).toBeUndefined();
  });

  test.each([undefined, '', 'loss', 'loss:', 'loss:2:1', 'loss:a:b', 'loss::NaN:1:1', ':::::'])(
    '%j is none',
    (value) => {
      expect(parseLimits(value).size).toBe(0);
    },
  );
});

describe('scales of cards', () => {
  test('come back from the address', () => {
    const scales = [
      ['a:b,c', { x: undefined, y: 'log' }],
      ['loss', { x: 'symlog', y: undefined }],
      ['acc', { x: 'log', y: 'linear' }],
    ] as const;
    expect(formatScales(scales)).toBe('a%3Ab%2Cc:log,loss::symlog,acc:linear:log');
    expect([...parseScales(formatScales(scales))]).toEqual(scales);
  });

  test.each([undefined, '', 'loss', 'loss:cubic', 'loss::'])('%j says nothing', (value) => {
    expect(parseScales(value).size).toBe(0);
  });
});

test('a stretch for all cards comes back from the address', () => {
  for (const stretch of [null, [0, 100], [-1.5, 1700000000.125]] as const) {
    expect(parseStretch(formatStretch(stretch))).toEqual(stretch);
  }
  for (const none of ['', '1', '2:1', 'a:b', '1:1']) expect(parseStretch(none)).toBeNull();
});
