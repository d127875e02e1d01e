import { describe, expect, it } from 'vitest';
import { crosshairAt, nearestIndex, neighbourX } from './nearest';
import { makeScale } from './scales';
import { makeLine } from './testing';

const scaleX = makeScale([0, 100], [0, 100]);
const scaleY = makeScale([0, 1], [100, 0]);

describe('nearestIndex', () => {
  it('agrees with looking at every point', () => {
    const sorted = Float64Array.from([0, 1, 1, 4, 9, 9, 20]);
    const shuffled = Float64Array.from([9, 0, 20, 1, 4, 9, 1]);
    for (let value = -2; value < 25; value += 0.3) {
      const least = Math.min(...Array.from(sorted, (x) => Math.abs(x - value)));
      for (const x of [sorted, shuffled]) {
        expect(Math.abs((x[nearestIndex(x, value)] as number) - value)).toBe(least);
      }
    }
    expect(nearestIndex(new Float64Array(), 1)).toBe(-1);
  });
});

describe('the crosshair', () => {
  const a = makeLine({ key: 'a', x: [0, 50, 100], y: [0, 0.2, 1] });
  const b = makeLine({ key: 'b', x: [0, 40, 80], y: [1, 0.8, 0.6] });

  it('snaps to the nearest x of any line', () => {
    const crosshair = crosshairAt([a, b], scaleX, scaleY, 43, 30);
    expect(crosshair?.value).toBe(40);
    expect(crosshair?.hits.map((hit) => [hit.line.key, hit.index])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('knows the nearest line', () => {
    expect(crosshairAt([a, b], scaleX, scaleY, 43, 30)?.nearest?.line.key).toBe('b');
    expect(crosshairAt([a, b], scaleX, scaleY, 43, 90)?.nearest?.line.key).toBe('a');
  });

  it('chooses by height among points of equal x', () => {
    const upright = makeLine({ x: [0, 0, 0, 0], y: [0.1, 0.9, 0.5, NaN] });
    const at = (y: number) => crosshairAt([upright], scaleX, scaleY, 5, y)?.nearest?.index;
    expect([at(92), at(12), at(48)]).toEqual([0, 1, 2]);
  });

  it('reaches values without a place, which are never nearest', () => {
    const broken = makeLine({ x: [0, 50], y: [0.5, NaN] });
    const crosshair = crosshairAt([broken], scaleX, scaleY, 49, 50);
    expect(crosshair?.hits[0]?.index).toBe(1);
    expect(crosshair?.nearest).toBeNull();
  });

  it('is nowhere without points', () => {
    expect(crosshairAt([], scaleX, scaleY, 5, 5)).toBeNull();
    expect(crosshairAt([makeLine({ x: [], y: [] })], scaleX, scaleY, 5, 5)).toBeNull();
  });
});

it('steps through the points of all lines', () => {
  const lines = [
    makeLine({ x: [0, 10, 10, 30], y: [0, 0, 0, 0] }),
    makeLine({ x: [20, 5, NaN], y: [0, 0, 0] }),
  ];
  const seen: number[] = [];
  for (let x: number | null = -1; x !== null; x = neighbourX(lines, x, 1)) seen.push(x);
  expect(seen).toEqual([-1, 0, 5, 10, 20, 30]);
  expect(neighbourX(lines, 20, -1)).toBe(10);
  expect(neighbourX(lines, 0, -1)).toBeNull();
});
