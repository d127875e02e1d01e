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

/** A stretch of a list that the server holds: of what passes the filter, in the order asked for. */
export interface Part<T> {
  readonly generation: number;
  /** How many there are at all, and how many of them pass the filter. */
  readonly total: number;
  readonly matching: number;
  readonly offset: number;
  readonly items: readonly T[];
}

export type RunsOrder = 'name' | 'newest';

export interface RunsPart extends Part<Run> {
  readonly order: RunsOrder;
  /** What the names of all runs begin and end with. */
  readonly sharedPrefix: string;
  readonly sharedSuffix: string;
}

export interface RunsQuestion {
  /** A text, or a regular expression between slashes. */
  readonly filter: string;
  /** `auto`: the newest first when there are more than 60. */
  readonly order: RunsOrder | 'auto';
  /** Only runs whose names have one of these hashes (shell/selection.ts). */
  readonly hashes?: string | undefined;
}

export interface Tag {
  readonly tag: string;
  readonly runs: number;
  readonly points: number;
  readonly display_name: string;
  /** HTML; the page shows its text alone. */
  readonly description: string;
}

export interface TagsPart extends Part<Tag> {
  /** Another one when a tag came or went, or is called something else. */
  readonly revision: number;
  /** Of all tags that pass the filter; with the beginning of the list only. */
  readonly groups: readonly { readonly prefix: string; readonly tags: number }[];
  /** How many more groups there are. */
  readonly groupsLeftOut: number;
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

/** Something that the server holds in memory. */
export interface Held {
  readonly name: string;
  readonly text: string;
  /** `B` for bytes, empty for a count. */
  readonly unit: string;
  readonly amount: number;
  /** The most that there may be; null for what grows with the data. */
  readonly bound: number | null;
}

export interface Stats {
  readonly revision: number;
  readonly stats: readonly Stat[];
  readonly memory: {
    readonly resident_bytes: number;
    readonly points: number;
    readonly held: readonly Held[];
  };
}

export async function getEnvironment(signal: AbortSignal): Promise<Environment> {
  return (await getJson(address('api/environment'), signal)) as Environment;
}

export async function getRuns(
  { filter, order, hashes }: RunsQuestion,
  offset: number,
  limit: number,
  signal: AbortSignal,
): Promise<RunsPart> {
  const query = { filter, order, offset, limit, ...(hashes !== undefined && { hashes }) };
  const answer = (await getJson(address('api/runs', query), signal)) as Answer & {
    readonly runs: readonly Run[];
    readonly order: RunsOrder;
    readonly shared_prefix: string;
    readonly shared_suffix: string;
  };
  return {
    ...part(answer, answer.runs),
    order: answer.order,
    sharedPrefix: answer.shared_prefix,
    sharedSuffix: answer.shared_suffix,
  };
}

/** `filter` is as that of runs. */
export async function getTags(
  plugin: string,
  filter: string,
  offset: number,
  limit: number,
  signal: AbortSignal,
): Promise<TagsPart> {
  const query = { plugin, filter, offset, limit, groups: offset === 0 ? 1 : 0 };
  const answer = (await getJson(address('api/tags', query), signal)) as Answer & {
    readonly revision: number;
    readonly tags: readonly Tag[];
    readonly groups?: TagsPart['groups'];
    readonly groups_left_out?: number;
  };
  return {
    ...part(answer, answer.tags),
    revision: answer.revision,
    groups: answer.groups ?? [],
    groupsLeftOut: answer.groups_left_out ?? 0,
  };
}

interface Answer {
  readonly generation: number;
  readonly total: number;
  readonly matching: number;
  readonly offset: number;
}

function part<T>({ generation, total, matching, offset }: Answer, items: readonly T[]): Part<T> {
  return { generation, total, matching, offset, items };
}

export async function getStats(signal: AbortSignal): Promise<Stats> {
  return (await getJson(address('api/stats'), signal)) as Stats;
}
