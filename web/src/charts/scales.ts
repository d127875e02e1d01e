// Straight-line and logarithmic scales. d3-scale finds the ticks (ticks.ts); these map a hundred
// thousand points a frame, so the numbers of the mapping lie open for inner loops to use.
import type { Range } from './types';

export interface Scale {
  readonly log: boolean;
  readonly domain: Range;
  /** Where `domain` ends up, in CSS pixels. */
  readonly range: Range;
  // pixel = (t(value) - origin) * factor + range[0], t being log10 on a log scale. The origin is
  // subtracted first: a window of milliseconds in seconds since the epoch would drown otherwise.
  readonly origin: number;
  readonly factor: number;
}

/**
 * `domain` must be finite and, on a log scale, positive; a domain without width maps to the middle.
 */
export function makeScale(domain: Range, range: Range, log = false): Scale {
  const low = log ? Math.log10(domain[0]) : domain[0];
  const high = log ? Math.log10(domain[1]) : domain[1];
  if (low === high) {
    const middle = (range[0] + range[1]) / 2;
    return { log, domain, range: [middle, middle], origin: low, factor: 0 };
  }
  return { log, domain, range, origin: low, factor: (range[1] - range[0]) / (high - low) };
}

/** NaN for what a log scale has no place for. */
export function toPixel(scale: Scale, value: number): number {
  const t = scale.log ? (value > 0 ? Math.log10(value) : Number.NaN) : value;
  return (t - scale.origin) * scale.factor + scale.range[0];
}

export function toValue(scale: Scale, pixel: number): number {
  if (scale.factor === 0) return scale.domain[0];
  const t = (pixel - scale.range[0]) / scale.factor + scale.origin;
  return scale.log ? 10 ** t : t;
}
