// A list that may be too long for a page to hold: its beginning is kept, and the stretch in sight.
// While a list is no longer than its beginning, the page has all of it and searches it by itself.
import type { Part } from './api/catalog';
import { resource } from './resource.svelte';

// Scrolled beyond the beginning, a list is asked for in stretches of this many lines on each side
// of what is in sight, so that a turn of the wheel seldom asks.
const marginLines = 100;
/** The longest stretch: what is in sight can reach over a closed section of any length. */
const maxLines = 1_000;

export interface LongList<T, P extends Part<T>> {
  /** The beginning; undefined before the first answer. */
  readonly head: P | undefined;
  readonly error: Error | undefined;
  readonly late: boolean;
  /** Whether the beginning is all that passes the filter. */
  readonly isWhole: boolean;
  /** The line at this place, if it is held. */
  readonly at: (place: number) => T | undefined;
  /** Says which lines are in sight: they are asked for unless they are held. */
  readonly look: (first: number, last: number) => void;
  readonly refresh: () => void;
}

interface Answered<P> {
  /** What was asked: stretches of different lists do not fit together. */
  readonly question: string;
  readonly part: P;
}

/** To be made while a component is. `headSize`: how long the beginning is. */
export function longList<Q, T, P extends Part<T>>(
  question: () => Q | undefined,
  ask: (question: Q, offset: number, limit: number, signal: AbortSignal) => Promise<P>,
  headSize: () => number,
): LongList<T, P> {
  // Aligned, so that it changes seldom.
  let sight = $state.raw({ from: 0, to: 0 });

  async function answer(
    { asked, offset, limit }: { asked: Q; offset: number; limit: number },
    signal: AbortSignal,
  ): Promise<Answered<P>> {
    const part = await ask(asked, offset, limit, signal);
    return { question: JSON.stringify(asked), part };
  }

  const head = resource(() => {
    const asked = question();
    return asked === undefined ? undefined : { asked, offset: 0, limit: headSize() };
  }, answer);
  const end = $derived(head.value?.part.matching ?? 0);
  const known = $derived(head.value?.part.items.length ?? 0);
  const far = resource(() => {
    const asked = question();
    const { from, to } = sight;
    if (asked === undefined || known >= end || to <= known || from >= end) return undefined;
    return { asked, offset: from, limit: to - from };
  }, answer);

  return {
    get head() {
      return head.value?.part;
    },
    get error() {
      return head.error ?? far.error;
    },
    get late() {
      return head.late;
    },
    get isWhole() {
      return head.value !== undefined && known >= end;
    },
    at(place) {
      const first = head.value;
      if (!first || place < known) return first?.part.items[place];
      const { question: asked, part } = far.value ?? {};
      return asked === first.question ? part?.items[place - part.offset] : undefined;
    },
    look(first, last) {
      const from = Math.max(0, (Math.floor(first / marginLines) - 1) * marginLines);
      const wanted = (Math.floor(last / marginLines) + 2) * marginLines;
      const to = Math.min(wanted, from + maxLines);
      if (from !== sight.from || to !== sight.to) sight = { from, to };
    },
    refresh() {
      head.refresh();
      far.refresh();
    },
  };
}
