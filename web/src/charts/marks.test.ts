import { expect, it } from 'vitest';
import { collectMarks, describeMarks, marksNear } from './marks';
import { makeScale } from './scales';
import { makeLine } from './testing';

const scaleX = makeScale([0, 100], [0, 200]);
const scaleY = makeScale([0, 1], [100, 0]);

it('marks each kind where it belongs', () => {
  const line = makeLine({ x: [0, 20, 40, 60], y: [0.5, NaN, Infinity, -Infinity] });
  const marks = collectMarks(line, scaleX, scaleY);
  expect(marks.map(({ kind, x, y }) => [kind, x, y])).toEqual([
    ['nan', 40, 50],
    ['high', 80, 0],
    ['low', 120, 100],
  ]);
});

it('marks the raw values, not the smoothed ones', () => {
  const line = makeLine({ x: [0, 50], y: [1, 1], raw: [1, NaN] });
  expect(collectMarks(line, scaleX, scaleY)).toHaveLength(1);
});

it('joins what would overlap, and counts it', () => {
  const x = Array.from({ length: 1000 }, (_, i) => i / 10);
  const marks = collectMarks(
    makeLine({ x, y: x.map((_, i) => (i % 2 ? 1 : NaN)) }),
    scaleX,
    scaleY,
  );
  expect(marks.length).toBeLessThanOrEqual(26);
  expect(marks.reduce((sum, mark) => sum + mark.count, 0)).toBe(500);
});

it('marks both ends of a stretch', () => {
  const x = Array.from({ length: 1000 }, (_, i) => i / 10);
  const y = x.map((v) => (v >= 50 ? NaN : v >= 25 ? Infinity : 0.5));
  expect(
    collectMarks(makeLine({ x, y }), makeScale([0, 80], [0, 160]), scaleY).map((mark) => [
      mark.kind,
      mark.x,
      mark.until,
      mark.y,
      mark.count,
    ]),
  ).toEqual([
    ['high', 50, expect.closeTo(99.8), 0, 250],
    ['nan', 100, 160, 50, 500],
  ]);
});

it('explains what a log axis leaves out', () => {
  const line = makeLine({ key: 'a', x: [0, 1, 2], y: [1, 0, -2] });
  const marks = collectMarks(line, scaleX, makeScale([0.1, 10], [100, 0], 'log'));
  expect(describeMarks(marksNear(marks, 3))).toEqual([
    'a: 2 × not positive: no place on a log axis',
  ]);
  expect(collectMarks(line, scaleX, scaleY)).toEqual([]);
});

it('shows only what is in the window, and says when it knows only the least', () => {
  const line = { ...makeLine({ key: 'a', x: [0, 50, 200], y: [NaN, 1, NaN] }), count: 9 };
  const marks = collectMarks(line, scaleX, scaleY);
  expect(marks).toHaveLength(1);
  expect(describeMarks(marks)).toEqual(['a: ≥ 1 × NaN']);
});
