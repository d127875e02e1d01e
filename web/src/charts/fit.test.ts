import { describe, expect, it } from 'vitest';
import { extentOfX, extentOfY, fitX, fitY, limited } from './fit';
import { makeLine } from './testing';

describe('x', () => {
  it('covers all lines, sorted or not', () => {
    const lines = [makeLine({ x: [5, 2, 9], y: [0, 0, 0] }), makeLine({ x: [1, 3], y: [0, 0] })];
    expect(extentOfX(lines)).toEqual([1, 9]);
    expect(extentOfX([makeLine({ x: [0, Infinity], y: [0, 0] })])).toEqual([0, 0]);
    expect(extentOfX([])).toBeNull();
  });

  it('puts a single x in the middle', () => {
    expect(fitX([7, 7], 'step')).toEqual([6, 8]);
    expect(fitX(null, 'step')).toEqual([0, 1]);
  });
});

describe('y', () => {
  const spiky = makeLine({
    x: Array.from({ length: 100 }, (_, i) => i),
    y: Array.from({ length: 100 }, (_, i) => (i === 50 ? 1000 : i / 100)),
  });

  it('covers everything, or all but outliers', () => {
    expect(extentOfY([spiky], null, false, false)).toEqual([0, 1000]);
    const [low, high] = extentOfY([spiky], null, false, true) ?? [0, 0];
    expect(low).toBeCloseTo(0.05);
    expect(high).toBeCloseTo(0.95);
  });

  it('covers what a window shows', () => {
    expect(extentOfY([spiky], [10, 20], false, false)).toEqual([0.1, 0.2]);
    expect(extentOfY([spiky], [10.2, 10.4], false, false)).toEqual([0.1, 0.11]);
    const back = makeLine({ x: [0, 10, 5], y: [1, 2, 3] });
    expect(extentOfY([back], [4, 6], false, false)).toEqual([3, 3]);
  });

  it('covers raw values behind smoothed ones', () => {
    const line = makeLine({ x: [0, 1], y: [1, 2], raw: [-5, 9] });
    expect(extentOfY([line], null, false, false)).toEqual([-5, 9]);
  });

  it('sees only finite values, on a log axis only positive ones', () => {
    const line = makeLine({ x: [0, 1, 2, 3, 4], y: [NaN, -1, 0, 0.5, Infinity] });
    expect(extentOfY([line], null, false, false)).toEqual([-1, 0.5]);
    expect(extentOfY([line], null, true, false)).toEqual([0.5, 0.5]);
    expect(extentOfY([makeLine({ x: [0], y: [-1] })], null, true, false)).toBeNull();
  });

  it('shows zero when it is near, and never crosses it for air', () => {
    expect(fitY([0.1, 1], 'linear')[0]).toBe(0);
    expect(fitY([0.5, 1], 'linear')[0]).toBeGreaterThan(0.4);
    expect(fitY([-1, -0.1], 'linear')[1]).toBe(0);
    expect(fitY([0, 1], 'linear')[0]).toBe(0);
  });

  it('leaves air, but not much', () => {
    for (const extent of [
      [0.31, 0.9],
      [1e-7, 3e-7],
      [-4e5, 7e5],
      [1000, 1000.5],
    ] as const) {
      const [low, high] = fitY(extent, 'linear');
      const span = extent[1] - extent[0];
      expect(low).toBeLessThanOrEqual(extent[0]);
      expect(high).toBeGreaterThan(extent[1]);
      expect(high - low).toBeLessThan(span * 1.5);
    }
  });

  it('gives a constant a range', () => {
    expect(fitY([0, 0], 'linear')).toEqual([-1, 1]);
    expect(fitY([5, 5], 'linear')).toEqual([4.5, 5.5]);
    expect(fitY([5, 5], 'log')[1]).toBeCloseTo(7.5);
  });

  it('survives the ends of the number line', () => {
    const [low, high] = fitY([-Number.MAX_VALUE, Number.MAX_VALUE], 'linear');
    expect(Number.isFinite(high - low)).toBe(true);
  });
});

describe('ends that are chosen by hand', () => {
  it('replace those that fit, each alone', () => {
    expect(limited([0, 10], [null, null], 'linear')).toEqual([0, 10]);
    expect(limited([0, 10], [2, null], 'linear')).toEqual([2, 10]);
    expect(limited([0, 10], [null, 4], 'linear')).toEqual([0, 4]);
    expect(limited([0, 10], [-5, 50], 'linear')).toEqual([-5, 50]);
  });

  it('take the other end along where it would lie on the wrong side', () => {
    expect(limited([0, 10], [20, null], 'linear')).toEqual([20, 30]);
    expect(limited([0, 10], [null, -1], 'linear')).toEqual([-11, -1]);
    expect(limited([1, 10], [100, null], 'log')).toEqual([100, 1000]);
  });

  it('are none on a log axis when they have no place there', () => {
    expect(limited([0.1, 10], [0, 5], 'log')).toEqual([0.1, 5]);
    expect(limited([0.1, 10], [-1, 0], 'log')).toEqual([0.1, 10]);
  });
});

describe('axes that are not straight', () => {
  it('begin on a log axis where x is positive', () => {
    const line = makeLine({ x: [0, 1, 10, 100], y: [1, 1, 1, 1] });
    expect(extentOfX([line], true)).toEqual([1, 100]);
    expect(extentOfX([makeLine({ x: [-1, 0], y: [1, 1] })], true)).toBeNull();
    expect(extentOfX([makeLine({ x: [5, -1, 3], y: [1, 1, 1] })], true)).toEqual([3, 5]);
  });

  it('show all of both sides of zero with some air', () => {
    const [low, high] = fitY([-100, 1000], 'symlog');
    expect(low).toBeLessThan(-100);
    expect(high).toBeGreaterThan(1000);
    expect(high).toBeLessThan(3000);
    expect(fitY([0, 1000], 'symlog')[0]).toBe(0);
    expect(fitY([5, 5], 'symlog')).toEqual([4.5, 5.5]);
  });
});
