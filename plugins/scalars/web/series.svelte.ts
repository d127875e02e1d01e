// A card's series as state, kept up to date.
import type { Job } from '$web/api/jobs.svelte';
import { resource, type Resource } from '$web/resource.svelte';
import { SeriesFetcher, type Loaded, type Question } from './query';

export interface LiveSeries extends Resource<Loaded> {
  /** Asks for what is new of these runs, or of all. */
  readonly grow: (runs: ReadonlySet<string> | 'all') => void;
  /** How far an answer is that is being waited for, from 0 to 1, where the engine says so. */
  readonly progress: number | undefined;
}

/** To be made while a component is. */
export function liveSeries(question: () => Question | undefined, initial?: Loaded): LiveSeries {
  let job = $state.raw<Job | undefined>();
  const fetcher = new SeriesFetcher(initial?.byRun.keys());
  const loaded = resource<Question, Loaded>(
    question,
    (asked, signal, last) => fetcher.fetch(asked, signal, last, (next) => (job = next)),
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
    get slow() {
      return loaded.slow;
    },
    get cancelled() {
      return loaded.cancelled;
    },
    get progress() {
      return loaded.slow ? job?.done : undefined;
    },
    cancel: loaded.cancel,
    refresh: loaded.refresh,
    grow(runs) {
      // Runs that are not asked for now are marked too: shown again, they must not be old.
      fetcher.grow(runs);
      if (loaded.cancelled) return; // What was too much does not begin again by itself.
      if (question()?.runs.some((run) => runs === 'all' || runs.has(run))) loaded.refresh();
    },
  };
}
