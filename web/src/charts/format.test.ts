import { describe, expect, it } from 'vitest';
import { formatDuration, formatNumber, formatStep, formatWallTime, shortenMiddle } from './format';

const plain = (text: string) => text.replaceAll('\u202f', '_').replaceAll('\u2212', '-');

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [3, '3'],
    [-42, '-42'],
    [12345, '12_345'],
    [99999, '99_999'],
    [0.25, '0.2500'],
    [0.22842, '0.2284'],
    [-1.5, '-1.500'],
    [1234.56, '1235'],
    [54321.9, '54_322'],
    [99999.9, '100.0k'],
    [100000, '100.0k'],
    [1234567, '1.235M'],
    [999999, '1.000M'],
    [2.5e9, '2.500G'],
    [1e21, '1.000e21'],
    [0.001, '0.001000'],
    [0.00099999, '0.001000'],
    [0.000123456, '1.235e-4'],
    [-3e-300, '-3.000e-300'],
    [Number.NaN, 'NaN'],
    [Infinity, '+∞'],
    [-Infinity, '-∞'],
  ])('%d reads %s', (value, text) => {
    expect(plain(formatNumber(value))).toBe(text);
  });

  it('never shows more than four digits that are not exact', () => {
    for (let exponent = -12; exponent < 20; ++exponent) {
      const digits = plain(formatNumber(1.23456789 * 10 ** exponent))
        .replace(/e.*/, '')
        .replace(/^0\.0*/, '')
        .replace(/\D/g, '');
      expect(digits.length).toBeLessThanOrEqual(5);
      expect(digits).toMatch(/^123[45]/);
    }
  });
});

describe('formatStep', () => {
  it('is exact to the last digit', () => {
    expect(plain(formatStep(9007199254740993n))).toBe('9_007_199_254_740_993');
    expect(plain(formatStep(-12000n))).toBe('-12_000');
    expect(plain(formatStep(6200))).toBe('6_200');
    expect(plain(formatStep(0.5))).toBe('0.5000');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [0.25, '0.25 s'],
    [9.999, '10 s'],
    [12.34, '12.3 s'],
    [59.97, '1 min'],
    [2472, '41 min 12 s'],
    [3600, '1 h'],
    [7500, '2 h 5 min'],
    [277200, '3 d 5 h'],
    [-90, '-1 min 30 s'],
    [Number.NaN, 'NaN'],
  ])('%d reads %s', (seconds, text) => {
    expect(plain(formatDuration(seconds))).toBe(text);
  });
});

it('formats moments in local time', () => {
  const seconds = new Date(2025, 10, 21, 4, 3, 2).getTime() / 1000;
  expect(formatWallTime(seconds)).toBe('2025-11-21 04:03:02');
});

it('keeps the tail that differs when it shortens a name', () => {
  const short = shortenMiddle('experiments/2025/vit-small/seed-17', 20);
  expect(short).toHaveLength(20);
  expect(short.startsWith('experim')).toBe(true);
  expect(short.endsWith('all/seed-17')).toBe(true);
  expect(shortenMiddle('short', 20)).toBe('short');
});
