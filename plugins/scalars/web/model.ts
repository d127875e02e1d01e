// From columns to lines: what the engine answers becomes what the chart draws. Pure.
import type { Stat, Tag } from '$web/api/catalog';
import { toFloat64, type Table } from '$web/api/columns';
import { groupDigits } from '$web/charts/format';
import type { Ends, Limits, Line, Range, ScaleKind, View, XAxis } from '$web/charts/types';
import { isLimited } from '$web/charts/types';
import type { ShownRun } from '$web/plugin';
import { decodeText, encodeText } from '$web/url';

export type Attempts = 'latest' | 'all';

/** One series as far as the page has it; arrays of one length, which are never changed. */
export interface Series {
  readonly run: string;
  /** What the engine calls this question's state: said back to it, it answers with what is new. */
  readonly revision: string;
  /** How many points the series has, before window and thinning. */
  readonly count: number;
  /** How many of them nothing that is appended can change: what is new is asked for from here. */
  readonly settled: number;
  /** How many rows at the end belong to points behind those; the next answer has them again. */
  readonly unsettledRows: number;
  readonly attempts: number;
  readonly superseded: number;
  readonly steps: BigInt64Array | Float64Array;
  readonly wallTimes: Float64Array;
  readonly values: Float64Array;
  readonly smoothed: Float64Array | null;
  /** Which attempt each point belongs to; null when only the latest were asked for. */
  readonly attempt: Float64Array | null;
  /**
   * How many of the points came with the last whole answer; the rest were appended, not thinned.
   */
  readonly wholeLength: number;
}

/** The series of a tag by run; null for a run that does not have the tag. */
export type SeriesByRun = ReadonlyMap<string, Series | null>;

const noFloats = new Float64Array();

/** The state after an answer's table: `last` with what is new, or the table alone. */
export function merged(last: Series | null | undefined, table: Table): Series {
  const { facts } = table;
  const fromOrdinal = Number(facts['from_ordinal']);
  const next: Series = {
    run: String(facts['run']),
    revision: String(facts['revision']),
    count: Number(facts['count']),
    settled: Number(facts['settled']),
    unsettledRows: Number(facts['unsettled_rows']),
    attempts: Number(facts['attempts']),
    superseded: Number(facts['superseded']),
    steps: steps(table),
    wallTimes: floats(table, 'wall_time') ?? noFloats,
    values: floats(table, 'value') ?? noFloats,
    smoothed: floats(table, 'smoothed'),
    attempt: floats(table, 'attempt'),
    wholeLength: 0,
  };
  if (fromOrdinal === 0 || !last) return { ...next, wholeLength: next.values.length };
  const kept = last.values.length - last.unsettledRows;
  if (next.values.length === 0 && kept === last.values.length) {
    const { revision, count, settled } = next;
    return { ...last, revision, count, settled };
  }
  return {
    ...next,
    steps: joinedSteps(last.steps.subarray(0, kept), next.steps),
    wallTimes: joined(last.wallTimes.subarray(0, kept), next.wallTimes),
    values: joined(last.values.subarray(0, kept), next.values),
    smoothed:
      last.smoothed && next.smoothed && joined(last.smoothed.subarray(0, kept), next.smoothed),
    attempt: last.attempt && next.attempt && joined(last.attempt.subarray(0, kept), next.attempt),
    wholeLength: Math.min(last.wholeLength, kept),
  };
}

/** Whether so much was appended that asking for the whole, thinned, is worth it. */
export function isOvergrown(series: Series, pixels: number): boolean {
  return series.values.length - series.wholeLength > Math.max(512, 2 * pixels);
}

function floats(table: Table, name: string): Float64Array | null {
  const column = table.columns.get(name);
  return column ? toFloat64(column) : null;
}

function steps(table: Table): Series['steps'] {
  const column = table.columns.get('step');
  if (column instanceof BigInt64Array) return column;
  return column ? toFloat64(column) : noFloats;
}

function joined(one: Float64Array, other: Float64Array): Float64Array {
  const both = new Float64Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function joinedSteps(one: Series['steps'], other: Series['steps']): Series['steps'] {
  if (!(one instanceof BigInt64Array && other instanceof BigInt64Array)) {
    return joined(toFloat64(one), toFloat64(other));
  }
  const both = new BigInt64Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

// A line keeps its arrays as long as its series stays the same object, so that the chart can tell
// by identity what has changed.
const linesOf = new WeakMap<Series, Map<string, readonly Arrays[]>>();

type Arrays = Pick<Line, 'x' | 'y' | 'raw' | 'steps' | 'wallTimes' | 'start'> & {
  readonly attempt: number;
};

/**
 * The lines of a card in the order of the runs. `starts` gives each run's first wall time where the
 * series themselves are but a window.
 */
export function toLines(
  series: SeriesByRun,
  runs: readonly ShownRun[],
  axis: XAxis,
  starts: SeriesByRun = series,
): Line[] {
  return runs.flatMap(({ name, label, color }) => {
    const one = series.get(name);
    if (!one) return [];
    const start = firstFinite(starts.get(name)?.wallTimes) ?? firstFinite(one.wallTimes) ?? 0;
    const parts = arraysOf(one, axis, start);
    return parts.map(({ attempt, ...arrays }, i) => ({
      ...arrays,
      key: i === parts.length - 1 ? name : `${name}\u0000${attempt}`,
      label: parts.length > 1 ? `${label} (attempt ${attempt + 1})` : label,
      color,
      count: i === parts.length - 1 ? one.count : arrays.x.length,
      dashed: i < parts.length - 1,
    }));
  });
}

function arraysOf(series: Series, axis: XAxis, start: number): readonly Arrays[] {
  let known = linesOf.get(series);
  if (!known) linesOf.set(series, (known = new Map<string, readonly Arrays[]>()));
  const key = `${axis} ${start}`;
  let arrays = known.get(key);
  if (!arrays) {
    const x = xOf(series, axis, start);
    arrays = attemptRanges(series.attempt, series.values.length).map(([from, to, attempt]) => ({
      attempt,
      x: x.subarray(from, to),
      y: (series.smoothed ?? series.values).subarray(from, to),
      raw: series.smoothed ? series.values.subarray(from, to) : null,
      steps: series.steps.subarray(from, to),
      wallTimes: series.wallTimes.subarray(from, to),
      start,
    }));
    known.set(key, arrays);
  }
  return arrays;
}

function xOf(series: Series, axis: XAxis, start: number): Float64Array {
  if (axis === 'wall') return series.wallTimes;
  if (axis === 'relative') return series.wallTimes.map((time) => time - start);
  return toFloat64(series.steps);
}

/** Where each attempt begins and ends; one stretch when attempts were not asked for. */
function attemptRanges(
  attempt: Float64Array | null,
  length: number,
): (readonly [from: number, to: number, attempt: number])[] {
  if (!attempt || length === 0) return [[0, length, 0]];
  const ranges: [number, number, number][] = [];
  for (let i = 0; i < length; ++i) {
    const last = ranges.at(-1);
    const number = attempt[i] ?? 0;
    if (last?.[2] === number) last[1] = i + 1;
    else ranges.push([i, i + 1, number]);
  }
  return ranges;
}

/** Series whose points all stand at one step have no extent there: they are drawn over time. */
export function isAtOneStep(series: SeriesByRun): boolean {
  let found = false;
  for (const one of series.values()) {
    if (!one || one.steps.length < 2) continue;
    const first = one.steps[0];
    if (one.steps.some((step: bigint | number) => step !== first)) return false;
    found = true;
  }
  return found;
}

/** What a card is called: also a tag that is the empty text has to be called something. */
export function titleOf(tag: Tag): string {
  return tag.display_name || tag.tag || '(empty tag)';
}

/** How much a card shows: the points of its longest line, and in how many attempts. */
export function factsOf(series: readonly Series[]): string {
  const most = Math.max(0, ...series.map(({ count }) => count));
  const attempts = Math.max(1, ...series.map((one) => one.attempts));
  const points = `${groupDigits(String(most))} ${most === 1 ? 'point' : 'points'}`;
  return attempts > 1 ? `${attempts} attempts · ${points}` : points;
}

/** What there is to say of a line beside how many points it has. */
export function noteOf({ attempts, superseded }: Series): string {
  const parts = [];
  if (attempts > 1) parts.push(`${attempts} attempts`);
  if (superseded > 0) parts.push(`${superseded} written again`);
  return parts.join(', ');
}

/** How often something was lost or repaired in each run's files, of what the server lists. */
export function damageOf(stats: readonly Stat[]): ReadonlyMap<string, number> {
  const byRun = new Map<string, number>();
  for (const { severity, occurrences } of stats) {
    if (severity === 'info') continue;
    for (const { file } of occurrences) {
      const slash = file.lastIndexOf('/');
      const run = slash < 0 ? '.' : file.slice(0, slash);
      byRun.set(run, (byRun.get(run) ?? 0) + 1);
    }
  }
  return byRun;
}

export interface TagGroup {
  /** What stands before the first `/`; empty for tags without one. */
  readonly name: string;
  readonly tags: readonly Tag[];
}

/** Groups in the order in which their first tags stand. */
export function grouped(tags: readonly Tag[]): TagGroup[] {
  const groups = new Map<string, Tag[]>();
  for (const tag of tags) {
    const name = tag.tag.includes('/') ? tag.tag.slice(0, tag.tag.indexOf('/')) : '';
    const group = groups.get(name);
    if (group) group.push(tag);
    else groups.set(name, [tag]);
  }
  return Array.from(groups, ([name, members]) => ({ name, tags: members }));
}

/** A section of cards: the tags of a group, which stand together in the list. */
export interface TagSection {
  readonly name: string;
  readonly label: string;
  /** How many tags it has, and the place of the first in the list. */
  readonly count: number;
  readonly first: number;
}

export function sectionsOf(
  groups: readonly { readonly prefix: string; readonly tags: number }[],
): TagSection[] {
  let first = 0;
  return groups.map(({ prefix, tags }) => {
    const label = prefix || (groups.length > 1 ? 'no prefix' : 'all');
    const section = { name: prefix, label, count: tags, first };
    first += tags;
    return section;
  });
}

/** Where the pointer is, in which card: the others show it too when they have the same axis. */
export interface Crosshair {
  readonly tag: string;
  readonly axis: XAxis;
  readonly x: number;
  /** The line that it is near to, if any. */
  readonly key: string | null;
}

/**
 * Zooms by tag, as the address holds them: `tag:from:to:low:high`, empty where a range fits the
 * data.
 */
export function parseZooms(value: string | undefined): ReadonlyMap<string, View> {
  const zooms = new Map<string, View>();
  for (const item of value ? value.split(',') : []) {
    const [tag = '', ...numbers] = item.split(':');
    const view = { x: range(numbers[0], numbers[1]), y: range(numbers[2], numbers[3]) };
    if (view.x || view.y) zooms.set(decodeText(tag), view);
  }
  return zooms;
}

/** Undefined when nothing is zoomed. Of several views of a tag, the last counts. */
export function formatZooms(zooms: Iterable<readonly [tag: string, View]>): string | undefined {
  const items = Array.from(new Map(zooms))
    .filter(([, { x, y }]) => x ?? y)
    .map(([tag, { x, y }]) => {
      const numbers = [x?.[0], x?.[1], ...(y ?? [])].map((one) => short(one));
      return [encodeText(tag), ...numbers].join(':');
    });
  return items.length > 0 ? items.join(',') : undefined;
}

/** Where a card's axes end, by tag: `tag:from:to:low:high`, empty where an end fits the data. */
export function parseLimits(value: string | undefined): ReadonlyMap<string, Limits> {
  const limits = new Map<string, Limits>();
  for (const item of value ? value.split(',') : []) {
    const [tag = '', ...numbers] = item.split(':');
    const both = { x: ends(numbers[0], numbers[1]), y: ends(numbers[2], numbers[3]) };
    if (isLimited(both.x) || isLimited(both.y)) limits.set(decodeText(tag), both);
  }
  return limits;
}

/** Undefined when nothing is limited. Of several limits of a tag, the last count. */
export function formatLimits(limits: Iterable<readonly [tag: string, Limits]>): string | undefined {
  const items = Array.from(new Map(limits))
    .filter(([, { x, y }]) => isLimited(x) || isLimited(y))
    .map(([tag, { x, y }]) => {
      const numbers = [...x, ...y].map((end) => short(end ?? undefined));
      return [encodeText(tag), ...numbers].join(':');
    });
  return items.length > 0 ? items.join(',') : undefined;
}

function ends(low: string | undefined, high: string | undefined): Ends {
  const [from, to] = [low, high].map((text) => {
    const value = text ? Number(text) : NaN;
    return Number.isFinite(value) ? value : null;
  }) as [number | null, number | null];
  // Ends that are the wrong way round are none.
  return from !== null && to !== null && from >= to ? [null, null] : [from, to];
}

/** How the axes of a card are spread; undefined: as the toolbar says. */
export interface Scales {
  readonly x: ScaleKind | undefined;
  readonly y: ScaleKind | undefined;
}

const scaleKinds: readonly ScaleKind[] = ['linear', 'log', 'symlog'];

export function scaleKind(text: string | undefined): ScaleKind | undefined {
  return scaleKinds.find((kind) => kind === text);
}

/** Scales that are not as the toolbar says, by tag: `tag:y:x`. */
export function parseScales(value: string | undefined): ReadonlyMap<string, Scales> {
  const scales = new Map<string, Scales>();
  for (const item of value ? value.split(',') : []) {
    const [tag = '', y, x] = item.split(':');
    const both = { x: scaleKind(x), y: scaleKind(y) };
    if (both.x !== undefined || both.y !== undefined) scales.set(decodeText(tag), both);
  }
  return scales;
}

export function formatScales(scales: Iterable<readonly [tag: string, Scales]>): string | undefined {
  const items = Array.from(new Map(scales))
    .filter(([, { x, y }]) => x ?? y)
    .map(([tag, { x, y }]) => [encodeText(tag), y ?? '', ...(x ? [x] : [])].join(':'));
  return items.length > 0 ? items.join(',') : undefined;
}

/** One stretch of x for all cards, as `from:to`. */
export function parseStretch(value: string | undefined): Range | null {
  const [from, to] = (value ?? '').split(':');
  return range(from, to);
}

export function formatStretch(stretch: Range | null): string | undefined {
  return stretch ? stretch.map(short).join(':') : undefined;
}

function range(low: string | undefined, high: string | undefined): Range | null {
  if (!low || !high) return null;
  const [from, to] = [Number(low), Number(high)];
  return Number.isFinite(from) && Number.isFinite(to) && from < to ? [from, to] : null;
}

/** Enough digits for a wall time to the millisecond, and no more. */
function short(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toPrecision(13)));
}

/** Whether what `have` shows reaches as far as `wanted` on both sides; an end of null is open. */
export function covers(have: Ends, wanted: Ends): boolean {
  const [from, to] = have;
  const isLow = from === null || (wanted[0] !== null && from <= wanted[0]);
  return isLow && (to === null || (wanted[1] !== null && to >= wanted[1]));
}

// A clock that said NaN or infinity is no beginning; the engine counts from here, too.
function firstFinite(wallTimes: Float64Array | undefined): number | undefined {
  return wallTimes?.find((time) => Number.isFinite(time));
}
