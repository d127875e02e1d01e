// A card's series as state, kept up to date.
import { resource, type Resource } from '$web/resource.svelte';
import { SeriesFetcher, type Loaded, type Question } from './query';

export interface LiveSeries extends Resource<Loaded> {
  /** Asks for what is new of these runs, or of all. */
  readonly grow: (runs: ReadonlySet<string> | 'all') => void;
}

/** To be made while a component is. */
export function liveSeries(question: () => Question | undefined, initial?: Loaded): LiveSeries {
  const fetcher = new SeriesFetcher(initial?.byRun.keys());
  const loaded = resource<Question, Loaded>(
    question,
    (asked, signal, last) => fetcher.fetch(asked, signal, last),
    initial,
  );

  return {
    get value() {
      return loaded.value;
    },
    get error() {
      return loaded.error;
    },
    get late() {
      return loaded.late;
    },
    refresh: loaded.refresh,
    grow(runs) {
      // Runs that are not asked for now are marked too: shown again, they must not be old.
      fetcher.grow(runs);
      if (question()?.runs.some((run) => runs === 'all' || runs.has(run))) loaded.refresh();
    },
  };
}
