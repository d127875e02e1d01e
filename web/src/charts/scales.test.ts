import { expect, it } from 'vitest';
import { flatOf, makeScale, makeXScale, placesOf, toPixel, toValue } from './scales';

it('maps and inverts straight lines', () => {
  const scale = makeScale([10, 20], [100, 0]);
  expect(toPixel(scale, 10)).toBe(100);
  expect(toPixel(scale, 15)).toBe(50);
  expect(toValue(scale, 0)).toBe(20);
});

it('maps and inverts logarithms, and has no place for what is not positive', () => {
  const scale = makeScale([0.01, 100], [0, 400], 'log');
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

it('spreads out both sides of zero and comes back', () => {
  const scale = makeScale([-1000, 1000], [0, 200], 'symlog');
  expect(toPixel(scale, 0)).toBeCloseTo(100);
  expect(toPixel(scale, -1000)).toBeCloseTo(0);
  // A hundredth of the range has a third of the axis.
  expect(toPixel(scale, 10) - 100).toBeGreaterThan(30);
  for (const value of [-1000, -3, -0.01, 0, 0.5, 70, 1000]) {
    expect(toValue(scale, toPixel(scale, value))).toBeCloseTo(value, 6);
  }
});

it('has the same places for a column as for each of its values', () => {
  const values = Float64Array.of(-1, 0, 0.5, 10, NaN, Infinity);
  for (const scale of [
    makeScale([0.1, 10], [0, 100], 'log'),
    makeScale([-10, 10], [0, 100], 'symlog'),
    // Another curve over the same column.
    makeXScale([0, 1000], [0, 100], 'symlog'),
  ]) {
    const pixels = Array.from(
      placesOf(values, scale),
      (place) => (place - scale.origin) * scale.factor + scale.range[0],
    );
    expect(pixels).toEqual(Array.from(values, (value) => toPixel(scale, value)));
  }
  const straight = makeScale([0, 1], [0, 100]);
  expect(placesOf(values, straight)).toBe(values);
});

it('keeps the places of a column while a zoom goes on', () => {
  const values = Float64Array.of(-1, 0, 1);
  const at = (high: number) => placesOf(values, makeScale([-1, high], [0, 100], 'symlog'));
  expect(at(2000)).toBe(at(5000));
  expect(flatOf([-2000, 5])).toBe(1);
  expect(flatOf([0, 0.5])).toBeCloseTo(1e-4, 12);
  expect(flatOf([0, 0])).toBe(1);
});
