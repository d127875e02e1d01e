// The state of the view lives here, in the address: `#/scalars?x=wall&tags=loss`. So every view is
// a link, back and forward walk through the views, and undo is a step back. What equals its default
// is left out by those who set it.

import {
  decodeList,
  decodeText,
  encodeList,
  formatHash,
  parseHash,
  patched,
  type Patch,
  type Route,
} from './url';

// What all dashboards share; the other keys are a dashboard's own and come back with it.
const sharedKeys = new Set(['filter', 'runs', 'only', 'hide', 'order', 'plain']);

// A slider under the hand changes the view with every frame, and browsers stop a page that writes
// its address that often.
const writeDelayMs = 150;

class Url {
  /** The dashboard that the bare address opens. */
  home = '';

  #route = $state.raw<Route>(parseHash(location.hash));
  #merge: string | undefined;
  // How many of this page's own entries lie before the current one: undo must not leave the page.
  #depth = depthOf(history.state);
  #write: ReturnType<typeof setTimeout> | undefined;
  readonly #lists = new Map<
    string,
    { readonly raw: string | undefined; readonly items: readonly string[] }
  >();
  #ownByTab: ReadonlyMap<string, Route['params']> = new Map();

  constructor() {
    const read = () => {
      if (location.hash === this.hash) return;
      clearTimeout(this.#write);
      this.#write = undefined;
      this.#route = parseHash(location.hash);
      this.#merge = undefined;
      this.#depth = depthOf(history.state);
    };
    addEventListener('popstate', read);
    addEventListener('hashchange', read);
    addEventListener('pagehide', () => {
      this.#flush();
    });
  }

  get tab(): string {
    return this.#route.tab;
  }

  get hash(): string {
    return formatHash(this.#route);
  }

  /** The address of this view with some values changed, to be given to someone else. */
  linkWith(patch: Patch): string {
    const { tab, params } = this.#route;
    const route = { tab: tab || this.home, params: patched(params, patch) };
    return location.href.replace(/#.*$/s, '') + formatHash(route);
  }

  get params(): ReadonlyMap<string, string> {
    return this.#route.params;
  }

  /** The raw value of a key. */
  get(key: string): string | undefined {
    return this.#route.params.get(key);
  }

  text(key: string): string {
    return decodeText(this.get(key) ?? '');
  }

  /** The same object as long as the address says the same, so that what follows from it stays. */
  list(key: string): readonly string[] {
    const raw = this.get(key);
    const last = this.#lists.get(key);
    if (last && last.raw === raw) return last.items;
    const items = decodeList(raw);
    this.#lists.set(key, { raw, items });
    return items;
  }

  /**
   * Makes a new entry in the history. Changes that follow one another with the same `merge`
   * (typing, a slider under the hand) share an entry.
   */
  set(patch: Patch, merge?: string): void {
    const params = patched(this.#route.params, patch);
    this.#go(
      { tab: this.#route.tab || this.home, params },
      merge !== undefined && merge === this.#merge,
    );
    this.#merge = merge;
  }

  /** Puts `item` into the list under `key`, or takes it out. */
  toggleIn(key: string, item: string): void {
    const items = this.list(key);
    const others = items.filter((one) => one !== item);
    const next = others.length < items.length ? others : [...items, item];
    this.set({ [key]: next.length > 0 ? encodeList(next) : undefined });
  }

  /** Opens a dashboard as it was left. */
  open(tab: string): void {
    const { tab: from, params } = this.#route;
    if (tab === from) return;
    if (from === '') {
      // The bare address means this dashboard: no step to go back to.
      this.#go({ tab, params }, true);
      return;
    }
    const own = new Map([...params].filter(([key]) => !sharedKeys.has(key)));
    this.#ownByTab = new Map([...this.#ownByTab, [from, own]]);
    const shared = [...params].filter(([key]) => sharedKeys.has(key));
    this.#go({ tab, params: new Map([...shared, ...(this.#ownByTab.get(tab) ?? [])]) }, false);
    this.#merge = undefined;
  }

  get canUndo(): boolean {
    return this.#depth > 0;
  }

  undo(): void {
    if (this.canUndo) history.back();
  }

  #go(route: Route, replace: boolean): void {
    if (formatHash(route) === this.hash) return;
    if (replace) {
      this.#route = route;
      this.#write ??= setTimeout(() => {
        this.#flush();
      }, writeDelayMs);
      return;
    }
    this.#flush();
    this.#route = route;
    this.#depth += 1;
    history.pushState({ depth: this.#depth }, '', this.hash);
  }

  #flush(): void {
    if (this.#write === undefined) return;
    clearTimeout(this.#write);
    this.#write = undefined;
    history.replaceState({ depth: this.#depth }, '', this.hash);
  }
}

function depthOf(state: unknown): number {
  if (typeof state !== 'object' || state === null || !('depth' in state)) return 0;
  return typeof state.depth === 'number' ? state.depth : 0;
}

export const url = new Url();
