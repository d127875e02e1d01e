import { describe, expect, it } from 'vitest';
import { makeScale, toPixel } from './scales';
import { wholeView } from './types';
import type { View } from './types';
import { isSameView, pan, scaleAt, zoomTo } from './viewport';

const whole = [0, 1000] as const;
const shown = (x = whole as readonly [number, number], log = false) => ({
  scaleX: makeScale(x, [40, 440]),
  scaleY: log ? makeScale([0.01, 100], [200, 0], 'log') : makeScale([0, 1], [200, 0]),
  whole,
});

describe('zooming to a rectangle', () => {
  it('changes the axes that were meant', () => {
    const from = { x: 340, y: 150 };
    const to = { x: 140, y: 50 };
    expect(zoomTo(wholeView, shown(), from, to, 'x')).toEqual({ x: [250, 750], y: null });
    expect(zoomTo(wholeView, shown(), from, to, 'y')).toEqual({ x: null, y: [0.25, 0.75] });
    expect(zoomTo(wholeView, shown(), from, to, 'both')).toEqual({
      x: [250, 750],
      y: [0.25, 0.75],
    });
  });

  it('stays in the plot', () => {
    const view = zoomTo(wholeView, shown([200, 400]), { x: -500, y: 0 }, { x: 240, y: 0 }, 'x');
    expect(view.x).toEqual([200, 300]);
  });

  it('knows logarithms', () => {
    const view = zoomTo(wholeView, shown(whole, true), { x: 0, y: 50 }, { x: 0, y: 150 }, 'y');
    expect(view.y?.[0]).toBeCloseTo(0.1);
    expect(view.y?.[1]).toBeCloseTo(10);
  });
});

describe('zooming at a point', () => {
  it('keeps what is under the pointer', () => {
    const at = { x: 140, y: 100 };
    const view = scaleAt(wholeView, shown(), at, at, 2, 'x');
    expect(view.x).toEqual([125, 625]);
    expect(toPixel(makeScale(view.x ?? [0, 1], [40, 440]), 250)).toBeCloseTo(140);
  });

  it('ends in the whole when it goes out', () => {
    const at = { x: 140, y: 100 };
    const view = scaleAt({ x: [100, 900], y: null }, shown([100, 900]), at, at, 0.5, 'x');
    expect(view.x).toBeNull();
  });

  it('never gets lost in too deep a zoom', () => {
    let view: View = wholeView;
    const at = { x: 333.3, y: 100 };
    for (let i = 0; i < 400; ++i) view = scaleAt(view, shown(view.x ?? whole), at, at, 1.5, 'x');
    const [low, high] = view.x ?? [0, 0];
    expect(high).toBeGreaterThan(low);
    expect(low).toBeLessThanOrEqual(733.25 + 1e-3);
    expect(high).toBeGreaterThanOrEqual(733.25 - 1e-3);
  });
});

describe('panning', () => {
  it('follows the hand and stops at the ends', () => {
    const view: View = { x: [400, 600], y: null };
    expect(pan(view, shown([400, 600]), -40, 30).x).toEqual([420, 620]);
    expect(pan(view, shown([400, 600]), 4000, 0).x).toEqual([0, 200]);
    expect(pan(wholeView, shown(), 50, 50)).toEqual(wholeView);
  });
});

it('compares views by what they show', () => {
  expect(isSameView({ x: [1, 2], y: null }, { x: [1, 2], y: null })).toBe(true);
  expect(isSameView({ x: [1, 2], y: null }, { x: [1, 3], y: null })).toBe(false);
  expect(isSameView({ x: [1, 2], y: null }, wholeView)).toBe(false);
});
