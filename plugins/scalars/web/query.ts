// Asking the engine for series. All cards in sight share one request a frame, and a series that the
// page has is only asked for what is new.
import { columnsType, parseColumns, type Table } from '$web/api/columns';
import { address, postForBytes } from '$web/api/request';
import type { Range, XAxis } from '$web/charts/types';
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
}

/** The most that the engine takes at once. */
const maxPairs = 4_096;

const querySeries = batch<Item, ReadonlyMap<number, Table>>(async (items, signal) => {
  const answers = items.map(() => new Map<number, Table>());
  await Promise.all(
    groupedBySettings(items).map(async (indices) => {
      const settings = items[indices[0] ?? 0]?.settings;
      const wanted = indices.flatMap((i) =>
        (items[i]?.pairs ?? []).map((pair, place) => ({ pair, place, answer: answers[i] })),
      );
      for (let at = 0; at < wanted.length; at += maxPairs) {
        const part = wanted.slice(at, at + maxPairs);
        const body = { series: part.map(({ pair }) => pair), ...settings };
        const bytes = await postForBytes(address('api/scalars/series'), body, columnsType, signal);
        for (const table of parseColumns(bytes).tables) {
          const asked = part[Number(table.facts['index'])];
          asked?.answer?.set(asked.place, table);
        }
      }
    }),
  );
  return answers;
});

function groupedBySettings(items: readonly Item[]): number[][] {
  const groups = new Map<string, number[]>();
  items.forEach(({ settings }, i) => {
    const key = JSON.stringify(settings);
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  });
  return [...groups.values()];
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
}

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
    { tag, runs, settings }: Question,
    signal: AbortSignal,
    last: Loaded | undefined,
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
      const tables = await querySeries({ settings, pairs }, signal);
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
  return [run, tag, { revision: last.revision, count: last.count }];
}

function sameSettings(one: Settings, other: Settings): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * The stretch that a window asks for: half of its width more on each side, so that a pan shows
 * points.
 */
export function padded([from, to]: Range): Range {
  const more = (to - from) / 2;
  return [from - more, to + more];
}

// The last answers of cards that went out of sight: scrolled back, a card shows them at once and
// asks for what is new. Bounded, for a card can hold a megabyte.
const maxKept = 48;
const kept = new Map<string, Loaded>();

export function keep(tag: string, loaded: Loaded | undefined): void {
  kept.delete(tag);
  if (!loaded) return;
  kept.set(tag, loaded);
  const oldest = kept.keys().next().value;
  if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
}

export function recall(tag: string): Loaded | undefined {
  return kept.get(tag);
}
