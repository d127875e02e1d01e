// What the page as a whole knows and can do; the part of it that dashboards may use is plugin.ts's
// Shell.
import { live } from '../live.svelte';
import type { Action, Shell } from '../plugin';
import { plugins as ownPlugins } from '../plugins';
import { pythonPlugins } from '../pythonPlugins.svelte';
import { url } from '../url.svelte';
import { Actions } from './actions';
import { createCatalog } from './catalog.svelte';
import { createRuns, runsView } from './runs.svelte';
import { theme } from './theme.svelte';

export type Panel = 'palette' | 'help' | 'problems' | 'runs';

const sayMs = 4_000;

/** To be made while the root component is. */
export function createShell() {
  const catalog = createCatalog(runsView);
  const runs = createRuns(catalog);
  const actions = new Actions();

  let panel = $state<Panel | undefined>();
  let said = $state('');
  let silence: ReturnType<typeof setTimeout> | undefined;

  $effect(() => pythonPlugins.start());

  const plugins = $derived([...ownPlugins, ...pythonPlugins.all]);
  const withData = $derived([
    ...ownPlugins.filter(({ name }) =>
      catalog.environment?.plugins.some((plugin) => plugin.name === name && plugin.series > 0),
    ),
    ...pythonPlugins.enabled,
  ]);
  const open = $derived(plugins.find(({ name }) => name === url.tab) ?? withData[0] ?? plugins[0]);

  const shell: Shell = {
    get logdir() {
      return catalog.environment?.logdir ?? '';
    },
    get shownRuns() {
      return runs.shown;
    },
    get runCount() {
      return runs.total;
    },
    get highlightedRun() {
      return runs.hovered;
    },
    pointAt: (name) => {
      runs.pointed = name;
    },
    listen: (listener) => live.listen(listener),
    offer: (more) => actions.offer(more),
    offerSearch: (search) => actions.offerSearch(search),
    showProblems: () => (panel = 'problems'),
    say,
  };

  function say(text: string): void {
    said = text;
    clearTimeout(silence);
    silence = setTimeout(() => (said = ''), sayMs);
  }

  function ownActions(): Action[] {
    const hovered = runs.current;
    return [
      { label: 'Filter runs', group: 'do', key: '/', run: focusRunFilter },
      { label: 'Show all runs', group: 'do', run: runs.selectAll },
      { label: 'Show no run', group: 'do', run: runs.selectNone },
      {
        label: hovered ? `Hide ${hovered}` : 'Hide the run under the pointer',
        group: 'do',
        key: 'h',
        run: () => {
          if (hovered !== null) runs.toggle(hovered);
        },
      },
      {
        label: hovered ? `Show only ${hovered}` : 'Show only the run under the pointer',
        group: 'do',
        key: 'o',
        run: () => {
          if (hovered !== null) runs.only(hovered);
        },
      },
      {
        label: 'Undo the last change of the view',
        group: 'do',
        key: 'u',
        run: () => {
          if (url.canUndo) url.undo();
          else say('Nothing to undo');
        },
      },
      { label: 'Switch between light and dark', group: 'do', run: theme.toggle },
      { label: 'Show problems with the data', group: 'do', run: () => (panel = 'problems') },
      { label: 'Show all keys', group: 'do', key: '?', run: () => (panel = 'help') },
      ...withData.map(({ name, label }, i) => ({
        label,
        group: 'dashboard' as const,
        ...(i < 9 && { key: String(i + 1) }),
        run: () => {
          url.open(name);
        },
      })),
    ];
  }
  actions.offer(ownActions);
  actions.offerSearch(runs.search);

  function focusRunFilter(): void {
    if (matchMedia('(max-width: 700px)').matches) panel = 'runs';
    requestAnimationFrame(() => {
      document.querySelector<HTMLInputElement>('[data-focus=runs] input[type=text]')?.focus();
    });
  }

  return {
    shell,
    catalog,
    runs,
    actions,
    /** All dashboards, in the order of their tabs. */
    get plugins() {
      return plugins;
    },
    get withData() {
      return withData;
    },
    get open() {
      return open;
    },
    get panel() {
      return panel;
    },
    set panel(next: Panel | undefined) {
      panel = next;
    },
    get said() {
      return said;
    },
  };
}

export type Page = ReturnType<typeof createShell>;
