import { expect, it } from 'vitest';
import { makeScale, toPixel, toValue } from './scales';

it('maps and inverts straight lines', () => {
  const scale = makeScale([10, 20], [100, 0]);
  expect(toPixel(scale, 10)).toBe(100);
  expect(toPixel(scale, 15)).toBe(50);
  expect(toValue(scale, 0)).toBe(20);
});

it('maps and inverts logarithms, and has no place for what is not positive', () => {
  const scale = makeScale([0.01, 100], [0, 400], true);
  expect(toPixel(scale, 1)).toBeCloseTo(200);
  expect(toValue(scale, 300)).toBeCloseTo(10);
  expect(toPixel(scale, 0)).toBeNaN();
  expect(toPixel(scale, -1)).toBeNaN();
});

it('keeps its precision in a window of a millisecond at the epoch', () => {
  const now = 1763733130.25;
  const scale = makeScale([now, now + 0.001], [0, 1000]);
  expect(toPixel(scale, now + 0.0005)).toBeCloseTo(500, 0);
});

it('puts a domain without width in the middle', () => {
  const scale = makeScale([5, 5], [0, 100]);
  expect(toPixel(scale, 5)).toBe(50);
  expect(toValue(scale, 80)).toBe(5);
});
