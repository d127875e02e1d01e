import { describe, expect, it } from 'vitest';
import { ColumnExtents, simplify, Trace, traceDots, traceLine } from './decimate';
import { makeScale, toPixel } from './scales';
import type { Scale } from './scales';

const width = 300;
const height = 100;

function trace(
  x: number[],
  y: number[],
  domainX: [number, number],
  domainY: [number, number],
  column = 1,
) {
  const scaleX = makeScale(domainX, [0, width]);
  const scaleY = makeScale(domainY, [height, 0]);
  const out = new Trace();
  const dots = new Trace();
  traceLine(Float64Array.from(x), Float64Array.from(y), scaleX, scaleY, column, out, dots);
  return { vertices: pairs(out), dots: pairs(dots), scaleX, scaleY };
}

function pairs(out: Trace): [number, number][] {
  return Array.from({ length: out.length }, (_, i): [number, number] => [
    out.xy[i * 2] as number,
    out.xy[i * 2 + 1] as number,
  ]);
}

const drawn = (vertices: [number, number][]) => vertices.filter(([x]) => !Number.isNaN(x));

// Park and Miller's generator: the same sequence on every machine.
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

describe('a sparse line', () => {
  it('keeps every point exactly', () => {
    const { vertices } = trace([0, 10, 20, 30], [0, 1, 0.5, 0.25], [0, 30], [0, 1]);
    expect(drawn(vertices)).toEqual([
      [0, 100],
      [100, 0],
      [200, 50],
      [300, 75],
    ]);
  });

  it('has gaps where values are not finite', () => {
    const { vertices, dots } = trace(
      [0, 10, 20, 30, 40],
      [0, 1, NaN, 1, Infinity],
      [0, 40],
      [0, 1],
    );
    expect(vertices.map(([x]) => x)).toEqual([0, 75, NaN, 225, NaN]);
    expect(dots).toEqual([[225, 0]]);
  });

  it('shows a single point, and many in one place, as a dot', () => {
    expect(trace([5], [0.5], [0, 10], [0, 1]).dots).toEqual([[150, 50]]);
    expect(trace([5, 5, 5], [0.5, 0.5, 0.5], [0, 10], [0, 1]).dots).toEqual([[150, 50]]);
  });

  it('reaches the edges when it is zoomed into', () => {
    const { vertices } = trace([0, 100], [0, 1], [40, 60], [0, 1]);
    const [a, b] = drawn(vertices) as [[number, number], [number, number]];
    expect(a[0]).toBeLessThanOrEqual(0);
    expect(b[0]).toBeGreaterThanOrEqual(width);
    // On the true line: y = x / 100.
    expect(a[1] + (a[0] / width) * 20).toBeCloseTo(60);
    expect(b[1] + ((b[0] - width) / width) * 20).toBeCloseTo(40);
  });

  it('stays where it belongs however deep the zoom', () => {
    const { vertices } = trace([0, 1e9], [0, 1], [5e8, 5e8 + 1e-3], [0, 1]);
    for (const [x, y] of drawn(vertices)) {
      expect(Math.abs(x)).toBeLessThan(1000);
      expect(y).toBeCloseTo(50);
    }
  });

  it('leaves the plot and comes back', () => {
    const { vertices } = trace([0, 10, 20, 30], [0, 1, 1, 0], [12, 18], [0, 1]);
    expect(drawn(vertices)).toHaveLength(2);
    const back = trace([15, 100, 15], [0, 0.5, 1], [0, 30], [0, 1]).vertices;
    expect(back.filter(([x]) => Number.isNaN(x))).toHaveLength(2);
    expect(drawn(back)).toHaveLength(4);
  });

  it('draws points of equal x as an upright', () => {
    const { vertices } = trace([0, 0, 0], [0.2, 0.8, 0.4], [-1, 1], [0, 1]);
    expect(drawn(vertices)).toEqual([
      [150, expect.closeTo(80)],
      [150, expect.closeTo(20)],
    ]);
  });
});

describe('a dense line', () => {
  it.each([1, 2, 3, 4, 5])('loses no spike and keeps the budget (seed %i)', (seed) => {
    const next = random(seed);
    const n = 20_000;
    const x = Array.from({ length: n }, (_, i) => i + next());
    const y = x.map(() => (next() < 0.001 ? 1000 * (next() - 0.5) : next()));
    for (const column of [0.5, 1, 2]) {
      const domain: [number, number] = seed % 2 === 0 ? [0, n] : [n / 3, n / 2];
      const { vertices, scaleX, scaleY } = trace(x, y, domain, [-500, 500], column);
      expect(vertices.length).toBeLessThanOrEqual(2 * (width / column + 20));
      expectSameExtents(x, y, scaleX, scaleY, column, drawn(vertices));
    }
  });

  it('keeps the order in which low and high came', () => {
    const { vertices } = trace([0, 0.001, 0.002, 1], [0.5, 1, 0, 0.5], [0, 1], [0, 1]);
    expect(drawn(vertices).map(([, y]) => y)).toEqual([0, 100, 50]);
  });

  it('keeps every gap between stretches of many points', () => {
    const x = Array.from({ length: 9000 }, (_, i) => i);
    const y = x.map((i) => (i % 3000 === 2999 ? NaN : i % 7));
    const { vertices } = trace(x, y, [0, 9000], [0, 7]);
    expect(vertices.filter(([vx]) => Number.isNaN(vx))).toHaveLength(3);
  });

  it('keeps its budget and its extents when x jumps back and forth', () => {
    const next = random(9);
    const x = Array.from({ length: 50_000 }, () => next() * 100);
    const y = x.map(() => next());
    const { vertices, scaleX, scaleY } = trace(x, y, [0, 100], [0, 1]);
    expect(vertices.length).toBeLessThanOrEqual(2 * (width + 4) + 1);
    const highest = Math.min(...drawn(vertices).map(([, py]) => py));
    expect(highest).toBeCloseTo(toPixel(scaleY, Math.max(...y)));
    expect(toPixel(scaleX, 0)).toBe(0);
  });
});

// In every column wholly inside the plot, what is drawn is as low and as high as the data.
function expectSameExtents(
  x: number[],
  y: number[],
  scaleX: Scale,
  scaleY: Scale,
  column: number,
  vertices: [number, number][],
) {
  const columnOf = (px: number) => Math.floor((px + 4) / column);
  const of = (points: [number, number][]) => {
    const extents = new Map<number, [number, number]>();
    for (const [px, py] of points) {
      if (px <= 0 || px >= width) continue;
      const [low, high] = extents.get(columnOf(px)) ?? [Infinity, -Infinity];
      extents.set(columnOf(px), [Math.min(low, py), Math.max(high, py)]);
    }
    return extents;
  };
  const points = x.map((v, i): [number, number] => [
    toPixel(scaleX, v),
    toPixel(scaleY, y[i] as number),
  ]);
  expect(of(vertices)).toEqual(of(points));
}

describe('a band', () => {
  it('covers every point, two vertices a column, one outline a stretch', () => {
    const next = random(3);
    const x = Float64Array.from({ length: 10_000 }, (_, i) => i);
    const y = x.map((i) => (i === 5000 ? NaN : next()));
    const scaleX = makeScale([0, 9999], [0, width]);
    const scaleY = makeScale([0, 1], [height, 0]);
    const extents = new ColumnExtents();
    extents.measure(x, y, scaleX, scaleY, 2);
    const out = new Trace();
    extents.appendOutlines(out);
    const vertices = pairs(out);
    expect(vertices.filter(([px]) => Number.isNaN(px))).toHaveLength(2);
    expect(vertices.length).toBeLessThanOrEqual(2 * (width / 2 + 2) + 2);
    const ys = drawn(vertices).map(([, py]) => py);
    expect(Math.min(...ys)).toBeCloseTo(toPixel(scaleY, Math.max(...y.filter(Number.isFinite))));
    expect(Math.max(...ys)).toBeCloseTo(toPixel(scaleY, Math.min(...y.filter(Number.isFinite))));
  });
});

describe('dots', () => {
  it('mark each pixel once', () => {
    const out = new Trace();
    const x = Float64Array.from({ length: 5000 }, () => 0);
    const y = Float64Array.from({ length: 5000 }, (_, i) => i / 5000);
    traceDots(x, y, makeScale([-1, 1], [0, width]), makeScale([0, 1], [height, 0]), out);
    expect(out.length).toBeLessThanOrEqual(height + 1);
    expect(out.length).toBeGreaterThan(height - 2);
  });
});

describe('simplifying', () => {
  const build = (points: [number, number][]) => {
    const out = new Trace();
    for (const [x, y] of points) out.push(x, y);
    return out;
  };

  it('leaves out what a straight stroke passes anyway, and no more', () => {
    const next = random(4);
    for (const noise of [0, 0.1, 1, 10]) {
      const points = Array.from({ length: 2000 }, (_, i): [number, number] => [
        i / 2,
        50 + 40 * Math.sin(i / 200) + noise * next(),
      ]);
      const out = build(points);
      simplify(out, 0.2);
      const kept = pairs(out);
      for (const [x, y] of points) expect(Math.abs(heightAt(kept, x) - y)).toBeLessThan(0.2 + 1e-9);
      if (noise === 0) expect(kept.length).toBeLessThan(points.length / 10);
      expect(kept[0]).toEqual(points[0]);
      expect(kept.at(-1)).toEqual(points.at(-1));
    }
  });

  it('keeps gaps, uprights and steps back', () => {
    const points: [number, number][] = [
      [0, 0],
      [1, 0],
      [2, 0],
      [NaN, NaN],
      [3, 0],
      [3, 9],
      [3, 5],
      [2, 5],
      [NaN, NaN],
      [7, 7],
      [NaN, NaN],
    ];
    const out = build(points);
    simplify(out, 0.2);
    expect(pairs(out)).toEqual(points.filter((_, i) => i !== 1));
  });
});

function heightAt(points: [number, number][], x: number): number {
  const after = points.findIndex(([px]) => px >= x);
  const [bx, by] = points[after] ?? [NaN, NaN];
  const [ax, ay] = points[after - 1] ?? [bx, by];
  return bx === ax ? by : ay + ((x - ax) / (bx - ax)) * (by - ay);
}
