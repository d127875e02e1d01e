import { describe, expect, it } from 'vitest';
import { makeLine, sceneOf } from './testing';
import { defaultSettings } from './types';
import type { XAxis } from './types';

const line = makeLine({ x: [0, 100], y: [0, 1] });

describe('tick labels', () => {
  const domains: Record<XAxis, [number, number]> = {
    step: [0, 1_234_567],
    relative: [0, 98_765],
    wall: [1.7e9, 1.7e9 + 98_765],
  };

  it('neither touch nor leave the chart, whatever the width', () => {
    for (const xAxis of ['step', 'relative', 'wall'] as const) {
      for (let width = 120; width < 1500; width += 37) {
        const settings = { ...defaultSettings, xAxis };
        const ranges = { x: domains[xAxis], y: [0, 1] } as const;
        const { xTicks, plot } = sceneOf([line], { width, settings, ranges });
        expect(xTicks.length).toBeLessThanOrEqual(8);
        let end = -Infinity;
        for (const tick of xTicks) {
          const half = (tick.label.length * 6) / 2;
          expect(tick.labelAt - half).toBeGreaterThanOrEqual(end);
          expect(tick.labelAt + half).toBeLessThanOrEqual(width);
          expect(tick.at).toBeGreaterThanOrEqual(plot.left - 0.5);
          expect(tick.at).toBeLessThanOrEqual(plot.right + 0.5);
          end = tick.labelAt + half + 12;
        }
      }
    }
  });

  it('get a gutter that they fit into, in steps that neighbours share', () => {
    const gutter = (y: [number, number]) => sceneOf([line], { ranges: { x: [0, 1], y } }).plot.left;
    expect(gutter([0, 1])).toBe(gutter([0, 0.01]));
    expect(gutter([1234.5, 1234.5003])).toBeGreaterThan(gutter([0, 1]));
    expect(gutter([1234.5, 1234.5003]) % 8).toBe(0);
  });
});

it('survives having no room at all', () => {
  const scene = sceneOf([line], { width: 10, height: 10 });
  expect(scene.plot.right).toBeGreaterThan(scene.plot.left);
  expect(scene.plot.bottom).toBeGreaterThan(scene.plot.top);
});
