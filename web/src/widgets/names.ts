// How long names fit into narrow places: what all of them share is dropped or gives way first, the
// part in which they differ always shows.

export interface Shortened {
  /** The folders that all names begin with, up to a `/`; shown once, elsewhere. */
  readonly prefix: string;
  /** What all names end with; it gives way first. */
  readonly suffix: string;
}

const minSuffix = 6;
/** How much of a name's end stays when its middle is left out. */
const tailLength = 14;

export function shortened(names: readonly string[]): Shortened {
  const [first = '', ...others] = names;
  if (others.length === 0) return { prefix: '', suffix: '' };

  let start = first.length;
  for (const name of others) start = Math.min(start, sharedStart(first, name));
  const prefix = first.slice(0, first.lastIndexOf('/', start - 1) + 1);

  const rests = names.map((name) => name.slice(prefix.length));
  const [rest = '', ...otherRests] = rests;
  let end = rest.length;
  for (const other of otherRests) end = Math.min(end, sharedEnd(rest, other));
  // A whole name is no suffix: something has to be left to tell it by.
  const shortest = Math.min(...rests.map((one) => one.length));
  const suffix = end >= minSuffix && end < shortest ? rest.slice(rest.length - end) : '';
  return shortest > 0 ? { prefix, suffix } : { prefix: '', suffix: '' };
}

/** A name in three pieces; `head` may be cut, `tail` is never, `suffix` is the first to go. */
export function pieces(name: string, { prefix, suffix }: Shortened) {
  const rest = name.slice(prefix.length, name.length - suffix.length);
  const cut = Math.max(0, rest.length - tailLength);
  return { head: rest.slice(0, cut), tail: rest.slice(cut), suffix };
}

function sharedStart(one: string, other: string): number {
  let i = 0;
  while (i < one.length && one[i] === other[i]) ++i;
  return i;
}

function sharedEnd(one: string, other: string): number {
  let i = 0;
  while (i < one.length && i < other.length && one.at(-1 - i) === other.at(-1 - i)) ++i;
  return i;
}
