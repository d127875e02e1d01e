// Marks for values that a line cannot show: a triangle at the top edge for +∞, at the bottom for −∞,
// a cross where a line breaks off into NaN, and a hollow triangle at the bottom for values that a
// logarithmic axis has no place for. Marks that would overlap are one mark with a count.
import { toPixel } from './scales';
import type { Scale } from './scales';
import type { Line } from './types';

export type MarkKind = 'nan' | 'high' | 'low' | 'notPositive';

export interface Mark {
  readonly kind: MarkKind;
  readonly x: number;
  readonly y: number;
  readonly line: Line;
  /** How many values it stands for, of those that the chart was given. */
  readonly count: number;
}

/** Half the width of a mark, and of what the pointer takes for it. */
export const markRadius = 4;

const unplaced = new WeakMap<Float64Array, { linear: Int32Array; log: Int32Array | null }>();

/** The marks of one line within the plot. */
export function collectMarks(line: Line, scaleX: Scale, scaleY: Scale): Mark[] {
  const values = line.raw ?? line.y;
  const indices = indicesWithoutPlace(values, scaleY.log);
  if (indices.length === 0) return [];
  const [left, right] = scaleX.range;
  const marks = new Map<string, Mark>();
  for (const i of indices) {
    const x = toPixel(scaleX, line.x[i] as number);
    if (!(x >= left - 1 && x <= right + 1)) continue;
    const kind = kindOf(values[i] as number);
    const place = `${kind}${Math.floor(x / (2 * markRadius))}`;
    const before = marks.get(place);
    const mark = before ?? { kind, x, y: edgeOf(kind, line, i, scaleY), line, count: 0 };
    marks.set(place, { ...mark, count: mark.count + 1 });
  }
  return [...marks.values()];
}

/** The marks under a pointer at that x, for the counts on hover. */
export function marksNear(marks: readonly Mark[], x: number): Mark[] {
  return marks.filter((mark) => Math.abs(mark.x - x) <= markRadius + 2);
}

const names: Record<MarkKind, string> = {
  nan: 'NaN',
  high: '+∞',
  low: '−∞',
  notPositive: 'not positive: no place on a log axis',
};

/** One sentence a kind and line: `seed-1: 12 × NaN`. */
export function describeMarks(marks: readonly Mark[]): string[] {
  const counts = new Map<string, { mark: Mark; count: number }>();
  for (const mark of marks) {
    const key = `${mark.kind} ${mark.line.key}`;
    counts.set(key, { mark, count: (counts.get(key)?.count ?? 0) + mark.count });
  }
  return [...counts.values()].map(({ mark, count }) => {
    // A thinned line holds only the ends of each stretch.
    const isThinned = (mark.line.count ?? 0) > mark.line.x.length;
    return `${mark.line.label}: ${isThinned ? '≥ ' : ''}${count} × ${names[mark.kind]}`;
  });
}

function kindOf(value: number): MarkKind {
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity) return 'high';
  return value === -Infinity ? 'low' : 'notPositive';
}

function edgeOf(kind: MarkKind, line: Line, index: number, scaleY: Scale): number {
  const [bottom, top] = scaleY.range;
  if (kind === 'high') return top;
  if (kind !== 'nan') return bottom;
  // Where the line broke off; a line that was never finite has its crosses at the bottom.
  for (let i = index - 1; i >= 0; --i) {
    const y = toPixel(scaleY, line.y[i] as number);
    if (Number.isFinite(y)) return Math.min(Math.max(y, top), bottom);
  }
  return bottom;
}

// Scanned once a column: a live chart draws the same columns many times.
function indicesWithoutPlace(values: Float64Array, log: boolean): Int32Array {
  let known = unplaced.get(values);
  if (known === undefined) {
    known = { linear: scan(values, -Infinity), log: null };
    unplaced.set(values, known);
  }
  if (!log) return known.linear;
  known.log ??= scan(values, 0);
  return known.log;
}

function scan(values: Float64Array, above: number): Int32Array {
  const found: number[] = [];
  for (let i = 0; i < values.length; ++i) {
    const value = values[i] as number;
    if (!(value > above && value < Infinity)) found.push(i);
  }
  return Int32Array.from(found);
}
