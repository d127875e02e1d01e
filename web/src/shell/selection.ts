// Which runs are drawn, as the address says it: `only=a,b`, or `hide=a,b`, or neither. Unless the
// user said otherwise (`runs=all`), at most 60 are: the first of the list that pass the filter.
import { hashName } from '../widgets/colors';
import { decodeList, encodeList } from '../url';

export const maxByDefault = 60;

/** The values of the three keys. */
export interface SelectionKeys {
  readonly runs?: string | undefined;
  readonly only?: string | undefined;
  readonly hide?: string | undefined;
}

export const noSelection: SelectionKeys = { runs: undefined, only: undefined, hide: undefined };

type Names = (name: string) => boolean;

/** The names that are selected, of all that pass the filter in the order of the list. */
export function selected(matching: readonly string[], keys: SelectionKeys): Set<string> {
  if (keys.only !== undefined) return new Set(matching.filter(parseNames(keys.only)));
  const hidden = parseNames(keys.hide);
  const left = matching.filter((name) => !hidden(name));
  return new Set(keys.runs === 'all' ? left : left.slice(0, maxByDefault));
}

/** The keys after `name` was switched on or off. Runs to come stay as the user left them. */
export function toggled(
  name: string,
  matching: readonly string[],
  keys: SelectionKeys,
): SelectionKeys {
  const now = selected(matching, keys);
  const hidden = matching.filter((one) => !now.has(one));
  const isCapped = keys.runs !== 'all' && now.size === maxByDefault && hidden.length > 0;
  if (keys.only === undefined && !isCapped) {
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
export function isolated(
  name: string,
  matching: readonly string[],
  keys: SelectionKeys,
): SelectionKeys {
  const now = selected(matching, keys);
  const isAlone = now.size === 1 && now.has(name);
  return isAlone ? noSelection : { ...noSelection, only: formatNames([name]) };
}

export function everything(count: number): SelectionKeys {
  return count > maxByDefault ? { ...noSelection, runs: 'all' } : noSelection;
}

export const nothing: SelectionKeys = { ...noSelection, only: '' };

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
