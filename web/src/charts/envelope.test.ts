import { describe, expect, it } from 'vitest';
import { Trace } from './decimate';
import { appendEnvelope } from './envelope';

type Pair = [number, number];

function envelope(points: Pair[], columnWidth = 1, width = 1.5): Pair[] {
  const line = new Trace();
  for (const [x, y] of points) line.push(x, y);
  const out = new Trace();
  appendEnvelope(line, columnWidth, width, out);
  return Array.from({ length: out.length }, (_, i): Pair => [
    out.xy[i * 2] as number,
    out.xy[i * 2 + 1] as number,
  ]);
}

// By the even-odd rule.
function isInside(outline: Pair[], x: number, y: number): boolean {
  const corners = outline.filter(([px]) => !Number.isNaN(px));
  let inside = false;
  for (const [i, [ax, ay]] of corners.entries()) {
    const [bx, by] = corners[(i + 1) % corners.length] as Pair;
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
  }
  return inside;
}

describe('an envelope', () => {
  it('covers every vertex of a noisy line, and what joins them', () => {
    let state = 7;
    const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const points = Array.from({ length: 600 }, (_, i): Pair => [i / 2 + 0.1, 50 + 60 * next()]);
    const outline = envelope(points);
    for (const [i, [x, y]] of points.entries()) {
      // At the middle of its column, where the outline has its corners.
      expect(isInside(outline, Math.floor(x) + 0.499, y), `point ${i}`).toBe(true);
    }
    expect(outline.length).toBeLessThanOrEqual(4 * 300 + 5);
  });

  it('is as thick as a stroke where the line is flat', () => {
    const flat = Array.from({ length: 50 }, (_, i): Pair => [i, 20]);
    const ys = envelope(flat).flatMap(([, y]) => (Number.isNaN(y) ? [] : [y]));
    expect(Math.min(...ys)).toBe(19.25);
    expect(Math.max(...ys)).toBe(20.75);
  });

  it('has no hole where the line jumps from column to column, and a tip that is seen', () => {
    const outline = envelope([
      [0, 0],
      [1, 100],
      [2, 0],
    ]);
    for (let y = 1; y < 100; y += 7) {
      const covered = [0, 0.3, 0.6, 0.9, 1.2, 1.5, 1.8].filter((x) => isInside(outline, x, y));
      expect(covered.length, `at ${y}`).toBeGreaterThanOrEqual(2);
    }
  });

  it('keeps gaps, and shows a point alone', () => {
    const outline = envelope([
      [0, 5],
      [1, 6],
      [NaN, NaN],
      [9, 5],
    ]);
    expect(outline.filter(([x]) => Number.isNaN(x))).toHaveLength(2);
    expect(isInside(outline.slice(outline.findIndex(([x]) => Number.isNaN(x))), 9, 5)).toBe(true);
  });
});
