// Asking the engine for series. All cards in sight share one request a frame, and a series that the
// page has is only asked for what is new.
import { columnsType, parseColumns, type Table } from '$web/api/columns';
import { address, postForBytes, Refusal } from '$web/api/request';
import type { Ends, XAxis } from '$web/charts/types';
import { startJob, turnstile, type Job, type StartedJob } from '$web/api/jobs.svelte';
import { batch } from '$web/resource.svelte';
import { isOvergrown, merged, type Attempts, type Series, type SeriesByRun } from './model';

/** What all series of a request share. */
export interface Settings {
  readonly x: XAxis;
  readonly from: number | null;
  readonly to: number | null;
  readonly pixels: number;
  readonly smoothing: number;
  readonly attempts: Attempts;
}

interface Since {
  readonly revision: string;
  readonly count: number;
}

type Pair = readonly [run: string, tag: string] | readonly [run: string, tag: string, since: Since];

interface Item {
  readonly settings: Settings;
  readonly pairs: readonly Pair[];
  /** Of what takes long: it does not hold up the others. */
  readonly alone: string | undefined;
  readonly onjob: ((job: Job) => void) | undefined;
}

// The engine's limits (plugins/scalars/scalars.cc): it takes so many pairs, and answers with so
// many points, at once.
const maxPairs = 4_096;
const maxAnswerPoints = 2_097_152;
// What thinning keeps of a line in a column of pixels (src/analysis/thin.h): first, last, lowest
// and highest point, the lowest and highest smoothed, and the first and last of NaN and both
// infinities.
const maxKeptPerPixel = 12;

/** How many lines of this width an answer has room for. */
export function partSize(pixels: number): number {
  const room = Math.floor(maxAnswerPoints / (maxKeptPerPixel * Math.max(1, pixels)));
  return Math.min(maxPairs, Math.max(1, room));
}

const tooLarge = 413;

/** The answers by the place of their pairs. */
async function queryPart(
  pairs: readonly Pair[],
  settings: Settings,
  job: Job,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Table>> {
  const body = { series: pairs, ...settings };
  try {
    const href = address('api/scalars/series', { job: job.name });
    const bytes = await postForBytes(href, body, columnsType, signal);
    return new Map(
      parseColumns(bytes).tables.map((table) => [Number(table.facts['index']), table]),
    );
  } catch (error) {
    const isTooLarge = error instanceof Refusal && error.status === tooLarge;
    if (!isTooLarge || (pairs.length === 1 && pairs[0]?.length === 2)) throw error;
  }
  // Lines that go to and fro keep more, and what was appended comes unthinned: then half as many,
  // as wholes.
  const whole = pairs.map(([run, tag]): Pair => [run, tag]);
  const middle = Math.ceil(whole.length / 2);
  const first = await queryPart(whole.slice(0, middle), settings, job, signal);
  if (middle === whole.length) return first;
  const second = await queryPart(whole.slice(middle), settings, job, signal);
  return new Map([...first, ...Array.from(second, ([i, table]) => [middle + i, table] as const)]);
}

// A browser has six connections to a server: some are left for what is quick.
const slowPlaces = turnstile(3);

const querySeries = batch<Item, ReadonlyMap<number, Table>>(
  ({ settings, alone }) => JSON.stringify([settings, alone]),
  async (items, signal) => {
    const job = startJob();
    for (const { onjob } of items) onjob?.(job);
    let leave: (() => void) | undefined;
    try {
      if (items[0]?.alone !== undefined) {
        if (slowPlaces.isFull) job.wait();
        leave = await slowPlaces.enter(signal);
      }
      return await queryParts(items, job, signal);
    } finally {
      leave?.();
      job.end();
    }
  },
);

async function queryParts(
  items: readonly Item[],
  job: StartedJob,
  signal: AbortSignal,
): Promise<readonly ReadonlyMap<number, Table>[]> {
  const answers = items.map(() => new Map<number, Table>());
  const settings = items[0]?.settings;
  if (!settings) return answers;
  const wanted = items.flatMap(({ pairs }, i) =>
    pairs.map((pair, place) => ({ pair, place, answer: answers[i] })),
  );
  const size = partSize(settings.pixels);
  for (let at = 0; at < wanted.length; at += size) {
    const part = wanted.slice(at, at + size);
    job.part(at / size, Math.ceil(wanted.length / size));
    const tables = await queryPart(
      part.map(({ pair }) => pair),
      settings,
      job,
      signal,
    );
    for (const [i, table] of tables) part[i]?.answer?.set(part[i].place, table);
  }
  return answers;
}

/** Series as they are for certain settings. */
export interface Loaded {
  readonly settings: Settings;
  readonly byRun: SeriesByRun;
}

export interface Question {
  readonly tag: string;
  readonly runs: readonly string[];
  readonly settings: Settings;
  /** The lines are so long that they are asked for alone. */
  readonly isLong?: boolean;
}

/** So many points take the engine some 50 ms to smooth. */
export const manyPoints = 2_000_000;

/** Fetches a card's series, and knows which of them have grown since. */
export class SeriesFetcher {
  readonly #grown: Set<string>;
  /** Every run that was asked for, and so may be in an answer, now or soon. */
  readonly #asked: Set<string>;

  /** `known`: the runs of an earlier answer, which may have grown already. */
  constructor(known: Iterable<string> = []) {
    this.#grown = new Set(known);
    this.#asked = new Set(this.#grown);
  }

  /** The next question that has these runs asks for what is new of them. */
  grow(runs: ReadonlySet<string> | 'all'): void {
    for (const run of runs === 'all' ? this.#asked : runs) this.#grown.add(run);
  }

  async fetch(
    { tag, runs, settings, isLong }: Question,
    signal: AbortSignal,
    last: Loaded | undefined,
    onjob?: (job: Job) => void,
  ): Promise<Loaded> {
    const isSame = last !== undefined && sameSettings(last.settings, settings);
    const known = isSame ? last.byRun : new Map<string, Series | null>();
    const wanted = runs.filter((run) => !known.has(run) || this.#grown.has(run));
    if (wanted.length === 0 && isSame) return last;

    // What grows while the answer is under way has to be asked for again.
    const before = wanted.filter((run) => this.#grown.delete(run));
    for (const run of wanted) this.#asked.add(run);
    try {
      const pairs = wanted.map((run) => pair(run, tag, known.get(run), settings.pixels));
      const alone = isLong ? tag : undefined;
      const tables = await querySeries({ settings, pairs, alone, onjob }, signal);
      const byRun = new Map(known);
      wanted.forEach((run, i) => {
        const table = tables.get(i);
        byRun.set(run, table ? merged(known.get(run), table) : null);
      });
      return { settings, byRun };
    } catch (error) {
      for (const run of before) this.#grown.add(run);
      throw error;
    }
  }
}

function pair(run: string, tag: string, last: Series | null | undefined, pixels: number): Pair {
  if (!last || isOvergrown(last, pixels)) return [run, tag];
  return [run, tag, { revision: last.revision, count: last.settled }];
}

function sameSettings(one: Settings, other: Settings): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * The stretch that a window asks for: half of its width more on each side, so that a pan shows
 * points.
 */
export function padded([from, to]: Ends): Ends {
  // Where one end is open nothing can be panned to.
  if (from === null || to === null) return [from, to];
  const more = (to - from) / 2;
  return [from - more, to + more];
}

// The last answers of cards that went out of sight: scrolled back, a card shows them at once and
// asks for what is new. Bounded, for a card of many long lines can hold megabytes.
const maxKeptBytes = 48 * 2 ** 20;
// Its objects and buffers, without the points.
const lineBytes = 1_000;
const kept = new Map<string, { readonly loaded: Loaded; readonly bytes: number }>();
let keptBytes = 0;

export function keep(tag: string, loaded: Loaded | undefined): void {
  forget(tag);
  if (!loaded) return;
  const bytes = bytesOf(loaded);
  kept.set(tag, { loaded, bytes });
  keptBytes += bytes;
  for (const oldest of kept.keys()) {
    if (keptBytes <= maxKeptBytes) break;
    forget(oldest);
  }
}

export function recall(tag: string): Loaded | undefined {
  return kept.get(tag)?.loaded;
}

function forget(tag: string): void {
  keptBytes -= kept.get(tag)?.bytes ?? 0;
  kept.delete(tag);
}

function bytesOf({ byRun }: Loaded): number {
  let bytes = 0;
  for (const series of byRun.values()) {
    if (!series) continue;
    const { steps, wallTimes, values, smoothed, attempt } = series;
    bytes += lineBytes;
    for (const column of [steps, wallTimes, values, smoothed, attempt]) {
      bytes += column?.byteLength ?? 0;
    }
  }
  return bytes;
}
