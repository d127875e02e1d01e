// What the server knows, as docs/api.md states it: environment, runs, tags, stats.
import { address, getJson } from './request';

export type LogdirState = 'ok' | 'missing' | 'not_a_directory' | 'unreadable';

export interface Progress {
  readonly complete: boolean;
  readonly bytes_read: number;
  readonly bytes_total: number;
  readonly runs_loaded: number;
  readonly seconds: number;
}

export interface Environment {
  readonly version: string;
  readonly logdir: string;
  readonly window_title: string;
  readonly logdir_state: LogdirState;
  /**
   * All dashboards of the server's build, in tab order; `series` is 0 where nothing is to be shown.
   */
  readonly plugins: readonly { readonly name: string; readonly series: number }[];
  readonly progress: Progress;
  readonly runs: number;
  readonly points: number;
  readonly problems: number;
  readonly generation: number;
}

export interface Run {
  readonly name: string;
  /** Seconds since the epoch; null until a first event was read. */
  readonly start_time: number | null;
  readonly last_wall_time: number | null;
  readonly tags: number;
  readonly points: number;
  readonly generation: number;
  readonly loaded: boolean;
  readonly files: number;
}

export interface RunsPage {
  readonly generation: number;
  readonly total: number;
  readonly matching: number;
  readonly runs: readonly Run[];
}

export interface Tag {
  readonly tag: string;
  readonly runs: number;
  readonly points: number;
  readonly display_name: string;
  /** HTML; the page shows its text alone. */
  readonly description: string;
}

export interface TagsPage {
  readonly generation: number;
  readonly total: number;
  readonly matching: number;
  readonly tags: readonly Tag[];
}

export interface Occurrence {
  readonly file: string;
  readonly offset: number;
  readonly detail: string;
}

export interface Stat {
  readonly name: string;
  readonly severity: string;
  readonly text: string;
  readonly count: number;
  readonly occurrences: readonly Occurrence[];
}

export interface Stats {
  readonly revision: number;
  readonly stats: readonly Stat[];
  readonly memory: { readonly resident_bytes: number; readonly points: number };
}

/** The most that the server answers with at once, and the most that a page holds. */
export const maxListed = 10_000;

export async function getEnvironment(signal: AbortSignal): Promise<Environment> {
  return (await getJson(address('api/environment'), signal)) as Environment;
}

/** `filter` is a text, or a regular expression between slashes. */
export async function getRuns(filter: string, signal: AbortSignal): Promise<RunsPage> {
  return (await getJson(address('api/runs', { filter, limit: maxListed }), signal)) as RunsPage;
}

export async function getTags(
  plugin: string,
  filter: string,
  signal: AbortSignal,
): Promise<TagsPage> {
  const query = { plugin, filter, limit: maxListed };
  return (await getJson(address('api/tags', query), signal)) as TagsPage;
}

export async function getStats(signal: AbortSignal): Promise<Stats> {
  return (await getJson(address('api/stats'), signal)) as Stats;
}
