// How the ranges of a chart move: at once when the question changed, eased when only data grew, not
// at all under a pressed pointer.
import type { Range } from './types';

export interface Ranges {
  readonly x: Range;
  readonly y: Range;
}

export type Pace = 'jump' | 'ease' | 'hold';

const easeMs = 120;

export class RangeMotion {
  private from: Ranges | null = null;
  private to: Ranges | null = null;
  private startMs = 0;
  private linear = true;

  /** `log`: y moves in its logarithm. */
  aim(target: Ranges, pace: Pace, nowMs: number, log = false): void {
    if (this.to === null || pace === 'jump') {
      this.from = this.to = target;
      return;
    }
    if (pace === 'hold' || isSame(target, this.to)) return;
    this.from = this.at(nowMs);
    this.to = target;
    this.startMs = nowMs;
    this.linear = !log;
  }

  at(nowMs: number): Ranges {
    if (this.from === null || this.to === null) return { x: [0, 1], y: [0, 1] };
    const t = Math.min(Math.max((nowMs - this.startMs) / easeMs, 0), 1);
    if (t === 1 || this.from === this.to) return this.to;
    const eased = 1 - (1 - t) ** 3;
    return {
      x: between(this.from.x, this.to.x, eased, true),
      y: between(this.from.y, this.to.y, eased, this.linear),
    };
  }

  isMoving(nowMs: number): boolean {
    return this.from !== this.to && nowMs - this.startMs < easeMs;
  }
}

/**
 * The y range under a zoom of x: what is shown stays as it is while new data fit into it, so that
 * the axis does not jump under the eye; `shown` is what the axis has, `wanted` what would fit.
 */
export function steadyRange(shown: Range, wanted: Range): Range {
  const fits = shown[0] <= wanted[0] && shown[1] >= wanted[1];
  const isLoose = shown[1] - shown[0] > 1.5 * (wanted[1] - wanted[0]);
  return fits && !isLoose ? shown : wanted;
}

function between(a: Range, b: Range, t: number, linear: boolean): Range {
  return linear
    ? [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
    : [a[0] * (b[0] / a[0]) ** t, a[1] * (b[1] / a[1]) ** t];
}

function isSame(a: Ranges, b: Ranges): boolean {
  return a.x[0] === b.x[0] && a.x[1] === b.x[1] && a.y[0] === b.y[0] && a.y[1] === b.y[1];
}
