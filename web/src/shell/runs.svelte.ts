// The run list as state: what passes the filter, what is selected, which colour each has. It is the
// same object for the list, the palette and every dashboard.
import { getRuns, type Run, type RunsOrder } from '../api/catalog';
import type { Action, ShownRun } from '../plugin';
import { encodeText } from '../url';
import { url } from '../url.svelte';
import { noColor, rememberingColors, slotCount } from '../widgets/colors';
import { shortened } from '../widgets/names';
import { parseSearch, toServerFilter } from '../widgets/search';
import type { Catalog, RunsView } from './catalog.svelte';
import * as selection from './selection';
import { theme } from './theme.svelte';

/** Of a long list the palette offers so many, of those that match. */
const maxFound = 60;

// A broken expression matches everything, as if it were not there.
function serverFilter(): string {
  const filter = url.text('filter');
  const isPlain = url.list('plain').includes('runs');
  return parseSearch(filter, isPlain).error === undefined ? toServerFilter(filter, isPlain) : '';
}

function orderInAddress(): RunsOrder | undefined {
  const order = url.get('order');
  return order === 'newest' || order === 'name' ? order : undefined;
}

// Words by themselves: a change of the address elsewhere is none of the selection.
function selectionKeys(): selection.SelectionKeys {
  return { runs: url.get('runs'), only: url.get('only'), hide: url.get('hide') };
}

/** What of a long list of runs the address asks for. */
export function runsView(): RunsView {
  const keys = selectionKeys();
  return {
    question: { filter: serverFilter(), order: orderInAddress() ?? 'auto' },
    length: selection.neededLength(keys),
    hashes: keys.only === undefined ? undefined : selection.hashesOf(keys.only),
  };
}

export function createRuns(catalog: Catalog) {
  const list = catalog.runs;
  const held = $derived(list.head?.items ?? []);
  const total = $derived(list.head?.total ?? 0);
  const filter = $derived(url.text('filter'));
  const isPlain = $derived(url.list('plain').includes('runs'));
  const search = $derived(parseSearch(filter, isPlain));
  const order = $derived(orderInAddress() ?? list.head?.order ?? 'name');

  const matching = $derived(
    catalog.isLong ? held : held.filter(({ name }) => search.matches(name)),
  );
  const count = $derived(catalog.isLong ? (list.head?.matching ?? 0) : matching.length);
  const which = $derived(url.get('runs'));
  const only = $derived(url.get('only'));
  const hide = $derived(url.get('hide'));
  const keys = $derived({ runs: which, only, hide });
  const picked = $derived(only === undefined ? undefined : catalog.picked);
  const listed = $derived<selection.Listed>({
    names: matching.map(({ name }) => name),
    count,
    picked: picked?.map(({ name }) => name),
  });
  const selected = $derived(selection.selected(listed, keys));
  const names = $derived(
    catalog.isLong
      ? { prefix: list.head?.sharedPrefix ?? '', suffix: list.head?.sharedSuffix ?? '' }
      : shortened(held.map(({ name }) => name)),
  );

  // While there are colours for all, a run's colour does not even depend on what is selected.
  const colorsOf = rememberingColors();
  const colored = $derived(total <= slotCount ? held.map(({ name }) => name) : [...selected]);
  const colors = $derived(colorsOf(colored, theme.shown));

  // The same object as long as it says the same: the list is fetched anew while runs grow, and the
  // cards would be drawn anew each time.
  let lastShown: readonly ShownRun[] = [];
  const shown = $derived.by(() => {
    const next = selection
      .heldNames(listed)
      .filter((name) => selected.has(name))
      .map((name) => ({
        name,
        label: name.slice(names.prefix.length),
        color: colors.get(name) ?? noColor,
      }));
    if (!sameRuns(lastShown, next)) lastShown = next;
    return lastShown;
  });

  // Under the pointer in the list, and nearest to it in a chart.
  let hovered = $state<string | null>(null);
  let pointed = $state<string | null>(null);

  const choose = (next: selection.SelectionKeys, merge?: string) => {
    url.set({ ...next }, merge);
  };

  const toAction = ({ name }: Run): Action => ({
    label: name,
    group: 'run',
    run: () => {
      choose(selection.isolated(name, listed, keys));
    },
  });

  return {
    /** What the palette finds: "only this run". */
    search: async (text: string, signal: AbortSignal): Promise<readonly Action[]> => {
      if (!catalog.isLong) return held.map(toAction);
      const question = { filter: toServerFilter(text, true), order: 'auto' } as const;
      return (await getRuns(question, 0, maxFound, signal)).items.map(toAction);
    },
    /** How many runs there are, and how many of them pass the filter. */
    get total() {
      return total;
    },
    get count() {
      return count;
    },
    /** The beginning of the list, of what passes the filter. */
    get first(): readonly Run[] {
      return matching;
    },
    /** Whether there are more runs than the page holds. */
    get isLong() {
      return catalog.isLong;
    },
    /** The run at this place of the list, if it is held. */
    at: (place: number): Run | undefined => (catalog.isLong ? list.at(place) : matching[place]),
    look: list.look,
    /** Whether runs are left out only because there are so many. */
    get isCapped() {
      return selection.isCapped(listed, keys);
    },
    /** Whether as many are drawn as ever can be. */
    get isMost() {
      return which === 'all';
    },
    get shown() {
      return shown;
    },
    get names() {
      return names;
    },
    get filter() {
      return filter;
    },
    get isPlain() {
      return isPlain;
    },
    get error() {
      // The server knows expressions of another kind: it has no look-around, for one.
      return search.error ?? (catalog.isLong && filter !== '' ? list.error?.message : undefined);
    },
    get order() {
      return order;
    },
    get hovered() {
      return hovered;
    },
    set hovered(name: string | null) {
      hovered = name;
    },
    set pointed(name: string | null) {
      pointed = name;
    },
    /** What "the run under the pointer" means. */
    get current() {
      return hovered ?? pointed;
    },
    isSelected: (name: string) => selected.has(name),
    colorOf: (name: string) => colors.get(name),
    /** Changes that follow one another with the same `merge` are one step for undo. */
    toggle: (name: string, merge?: string) => {
      choose(selection.toggled(name, listed, keys), merge);
    },
    only: (name: string, merge?: string) => {
      choose(selection.isolated(name, listed, keys), merge);
    },
    selectAll: () => {
      choose(selection.everything(count));
    },
    selectNone: () => {
      choose(selection.nothing);
    },
    setFilter: (text: string) => {
      url.set({ filter: text === '' ? undefined : encodeText(text) }, 'filter');
    },
    togglePlain: () => {
      url.toggleIn('plain', 'runs');
    },
    setOrder: (next: RunsOrder) => {
      url.set({ order: next });
    },
  };
}

function sameRuns(one: readonly ShownRun[], other: readonly ShownRun[]): boolean {
  const isSame = ({ name, label, color }: ShownRun, i: number) =>
    name === other[i]?.name && label === other[i].label && color === other[i].color;
  return one.length === other.length && one.every(isSame);
}

export type Runs = ReturnType<typeof createRuns>;
