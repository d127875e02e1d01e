// Searching x columns. Nearly all are sorted, but steps may go back, so each column is looked at
// once.
import type { Range } from './types';

const known = new WeakMap<Float64Array, boolean>();

/** Whether the column never goes back; remembered, for columns are never changed. */
export function isSorted(x: Float64Array): boolean {
  let sorted = known.get(x);
  if (sorted === undefined) {
    sorted = true;
    // A NaN fails both ways round, and so counts as unsorted.
    for (let i = 1; i < x.length && sorted; ++i) sorted = (x[i] as number) >= (x[i - 1] as number);
    if (x.length === 1) sorted = !Number.isNaN(x[0]);
    known.set(x, sorted);
  }
  return sorted;
}

/**
 * The first index of a sorted column whose x is not below `value`; its length when there is none.
 */
export function lowerBound(x: Float64Array, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first index of a sorted column whose x is above `value`. */
export function upperBound(x: Float64Array, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The indices [from, to) that a window shows, with `margin` more at both ends; everything when
 * unsorted.
 */
export function indicesWithin(
  x: Float64Array,
  window: Range,
  margin = 0,
): { from: number; to: number } {
  if (!isSorted(x)) return { from: 0, to: x.length };
  return {
    from: Math.max(lowerBound(x, window[0]) - margin, 0),
    to: Math.min(upperBound(x, window[1]) + margin, x.length),
  };
}
