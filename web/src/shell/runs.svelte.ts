// The run list as state: what passes the filter, what is selected, which colour each has. It is the
// same object for the list, the palette and every dashboard.
import type { Run } from '../api/catalog';
import type { ShownRun } from '../plugin';
import { encodeText } from '../url';
import { url } from '../url.svelte';
import { noColor, rememberingColors, slotCount } from '../widgets/colors';
import { shortened } from '../widgets/names';
import { parseSearch } from '../widgets/search';
import * as selection from './selection';
import { theme } from './theme.svelte';

export type Order = 'name' | 'newest';

export function createRuns(all: () => readonly Run[]) {
  const filter = $derived(url.text('filter'));
  const isPlain = $derived(url.list('plain').includes('runs'));
  const order = $derived<Order>(url.get('order') === 'newest' ? 'newest' : 'name');

  const ordered = $derived(
    order === 'newest'
      ? all().toSorted((a, b) => (b.start_time ?? -Infinity) - (a.start_time ?? -Infinity))
      : all(),
  );
  const search = $derived(parseSearch(filter, isPlain));
  const matching = $derived(ordered.filter(({ name }) => search.matches(name)));
  const matchingNames = $derived(matching.map(({ name }) => name));
  // Words by themselves: a change of the address elsewhere is none of the selection.
  const which = $derived(url.get('runs'));
  const only = $derived(url.get('only'));
  const hide = $derived(url.get('hide'));
  const keys = $derived({ runs: which, only, hide });
  const selected = $derived(selection.selected(matchingNames, keys));
  const names = $derived(shortened(all().map(({ name }) => name)));

  // While there are colours for all, a run's colour does not even depend on what is selected.
  const colorsOf = rememberingColors();
  const colored = $derived(
    all().length <= slotCount ? all().map(({ name }) => name) : [...selected],
  );
  const colors = $derived(colorsOf(colored, theme.shown));

  // The same object as long as it says the same: the list is fetched anew while runs grow, and the
  // cards would be drawn anew each time.
  let lastShown: readonly ShownRun[] = [];
  const shown = $derived.by(() => {
    const next = matchingNames
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

  return {
    get all() {
      return all();
    },
    get matching() {
      return matching;
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
      return search.error;
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
      choose(selection.toggled(name, matchingNames, keys), merge);
    },
    only: (name: string, merge?: string) => {
      choose(selection.isolated(name, matchingNames, keys), merge);
    },
    selectAll: () => {
      choose(selection.everything(matching.length));
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
    setOrder: (next: Order) => {
      url.set({ order: next === 'name' ? undefined : next });
    },
  };
}

function sameRuns(one: readonly ShownRun[], other: readonly ShownRun[]): boolean {
  const isSame = ({ name, label, color }: ShownRun, i: number) =>
    name === other[i]?.name && label === other[i].label && color === other[i].color;
  return one.length === other.length && one.every(isSame);
}

export type Runs = ReturnType<typeof createRuns>;
