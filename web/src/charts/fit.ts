// The ranges that show the data: x exactly from the first to the last point of all lines, y with a
// little air, rounded, and down to zero where that is near.
import { tickIncrement } from 'd3-array';
import { rangeWithoutOutliers } from './outliers';
import { indicesWithin, isSorted, upperBound } from './sorted';
import { flatOf, placeOf, valueAt } from './scales';
import type { Ends, Line, Range, ScaleKind, XAxis } from './types';

// Differences of values must stay finite.
const largest = 4e307;

/** What x covers, on a log axis what is positive of it; null when no point has such an x. */
export function extentOfX(lines: readonly Line[], log = false): Range | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { x } of lines) {
    if (x.length > 0 && isSorted(x)) {
      // An infinity can only stand at the ends of a sorted column; it is rare enough to scan for.
      const first = x[log ? Math.min(upperBound(x, 0), x.length - 1) : 0] as number;
      const last = x[x.length - 1] as number;
      if (log && !(last > 0)) continue;
      if (Number.isFinite(first) && Number.isFinite(last)) {
        low = Math.min(low, first);
        high = Math.max(high, last);
        continue;
      }
    }
    for (const value of x) {
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/** The domain of the x axis for that extent: a single x stands in the middle. */
export function fitX(extent: Range | null, axis: XAxis, log = false): Range {
  if (extent === null) return log ? [1, 10] : [0, 1];
  const [low, high] = extent;
  if (high > low) return extent;
  if (log) return [low / 2, low * 2];
  const around = axis === 'step' ? 1 : 30;
  return [low - around, high + around];
}

/**
 * What y covers within a window of x (null: everywhere), raw values included unless outliers are
 * ignored; null when there is nothing finite, or nothing positive on a log axis.
 */
export function extentOfY(
  lines: readonly Line[],
  window: Range | null,
  log: boolean,
  ignoreOutliers: boolean,
): Range | null {
  const above = log ? 0 : -Infinity;
  if (ignoreOutliers) {
    const extent = rangeWithoutOutliers(gatherValues(lines, window, above));
    if (extent !== null && extent[1] > extent[0]) return extent;
  }
  let low = Infinity;
  let high = -Infinity;
  for (const line of lines) {
    const columns = line.raw === null || ignoreOutliers ? [line.y] : [line.y, line.raw];
    const { from, to } = indicesShown(line.x, window);
    const sorted = window === null || isSorted(line.x);
    for (const values of columns) {
      for (let i = from; i < to; ++i) {
        const value = values[i] as number;
        if (!(value > above && value < Infinity)) continue;
        if (!sorted && !isWithin(line.x[i] as number, window)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
  }
  return low <= high ? [low, high] : null;
}

/** A domain for the y axis that shows `extent` with some air. */
export function fitY(extent: Range | null, kind: ScaleKind): Range {
  if (extent === null) return kind === 'log' ? [0.1, 10] : [0, 1];
  if (kind === 'linear') return fitLinear(extent);
  return kind === 'log' ? fitLog(extent) : fitSymlog(extent);
}

/**
 * The range with the ends that were chosen by hand. An end that lies beyond the other, which fits
 * the data, takes it along; on a log axis what is not positive is no end.
 */
export function limited(range: Range, ends: Ends, kind: ScaleKind): Range {
  const isEnd = (end: number | null): end is number =>
    end !== null && Number.isFinite(end) && (kind !== 'log' || end > 0);
  const [from, to] = ends;
  const low = isEnd(from) ? from : range[0];
  const high = isEnd(to) ? to : range[1];
  if (low < high) return [low, high];
  if (kind === 'log') return isEnd(from) ? [low, low * 10] : [high / 10, high];
  const span = range[1] - range[0];
  return isEnd(from) ? [low, low + span] : [high - span, high];
}

function fitLog([low, high]: Range): Range {
  const decades = Math.log10(high) - Math.log10(low);
  const factor = decades < 0.01 ? 1.5 : 10 ** (decades * 0.04);
  return [Math.max(low / factor, Number.MIN_VALUE), Math.min(high * factor, Number.MAX_VALUE)];
}

function fitSymlog(extent: Range): Range {
  const flat = flatOf(extent);
  const [low, high] = extent.map((value) => placeOf(value, 'symlog', flat)) as [number, number];
  const air = (high - low) * 0.04;
  if (!(air > 0)) return fitLinear(extent);
  const start = low === 0 ? 0 : low - air;
  const end = high === 0 ? 0 : high + air;
  return [
    Math.max(valueAt(start, 'symlog', flat), -largest),
    Math.min(valueAt(end, 'symlog', flat), largest),
  ];
}

function fitLinear(extent: Range): Range {
  let low = Math.max(extent[0], -largest);
  let high = Math.min(extent[1], largest);
  const magnitude = Math.max(Math.abs(low), Math.abs(high));
  if (high - low <= magnitude * 1e-9) {
    // A constant: the line in the middle, and an axis that reads well.
    const around = magnitude === 0 ? 1 : magnitude * 0.1;
    return [low - around, high + around];
  }
  const span = high - low;
  if (low > 0 && low <= span * 0.2) low = 0;
  else if (high < 0 && -high <= span * 0.2) high = 0;
  if (low !== 0) low -= span * 0.04;
  if (high !== 0) high += span * 0.04;
  // Rounding outwards to a fine grid keeps the axis still while a live run adds a little.
  const step = tickIncrement(low, high, 20);
  const round = (value: number, outwards: (n: number) => number): number =>
    step > 0 ? outwards(value / step) * step : outwards(value * -step) / -step;
  return [round(low, Math.floor), round(high, Math.ceil)];
}

function gatherValues(lines: readonly Line[], window: Range | null, above: number): Float64Array {
  let total = 0;
  for (const line of lines) total += line.y.length;
  const gathered = new Float64Array(total);
  let count = 0;
  for (const { x, y } of lines) {
    const { from, to } = indicesShown(x, window);
    const sorted = window === null || isSorted(x);
    for (let i = from; i < to; ++i) {
      const value = y[i] as number;
      if (!(value > above && value < Infinity)) continue;
      if (sorted || isWithin(x[i] as number, window)) gathered[count++] = value;
    }
  }
  return gathered.subarray(0, count);
}

function indicesShown(x: Float64Array, window: Range | null): { from: number; to: number } {
  if (window === null) return { from: 0, to: x.length };
  const inside = indicesWithin(x, window);
  // Between two points, it is these two that decide what the line does.
  return inside.from < inside.to ? inside : indicesWithin(x, window, 1);
}

function isWithin(x: number, window: Range | null): boolean {
  return window === null || (x >= window[0] && x <= window[1]);
}
