// What the pointer points at: the nearest x of all lines, the point of each line there, and the
// line whose point is nearest to the pointer.
import { isSorted, lowerBound, upperBound } from './sorted';
import { toPixel } from './scales';
import type { Scale } from './scales';
import type { Line } from './types';

export interface Hit {
  readonly line: Line;
  readonly index: number;
  /** Where it is drawn; y is NaN for a value without a place. */
  readonly x: number;
  readonly y: number;
  /** In pixels from the pointer; Infinity for a value without a place. */
  readonly distance: number;
}

export interface Crosshair {
  /** The x that the pointer snapped to. */
  readonly value: number;
  readonly x: number;
  readonly hits: readonly Hit[];
  readonly nearest: Hit | null;
}

/** `pointerY` is null where only an x is pointed at, as from another card. Null without points. */
export function crosshairAt(
  lines: readonly Line[],
  scaleX: Scale,
  scaleY: Scale,
  pointerValue: number,
  pointerY: number | null,
): Crosshair | null {
  let value = Number.NaN;
  for (const { x } of lines) {
    const candidate = x[nearestIndex(x, pointerValue)];
    if (candidate === undefined) continue;
    // Written so that the first candidate always wins over NaN.
    if (!(Math.abs(value - pointerValue) <= Math.abs(candidate - pointerValue))) value = candidate;
  }
  if (!Number.isFinite(value)) return null;
  const hits: Hit[] = [];
  let nearest: Hit | null = null;
  for (const line of lines) {
    const hit = hitLine(line, scaleX, scaleY, value, pointerY);
    if (hit === null) continue;
    hits.push(hit);
    if (hit.distance < (nearest?.distance ?? Infinity)) nearest = hit;
  }
  return { value, x: toPixel(scaleX, value), hits, nearest };
}

/** The index whose x is nearest to `value`; -1 when there is none with a finite x. */
export function nearestIndex(x: Float64Array, value: number): number {
  if (isSorted(x)) {
    const after = lowerBound(x, value);
    if (after === 0) return x.length > 0 ? 0 : -1;
    if (after === x.length) return after - 1;
    const before = value - (x[after - 1] as number);
    return before <= (x[after] as number) - value ? after - 1 : after;
  }
  let nearest = -1;
  let least = Infinity;
  for (let i = 0; i < x.length; ++i) {
    const distance = Math.abs((x[i] as number) - value);
    if (distance < least) {
      least = distance;
      nearest = i;
    }
  }
  return nearest;
}

/** The next x of any line after (by = 1) or before (by = -1) that one; null at the end. */
export function neighbourX(lines: readonly Line[], value: number, by: 1 | -1): number | null {
  let next: number | null = null;
  const consider = (x: number | undefined): void => {
    if (x === undefined || !((x - value) * by > 0 && Number.isFinite(x))) return;
    if (next === null || (next - x) * by > 0) next = x;
  };
  for (const { x } of lines) {
    if (isSorted(x)) consider(x[by > 0 ? upperBound(x, value) : lowerBound(x, value) - 1]);
    else x.forEach(consider);
  }
  return next;
}

/** Of points that share their x, the one nearest to the pointer counts. */
function hitLine(
  line: Line,
  scaleX: Scale,
  scaleY: Scale,
  value: number,
  pointerY: number | null,
): Hit | null {
  const { x } = line;
  const found = nearestIndex(x, value);
  if (found < 0) return null;
  const at = x[found] as number;
  const px = toPixel(scaleX, at);
  const away = Math.abs(px - toPixel(scaleX, value));
  const measure = (index: number): Hit => {
    const y = toPixel(scaleY, line.y[index] as number);
    const isDrawn = Number.isFinite(y);
    const distance = isDrawn ? Math.hypot(away, pointerY === null ? 0 : y - pointerY) : Infinity;
    return { line, index, x: px, y: isDrawn ? y : Number.NaN, distance };
  };
  let best = measure(found);
  const consider = (index: number): void => {
    const hit = measure(index);
    // The last of several is the one that was written last, so it wins a tie.
    if (hit.distance <= best.distance) best = hit;
  };
  if (isSorted(x)) {
    for (let i = found - 1; i >= 0 && x[i] === at; --i) consider(i);
    for (let i = found + 1; i < x.length && x[i] === at; ++i) consider(i);
  } else {
    for (let i = 0; i < x.length; ++i) if (x[i] === at && i !== found) consider(i);
  }
  return best;
}
