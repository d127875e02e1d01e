// What the tooltip says: a row a line, sorted as chosen, at most eight. What all rows share (the
// step, nearly always) moves into the title, so that columns stand only where rows differ.
import {
  formatDate,
  formatDuration,
  formatNumber,
  formatStep,
  formatTimeOfDay,
  formatWallTime,
} from './format';
import { describeMarks } from './marks';
import type { Mark } from './marks';
import type { Crosshair, Hit } from './nearest';
import type { TooltipSort, XAxis } from './types';

export const maxRows = 8;

export interface TooltipRow {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  readonly dashed: boolean;
  readonly value: string;
  /** Empty when nothing is smoothed, as are the next three when the title says them for all. */
  readonly raw: string;
  readonly step: string;
  readonly relative: string;
  readonly wall: string;
  readonly isNearest: boolean;
  /** The line has no point here: the row shows its nearest one. */
  readonly isAway: boolean;
}

export interface Tooltip {
  readonly title: readonly string[];
  readonly rows: readonly TooltipRow[];
  readonly more: number;
  readonly notes: readonly string[];
  readonly columns: {
    readonly raw: boolean;
    readonly step: boolean;
    readonly relative: boolean;
    readonly wall: boolean;
  };
}

// A line whose nearest point is further from the crosshair than this has none there.
const awayPixels = 24;

export function makeTooltip(
  crosshair: Crosshair,
  sort: TooltipSort,
  axis: XAxis,
  marks: readonly Mark[],
): Tooltip {
  const shown = chooseRows(sortHits(crosshair.hits, sort), crosshair.nearest);
  const first = crosshair.nearest ?? shown[0];
  const agree = (read: (hit: Hit) => string): boolean =>
    first !== undefined && shown.every((hit) => read(hit) === read(first));
  const sameStep = agree(stepOf);
  const sameRelative = agree(relativeOf);
  const sameWall = agree(wallOf);
  const sameDay = agree(dayOf);
  return {
    title:
      first === undefined
        ? []
        : sortTitle(axis, {
            step: sameStep ? `step ${stepOf(first)}` : '',
            relative: sameRelative ? relativeOf(first) : '',
            wall: sameWall ? wallOf(first) : sameDay ? dayOf(first) : '',
          }),
    rows: shown.map((hit) => ({
      key: hit.line.key,
      label: hit.line.label,
      color: hit.line.color,
      dashed: hit.line.dashed ?? false,
      value: formatNumber(hit.line.y[hit.index] as number),
      raw: hit.line.raw === null ? '' : formatNumber(hit.line.raw[hit.index] as number),
      step: sameStep ? '' : stepOf(hit),
      relative: sameRelative ? '' : relativeOf(hit),
      wall: sameWall ? '' : sameDay ? timeOf(hit) : wallOf(hit),
      isNearest: hit.line.key === crosshair.nearest?.line.key,
      isAway: Math.abs(hit.x - crosshair.x) > awayPixels,
    })),
    more: crosshair.hits.length - shown.length,
    notes: describeMarks(marks),
    columns: {
      raw: shown.some((hit) => hit.line.raw !== null),
      step: !sameStep,
      relative: !sameRelative,
      wall: !sameWall,
    },
  };
}

/** Values without a place sort last, whichever way. */
export function sortHits(hits: readonly Hit[], sort: TooltipSort): Hit[] {
  const value = (hit: Hit): number => hit.line.y[hit.index] as number;
  const by = (key: (hit: Hit) => number) => (a: Hit, b: Hit) => {
    const [left, right] = [key(a), key(b)];
    if (Number.isNaN(left) || Number.isNaN(right)) {
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    }
    return left === right ? 0 : left - right;
  };
  switch (sort) {
    case 'default':
      return [...hits];
    case 'ascending':
      return hits.toSorted(by(value));
    case 'descending':
      return hits.toSorted(by((hit) => -value(hit)));
    case 'nearest':
      return hits.toSorted(by((hit) => hit.distance));
  }
}

// The nearest row always shows: it is the one that was pointed at.
function chooseRows(hits: readonly Hit[], nearest: Hit | null): readonly Hit[] {
  if (hits.length <= maxRows) return hits;
  const shown = hits.slice(0, maxRows);
  if (nearest === null || shown.includes(nearest)) return shown;
  return [...shown.slice(0, -1), nearest];
}

// What the axis shows comes first.
function sortTitle(axis: XAxis, parts: Record<XAxis, string>): string[] {
  const order: XAxis[] = ['step', 'relative', 'wall'];
  return [axis, ...order.filter((part) => part !== axis)]
    .map((part) => parts[part])
    .filter((text) => text !== '');
}

function stepOf(hit: Hit): string {
  return formatStep(hit.line.steps[hit.index] as number | bigint);
}

function relativeOf(hit: Hit): string {
  return formatDuration((hit.line.wallTimes[hit.index] as number) - hit.line.start);
}

function wallOf(hit: Hit): string {
  return formatWallTime(hit.line.wallTimes[hit.index] as number);
}

function timeOf(hit: Hit): string {
  return formatTimeOfDay(hit.line.wallTimes[hit.index] as number);
}

function dayOf(hit: Hit): string {
  return formatDate(hit.line.wallTimes[hit.index] as number);
}
