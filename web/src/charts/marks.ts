// Marks for values that a line cannot show: a triangle at the top edge for +∞, at the bottom for
// −∞, a cross where a line breaks off into NaN, and a hollow triangle at the bottom for values that
// a logarithmic axis has no place for. A stretch of such values has a mark at each end, as the
// engine sends only these; marks that would overlap are one mark with a count.
import { toPixel } from './scales';
import type { Scale } from './scales';
import type { Line } from './types';

export type MarkKind = 'nan' | 'high' | 'low' | 'notPositive';

export interface Mark {
  readonly kind: MarkKind;
  readonly x: number;
  /** Where the stretch of such values ends; equal to `x` when that is near. */
  readonly until: number;
  readonly y: number;
  readonly line: Line;
  /** How many values it stands for, of those that the chart was given. */
  readonly count: number;
}

/** Half the width of a mark. */
export const markRadius = 4;

// Columns do not change, and a live chart draws the same ones many times: scan each once.
const unplaced = new WeakMap<Float64Array, { linear: Int32Array; log: Int32Array | null }>();

/** The marks of one line within the plot: one a stretch, near ones of a kind joined. */
export function collectMarks(line: Line, scaleX: Scale, scaleY: Scale): Mark[] {
  const values = line.raw ?? line.y;
  const indices = indicesWithoutPlace(values, scaleY.kind === 'log');
  const [left, right] = scaleX.range;
  const marks = new Map<string, Mark>();
  for (let i = 0; i < indices.length;) {
    const first = indices[i] as number;
    const kind = kindOf(values[first] as number);
    let last = first;
    for (i += 1; indices[i] === last + 1 && kindOf(values[last + 1] as number) === kind; ++i) {
      last += 1;
    }
    const [x, end] = [line.x[first] as number, line.x[last] as number].map((value) =>
      toPixel(scaleX, value),
    ) as [number, number];
    // Written so that NaN is outside.
    if (!(Math.max(x, end) >= left - 1 && Math.min(x, end) <= right + 1)) continue;
    const from = Math.max(Math.min(x, end), left);
    const to = Math.min(Math.max(x, end), right);
    const isLong = to - from >= 4 * markRadius;
    const place = isLong ? `${first}` : `${kind}${Math.floor(from / (2 * markRadius))}`;
    const mark = marks.get(place) ?? {
      kind,
      x: from,
      until: isLong ? to : from,
      y: edgeOf(kind, line, first, scaleY),
      line,
      count: 0,
    };
    marks.set(place, { ...mark, count: mark.count + last - first + 1 });
  }
  return [...marks.values()];
}

/** The marks under a pointer at that x, for the counts on hover. */
export function marksNear(marks: readonly Mark[], x: number): Mark[] {
  const reach = markRadius + 2;
  return marks.filter((mark) => x >= mark.x - reach && x <= mark.until + reach);
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
