// The web half of a dashboard: a name, a label, and a view that is loaded when its tab is opened.
// A view sees the rest of the page only through the Shell that it is given.
import type { Component } from 'svelte';
import type { Change } from './live.svelte';

export type { Change };

export interface WebPlugin {
  /** Its folder, its address (`#/NAME`), its tab and the name of the C++ half. */
  readonly name: string;
  readonly label: string;
  /** Called once, when the tab is first opened. */
  readonly load: () => Promise<{ default: Component<ViewProps> }>;
}

export interface ViewProps {
  readonly shell: Shell;
  /** Of the dashboard that is shown. */
  readonly name: string;
}

/** A run that is selected and passes the filter. */
export interface ShownRun {
  readonly name: string;
  /** The name less what all runs begin with. */
  readonly label: string;
  /** `#rrggbb`, for the theme that is shown. */
  readonly color: string;
}

/** Something the user can do: the palette lists it, and its key does it. */
export interface Action {
  readonly label: string;
  readonly group: 'do' | 'dashboard' | 'run' | 'tag';
  /** As KeyboardEvent.key says it. */
  readonly key?: string;
  readonly run: () => void;
}

/** The actions whose names hold the text; asked with each letter that is typed. */
export type ActionSearch = (text: string, signal: AbortSignal) => Promise<readonly Action[]>;

/** What a view may see and do outside its own pane. All of it is reactive. */
export interface Shell {
  readonly logdir: string;
  /** In the order of the list. */
  readonly shownRuns: readonly ShownRun[];
  /** How many runs there are at all. */
  readonly runCount: number;
  /** The run that every card brings forward: the one under the pointer in the list. */
  readonly highlightedRun: string | null;
  /**
   * Says which run is nearest to the pointer in a chart: the list marks it, and keys speak of it.
   */
  pointAt(run: string | null): void;
  /** Calls `listener` with each change of the data until the answer is called. */
  listen(listener: (change: Change) => void): () => void;
  /** Offers actions, asked for anew at each use, until the answer is called. */
  offer(actions: () => readonly Action[]): () => void;
  /** Offers what can be found by name, for when there is too much to offer it all. */
  offerSearch(search: ActionSearch): () => void;
  /** Opens the pane that says what was lost or repaired while reading, and what is held. */
  readonly showProblems: () => void;
  /** Says something in passing: "Link copied". */
  say(text: string): void;
}
