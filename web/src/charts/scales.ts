// Straight-line, logarithmic and symmetric logarithmic scales. d3-scale finds the ticks (ticks.ts);
// these map a hundred thousand points a frame, so the numbers of the mapping lie open for inner
// loops to use, and what is not straight is worked out once a column (placesOf).
import type { Range, ScaleKind } from './types';

export interface Scale {
  readonly kind: ScaleKind;
  readonly domain: Range;
  /** Where `domain` ends up, in CSS pixels. */
  readonly range: Range;
  /** On a symmetric logarithm: values nearer to zero than this lie about as on a straight scale. */
  readonly flat: number;
  // pixel = (place(value) - origin) * factor + range[0]. The origin is subtracted first: a window
  // of milliseconds in seconds since the epoch would drown otherwise.
  readonly origin: number;
  readonly factor: number;
}

// Of a symmetric logarithm at least three decades are spread out on each side of zero.
const flatShare = 1e-3;

/**
 * `domain` must be finite and, on a logarithmic scale, positive; a domain without width maps to the
 * middle. `flat` follows from the domain where it is not given.
 */
export function makeScale(
  domain: Range,
  range: Range,
  kind: ScaleKind = 'linear',
  flat = flatOf(domain),
): Scale {
  const low = placeOf(domain[0], kind, flat);
  const high = placeOf(domain[1], kind, flat);
  if (low === high) {
    const middle = (range[0] + range[1]) / 2;
    return { kind, domain, range: [middle, middle], flat, origin: low, factor: 0 };
  }
  const factor = (range[1] - range[0]) / (high - low);
  return { kind, domain, range, flat, origin: low, factor };
}

/** A scale for x, whose unit is one step or one second: nothing smaller needs to be spread out. */
export function makeXScale(domain: Range, range: Range, kind: ScaleKind = 'linear'): Scale {
  return makeScale(domain, range, kind, 1);
}

/** A power of ten: under a zoom it stays for long, and so do the places of all points. */
export function flatOf([low, high]: Range): number {
  const share = Math.max(Math.abs(low), Math.abs(high)) * flatShare;
  return 10 ** Math.floor(Math.log10(share) + 1e-9) || 1;
}

/** NaN for what a log scale has no place for. */
export function toPixel(scale: Scale, value: number): number {
  return (placeOf(value, scale.kind, scale.flat) - scale.origin) * scale.factor + scale.range[0];
}

export function toValue(scale: Scale, pixel: number): number {
  if (scale.factor === 0) return scale.domain[0];
  return valueAt((pixel - scale.range[0]) / scale.factor + scale.origin, scale.kind, scale.flat);
}

/** Where a value lies before it is stretched to pixels; NaN for what has no place. */
export function placeOf(value: number, kind: ScaleKind, flat: number): number {
  if (kind === 'linear') return value;
  if (kind === 'log') return value > 0 ? Math.log10(value) : Number.NaN;
  return Math.sign(value) * Math.log1p(Math.abs(value) / flat);
}

export function valueAt(place: number, kind: ScaleKind, flat: number): number {
  if (kind === 'linear') return place;
  if (kind === 'log') return 10 ** place;
  return Math.sign(place) * Math.expm1(Math.abs(place)) * flat;
}

// Columns do not change, and a chart draws the same ones in many frames: one curve each is kept.
const known = new WeakMap<Float64Array, { kind: ScaleKind; flat: number; places: Float64Array }>();

/** The places of a column's values: the column itself on a straight scale. */
export function placesOf(values: Float64Array, { kind, flat }: Scale): Float64Array {
  if (kind === 'linear') return values;
  const last = known.get(values);
  if (last?.kind === kind && (kind === 'log' || last.flat === flat)) return last.places;
  const places = values.map((value) => placeOf(value, kind, flat));
  known.set(values, { kind, flat, places });
  return places;
}
