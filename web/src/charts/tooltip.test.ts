import { describe, expect, it } from 'vitest';
import { crosshairAt } from './nearest';
import { makeScale } from './scales';
import { makeLine } from './testing';
import { makeTooltip, sortHits } from './tooltip';
import type { Line } from './types';

const scaleX = makeScale([0, 100], [0, 400]);
const scaleY = makeScale([0, 100], [400, 0]);

function at(lines: Line[], x: number, y: number) {
  const crosshair = crosshairAt(lines, scaleX, scaleY, x, y);
  if (crosshair === null) throw new Error('no crosshair');
  return crosshair;
}

const constant = (key: string, value: number) =>
  makeLine({ key, x: [0, 50, 100], y: [value, value, value] });

describe('rows', () => {
  const lines = [30, 10, NaN, 20].map((value, i) => constant(`run${i}`, value));

  it('are sorted as chosen, values without a place last', () => {
    const keys = (sort: Parameters<typeof sortHits>[1]) =>
      sortHits(at(lines, 50, 330).hits, sort).map((hit) => hit.line.key);
    expect(keys('default')).toEqual(['run0', 'run1', 'run2', 'run3']);
    expect(keys('ascending')).toEqual(['run1', 'run3', 'run0', 'run2']);
    expect(keys('descending')).toEqual(['run0', 'run3', 'run1', 'run2']);
    expect(keys('nearest')).toEqual(['run3', 'run1', 'run0', 'run2']);
  });

  it('are at most eight, the nearest always among them', () => {
    const many = Array.from({ length: 20 }, (_, i) => constant(`run${i}`, i * 5));
    const tooltip = makeTooltip(at(many, 50, 400 - 17 * 20), 'default', 'step', []);
    expect(tooltip.rows).toHaveLength(8);
    expect(tooltip.more).toBe(12);
    expect(tooltip.rows.filter((row) => row.isNearest).map((row) => row.key)).toEqual(['run17']);
  });

  it('say when a line has ended before', () => {
    const tooltip = makeTooltip(
      at([constant('a', 1), makeLine({ key: 'b', x: [0, 10], y: [2, 2] })], 100, 0),
      'default',
      'step',
      [],
    );
    expect(tooltip.rows.map((row) => row.isAway)).toEqual([false, true]);
    expect(tooltip.rows.map((row) => row.step)).toEqual(['100', '10']);
  });
});

describe('the title', () => {
  it('says what all rows share', () => {
    const tooltip = makeTooltip(
      at([constant('a', 1), constant('b', 2)], 50, 0),
      'default',
      'step',
      [],
    );
    expect(tooltip.title[0]).toBe('step 50');
    expect(tooltip.title[1]).toBe('1 s');
    expect(tooltip.columns).toEqual({ raw: false, step: false, relative: false, wall: false });
  });

  it('leaves to columns what rows do not share', () => {
    const late = { ...constant('b', 2), wallTimes: Float64Array.from([5, 6, 9], (s) => 1.7e9 + s) };
    const tooltip = makeTooltip(at([constant('a', 1), late], 50, 0), 'default', 'relative', []);
    expect(tooltip.columns).toMatchObject({ relative: true, wall: true });
    expect(tooltip.rows.map((row) => row.relative)).toEqual(['1 s', '6 s']);
  });
});

it('shows raw values beside smoothed ones, and counts marks', () => {
  const line = makeLine({ key: 'a', x: [0, 50], y: [1, 2], raw: [1, NaN] });
  const mark = { kind: 'nan', x: 200, until: 200, y: 0, line, count: 3 } as const;
  const tooltip = makeTooltip(at([line], 50, 0), 'default', 'step', [mark]);
  expect(tooltip.rows[0]?.raw).toBe('NaN');
  expect(tooltip.notes).toEqual(['a: 3 × NaN']);
});
