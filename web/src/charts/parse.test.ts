import { describe, expect, test } from 'vitest';
import { parseDuration, parseNumber, parseWallTime, parseX, typed } from './parse';

test.each([
  ['0.5', 0.5],
  ['1e-3', 1e-3],
  ['.25', 0.25],
  ['10k', 10_000],
  ['10K', 10_000],
  ['1.5M', 1_500_000],
  ['2m', 0.002],
  ['−2.5', -2.5],
  ['10\u202f000', 10_000],
])('%j is a number', (text, value) => {
  expect(parseNumber(text)).toBeCloseTo(value, 12);
});

test.each(['', 'abc', '1..2', '1e999', 'NaN', 'Infinity', '10 steps', '0x10'])(
  '%j is none',
  (text) => {
    expect(parseNumber(text)).toBeUndefined();
  },
);

describe('durations', () => {
  test.each([
    ['90', 90],
    ['1.5 s', 1.5],
    ['1h 30m', 5400],
    ['1h30min', 5400],
    ['2 d', 172_800],
    ['-10m', -600],
    ['1e3', 1000],
  ])('%j is one', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each(['', 'h', '1 h 2', 'soon', '5 weeks'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

test('a local time comes back from its field, to the millisecond', () => {
  for (const text of ['2026-11-22 06:30', '2026-11-22 06:30:15', '2026-11-22 06:30:15.250']) {
    expect(typed(parseWallTime(text) ?? null, 'wall')).toBe(text);
  }
  expect(parseWallTime('2026-11-22')).toBe(new Date(2026, 10, 22).getTime() / 1000);
  expect(parseWallTime('2026-02-31')).toBeUndefined();
  expect(parseWallTime('yesterday')).toBeUndefined();
});

test('a number comes back from its field', () => {
  for (const value of [0, -0.125, 1e-9, 123_456_789, 1.7e300]) {
    expect(parseX(typed(value, 'step'), 'step')).toBe(value);
    expect(parseX(typed(value, 'relative'), 'relative')).toBe(value);
  }
  expect(typed(null, 'y')).toBe('');
});
