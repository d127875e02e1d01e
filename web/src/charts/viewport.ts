// What zooming and panning make of a view. Everything is worked out in pixels of the scales that
// are on the screen, so it is right on log axes too.
import type { Axes, Point } from './interaction';
import { placeOf, toPixel, toValue, valueAt } from './scales';
import type { Scale } from './scales';
import { wholeView } from './types';
import type { Range, View } from './types';

export interface Shown {
  readonly scaleX: Scale;
  readonly scaleY: Scale;
  /** The x axis when nothing is zoomed: a view does not leave it. */
  readonly whole: Range;
}

/** To the rectangle between two pixels. */
export function zoomTo(view: View, shown: Shown, from: Point, to: Point, axes: Axes): View {
  return {
    x: axes === 'y' ? view.x : clampX(between(shown.scaleX, from.x, to.x), shown),
    y: axes === 'x' ? view.y : settle(between(shown.scaleY, from.y, to.y)),
  };
}

/** What was under `from` comes under `to`, at `factor` times the size. */
export function scaleAt(
  view: View,
  shown: Shown,
  from: Point,
  to: Point,
  factor: number,
  axes: Axes,
): View {
  const x = scaled(shown.scaleX, from.x, to.x, factor);
  const y = scaled(shown.scaleY, from.y, to.y, factor);
  // Where y is chosen by hand already, it goes along with x.
  const withY = axes !== 'x' || view.y !== null;
  return {
    x: axes === 'y' ? view.x : clampX(x, shown),
    y: withY ? settle(y) : view.y,
  };
}

/** Follows a hand; y only where it is chosen by hand already. */
export function pan(view: View, shown: Shown, dx: number, dy: number): View {
  return {
    x: view.x === null ? null : clampX(scaled(shown.scaleX, 0, dx, 1), shown),
    y: view.y === null ? null : settle(scaled(shown.scaleY, 0, dy, 1)),
  };
}

export function isZoomed(view: View): boolean {
  return view.x !== null || view.y !== null;
}

export function isSameView(a: View, b: View): boolean {
  return isSameRange(a.x, b.x) && isSameRange(a.y, b.y);
}

export function reset(): View {
  return wholeView;
}

function isSameRange(a: Range | null, b: Range | null): boolean {
  if (a === null || b === null) return a === b;
  return a[0] === b[0] && a[1] === b[1];
}

function between(scale: Scale, a: number, b: number): Range {
  const [low, high] =
    scale.range[0] < scale.range[1] ? scale.range : [scale.range[1], scale.range[0]];
  const inside = (pixel: number): number => Math.min(Math.max(pixel, low), high);
  const [x, y] = [toValue(scale, inside(a)), toValue(scale, inside(b))];
  return x < y ? [x, y] : [y, x];
}

function scaled(scale: Scale, from: number, to: number, factor: number): Range {
  const value = (pixel: number): number => toValue(scale, from + (pixel - to) / factor);
  return [value(scale.range[0]), value(scale.range[1])];
}

// Floating point has no more detail than this, and ticks and lines need some room in it.
function minSpan([low, high]: Range): number {
  return Math.max(Math.abs(low), Math.abs(high), Number.MIN_VALUE * 1e20) * 1e-11;
}

function settle(range: Range): Range | null {
  const [low, high] = range;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
  if (high - low >= minSpan(range)) return range;
  const middle = (low + high) / 2;
  return [middle - minSpan(range) / 2, middle + minSpan(range) / 2];
}

function clampX(range: Range, { scaleX: { kind, flat }, whole }: Shown): Range | null {
  const settled = settle(range);
  if (settled === null) return null;
  const place = (value: number): number => placeOf(value, kind, flat);
  const value = (at: number): number => valueAt(at, kind, flat);
  const [low, high] = [place(settled[0]), place(settled[1])];
  const [first, last] = [place(whole[0]), place(whole[1])];
  const span = high - low;
  // Showing everything is not a zoom.
  if (span >= (last - first) * (1 - 1e-9)) return null;
  if (low < first) return [whole[0], value(first + span)];
  if (high > last) return [value(last - span), whole[1]];
  return settled;
}

/** Whether a pixel lies between the ends of a scale. */
export function isWithinScale(scale: Scale, value: number): boolean {
  const pixel = toPixel(scale, value);
  const [a, b] = scale.range;
  return pixel >= Math.min(a, b) - 0.5 && pixel <= Math.max(a, b) + 0.5;
}
