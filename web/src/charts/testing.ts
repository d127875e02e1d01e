// Lines for tests.
import type { Line } from './types';

interface LineParts {
  readonly key?: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly raw?: readonly number[];
  readonly color?: string;
  readonly dashed?: boolean;
}

/** A line whose steps are its x and whose points came a second apart. */
export function makeLine({ key = 'run', x, y, raw, color = '#123456', dashed }: LineParts): Line {
  return {
    key,
    label: key,
    color,
    x: Float64Array.from(x),
    y: Float64Array.from(y),
    raw: raw === undefined ? null : Float64Array.from(raw),
    steps: Float64Array.from(x),
    wallTimes: Float64Array.from(x, (_, i) => 1_700_000_000 + i),
    start: 1_700_000_000,
    ...(dashed === undefined ? {} : { dashed }),
  };
}
