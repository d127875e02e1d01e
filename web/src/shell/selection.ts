// Which runs are drawn, as the address says it: `only=a,b`, or `hide=a,b`, or neither. Unless the
// user said otherwise (`runs=all`), at most 60 are: the first of the list that pass the filter.
// More than 300 are never drawn at once: nobody could tell them apart, and a page of a dozen charts
// would hold hundreds of megabytes.
import { hashName } from '../widgets/colors';
import { decodeList, encodeList } from '../url';

export const maxByDefault = 60;
export const maxShown = 300;

/** The values of the three keys. */
export interface SelectionKeys {
  readonly runs?: string | undefined;
  readonly only?: string | undefined;
  readonly hide?: string | undefined;
}

export const noSelection: SelectionKeys = { runs: undefined, only: undefined, hide: undefined };

/** The list of runs as far as it is held. */
export interface Listed {
  /** The first that pass the filter, or all of them, in the order of the list. */
  readonly names: readonly string[];
  /** How many pass it. */
  readonly count: number;
  /** Runs that `only` names, wherever in the list they stand; needed while `names` are not all. */
  readonly picked?: readonly string[] | undefined;
}

/** All names that are held, each once. */
export function heldNames({ names, picked }: Listed): readonly string[] {
  return picked ? [...new Set([...picked, ...names])] : names;
}

type Names = (name: string) => boolean;

/** The names that are selected. */
export function selected(listed: Listed, keys: SelectionKeys): Set<string> {
  if (keys.only !== undefined) {
    return new Set(heldNames(listed).filter(parseNames(keys.only)).slice(0, maxShown));
  }
  const hidden = parseNames(keys.hide);
  return new Set(listed.names.filter((name) => !hidden(name)).slice(0, capOf(keys)));
}

/** Whether runs are left out only because there are so many. */
export function isCapped({ names, count }: Listed, keys: SelectionKeys): boolean {
  if (keys.only !== undefined) return false;
  return count - names.filter(parseNames(keys.hide)).length > capOf(keys);
}

/** How much of the list must be held to tell what is selected. */
export function neededLength(keys: SelectionKeys): number {
  const { hide } = keys;
  const hidden = isHashed(hide) ? (hide?.length ?? 0) / hashLength : decodeList(hide).length;
  return capOf(keys) + Math.ceil(hidden);
}

function capOf(keys: SelectionKeys): number {
  return keys.runs === 'all' ? maxShown : maxByDefault;
}

/** The keys after `name` was switched on or off. Runs to come stay as the user left them. */
export function toggled(name: string, listed: Listed, keys: SelectionKeys): SelectionKeys {
  const now = selected(listed, keys);
  if (keys.only === undefined && !isCapped(listed, keys)) {
    const hidden = listed.names.filter((one) => !now.has(one));
    // Hidden runs that the filter keeps out of sight stay hidden, if they are named.
    const named = isHashed(keys.hide) ? hidden : decodeList(keys.hide);
    const others = named.filter((one) => one !== name);
    const names = now.has(name) ? [...others, name] : others;
    return { ...keys, hide: names.length > 0 ? formatNames(names) : undefined };
  }
  const kept = keys.only !== undefined && !isHashed(keys.only) ? decodeList(keys.only) : [...now];
  const names = now.has(name) ? kept.filter((one) => one !== name) : [...kept, name];
  return { ...noSelection, only: formatNames(names) };
}

/** Only `name`; said again, everything as it is by default. */
export function isolated(name: string, listed: Listed, keys: SelectionKeys): SelectionKeys {
  const now = selected(listed, keys);
  const isAlone = now.size === 1 && now.has(name);
  return isAlone ? noSelection : { ...noSelection, only: formatNames([name]) };
}

export function everything(count: number): SelectionKeys {
  return count > maxByDefault ? { ...noSelection, runs: 'all' } : noSelection;
}

export const nothing: SelectionKeys = { ...noSelection, only: '' };

/** The hashes of the runs that `only` names, as the server's `hashes` parameter has them. */
export function hashesOf(only: string): string {
  return isHashed(only) ? only.slice(1) : decodeList(only).map(shortHash).join('');
}

// Past this length a list of names becomes a list of their hashes, five characters each, so that an
// address can hold thousands of runs.
const maxNamesLength = 1500;
const hashMark = '~';
const hashLength = 5;

function formatNames(names: readonly string[]): string {
  const list = encodeList(names);
  return list.length <= maxNamesLength ? list : hashMark + names.map(shortHash).join('');
}

function isHashed(value: string | undefined): boolean {
  return value?.startsWith(hashMark) ?? false;
}

function parseNames(value: string | undefined): Names {
  if (value?.startsWith(hashMark)) {
    const hashes = new Set<string>();
    for (let i = 1; i + hashLength <= value.length; i += hashLength) {
      hashes.add(value.slice(i, i + hashLength));
    }
    return (name) => hashes.has(shortHash(name));
  }
  const names = new Set(decodeList(value));
  return (name) => names.has(name);
}

/** 25 bits: among 10,000 runs, one in 3,000 shares its hash with another. */
function shortHash(name: string): string {
  return (hashName(name) % 32 ** hashLength).toString(32).padStart(hashLength, '0');
}
