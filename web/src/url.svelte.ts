// The state of the view lives here, in the address: `#/scalars?x=wall&tags=loss`. So every view is a
// link, back and forward walk through the views, and undo is a step back. What equals its default is
// left out by those who set it.

export interface Route {
  readonly tab: string;
  readonly params: ReadonlyMap<string, string>;
}

// What stays as it is in a value. `,` and `:` do not: they separate texts. Nor does what is no ASCII,
// which the browser would escape by itself, and the address would no longer equal what was written.
const escaped = /[^A-Za-z0-9._~!$*/@-]/gu;

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

export function encodeList(items: Iterable<string>): string {
  return Array.from(items, encodeText).join(',');
}

export function decodeList(value: string | undefined): string[] {
  return value ? value.split(',').map(decodeText) : [];
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

// What all dashboards share; the other keys are a dashboard's own and come back with it.
const sharedKeys = new Set(['runs', 'only', 'hide', 'order', 'plain']);

// A slider under the hand changes the view with every frame, and browsers stop a page that writes
// its address that often.
const writeDelayMs = 150;

class Url {
  #route = $state.raw<Route>(parseHash(location.hash));
  #merge: string | undefined;
  // How many of this page's own entries lie before the current one: undo must not leave the page.
  #depth = depthOf(history.state);
  #write: ReturnType<typeof setTimeout> | undefined;
  #ownByTab = new Map<string, ReadonlyMap<string, string>>();

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

  /** The address of this view, to be given to someone else. */
  get link(): string {
    return location.href.replace(/#.*$/s, '') + this.hash;
  }

  /** The raw value of a key. */
  get(key: string): string | undefined {
    return this.#route.params.get(key);
  }

  text(key: string): string {
    return decodeText(this.get(key) ?? '');
  }

  list(key: string): string[] {
    return decodeList(this.get(key));
  }

  /**
   * Makes a new entry in the history. Changes that follow one another with the same `merge` (typing,
   * a slider under the hand) share an entry.
   */
  set(patch: Patch, merge?: string): void {
    const params = new Map(this.#route.params);
    for (const [key, value] of Object.entries(patch)) {
      if (value === undefined) params.delete(key);
      else params.set(key, value);
    }
    this.#go({ tab: this.#route.tab, params }, merge !== undefined && merge === this.#merge);
    this.#merge = merge;
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
    this.#ownByTab.set(from, new Map([...params].filter(([key]) => !sharedKeys.has(key))));
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
