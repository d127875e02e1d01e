// How a view stands in an address: `#/scalars?x=wall&only=a,b`. Values are kept as they stand
// there; who owns a key knows whether it holds a text, a list or a word.

export interface Route {
  readonly tab: string;
  readonly params: ReadonlyMap<string, string>;
}

// What stays as it is in a value. `,` and `:` do not, they separate texts, nor `~`, which marks a
// list of another kind (shell/selection.ts). Nor does what is no ASCII, which the browser would
// escape by itself, and the address would no longer equal what was written.
const escaped = /[^A-Za-z0-9._!$*/@-]/gu;

/** A text as it may stand in a value. */
export function encodeText(text: string): string {
  return text.replace(escaped, (character) => {
    if (character === ' ') return '+';
    const bytes = new TextEncoder().encode(character);
    return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
      '',
    );
  });
}

/** Never throws: an address may come from anywhere, so what cannot be decoded stays as it is. */
export function decodeText(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

// The empty text in a list, which else would be no list at all.
const empty = '~';

export function encodeList(items: Iterable<string>): string {
  return Array.from(items, (item) => (item === '' ? empty : encodeText(item))).join(',');
}

export function decodeList(value: string | undefined): string[] {
  return value ? value.split(',').map((item) => (item === empty ? '' : decodeText(item))) : [];
}

export function parseHash(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s, 2);
  const params = new Map<string, string>();
  for (const pair of query.split('&')) {
    const split = pair.indexOf('=');
    if (split > 0) params.set(pair.slice(0, split), pair.slice(split + 1));
  }
  return { tab: decodeText(path), params };
}

export function formatHash({ tab, params }: Route): string {
  const query = Array.from(params, ([key, value]) => `${key}=${value}`).join('&');
  return `#/${encodeText(tab)}${query ? `?${query}` : ''}`;
}

/** Values by key; undefined removes the key. */
export type Patch = Readonly<Record<string, string | undefined>>;

export function patched(params: Route['params'], patch: Patch): Map<string, string> {
  const changed = new Map(params);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) changed.delete(key);
    else changed.set(key, value);
  }
  return changed;
}
