// What the server holds, kept up to date: the environment and the runs.
import { untrack } from 'svelte';
import {
  getEnvironment,
  getRuns,
  type Run,
  type RunsPart,
  type RunsQuestion,
} from '../api/catalog';
import { live } from '../live.svelte';
import { longList } from '../longList.svelte';
import { paced, resource } from '../resource.svelte';
import { maxShown } from './selection';

// Names, counts and times may lag behind the curves a little. The runs are asked for again at once
// only when some came or went.
const catalogMs = 1_000;
const growthMs = 5_000;
/** So many runs the page holds all of, and filters by itself. */
export const headLength = 256;

/** What of the list of runs the page needs. */
export interface RunsView {
  /** What matters once there are more runs than the page holds. */
  readonly question: RunsQuestion;
  /** How much of the beginning is needed at least. */
  readonly length: number;
  /** The hashes of runs that are to be found wherever they stand. */
  readonly hashes: string | undefined;
}

/** To be made while a component is. */
export function createCatalog(view: () => RunsView) {
  const environment = resource(
    () => 'environment',
    (_, signal) => getEnvironment(signal),
  );
  // Only grows: a list of nearly that length would change its nature with each run.
  let isLong = $state(false);
  const runs = longList<RunsQuestion, Run, RunsPart>(
    () => (isLong ? view().question : { ...view().question, filter: '' }),
    async (question, offset, limit, signal) => {
      const part = await getRuns(question, offset, limit, signal);
      if (isLong || part.total <= headLength) return part;
      // Other runs than those that the view means are not shown even for a moment.
      isLong = true;
      const { filter } = untrack(view).question;
      return filter ? getRuns({ ...question, filter }, offset, limit, signal) : part;
    },
    () => Math.max(headLength, isLong ? view().length : 0),
  );
  const picked = resource(
    () => {
      const { question, hashes } = view();
      return isLong && hashes !== undefined ? { ...question, hashes } : undefined;
    },
    (question: RunsQuestion, signal) => getRuns(question, 0, maxShown, signal),
  );

  const refreshEnvironment = paced(environment.refresh, catalogMs);
  const refreshRuns = paced(() => {
    runs.refresh();
    picked.refresh();
  }, catalogMs);
  const refreshGrown = paced(refreshRuns.request, growthMs);

  // The socket follows the first answers. Whether its first message is news is told by the older of
  // the two: they were asked for at once, and the server may have published in between.
  const generations = $derived([environment.value?.generation, runs.head?.generation]);
  const isAnswered = $derived(
    (environment.value !== undefined || environment.error !== undefined) &&
      (runs.head !== undefined || runs.error !== undefined),
  );
  $effect(() => {
    if (!isAnswered) return undefined;
    return live.start(
      untrack(() => {
        const [one, other] = generations;
        return one === undefined || other === undefined ? undefined : Math.min(one, other);
      }),
    );
  });
  $effect(() => {
    const stop = live.listen(({ all, cameOrWent }) => {
      refreshEnvironment.request();
      if (all || cameOrWent) refreshRuns.request();
      else refreshGrown.request();
    });
    return () => {
      stop();
      for (const one of [refreshEnvironment, refreshRuns, refreshGrown]) one.stop();
    };
  });

  return {
    get environment() {
      return environment.value;
    },
    get error() {
      return environment.error;
    },
    runs,
    /** Whether there are more runs than the page holds. */
    get isLong() {
      return isLong;
    },
    /** The runs that the view names by their hashes; undefined while that matters not. */
    get picked() {
      return isLong ? picked.value?.items : undefined;
    },
    /** What the newest message of the socket says goes before the last answer. */
    get progress() {
      return live.latest?.progress ?? environment.value?.progress;
    },
    get logdirState() {
      return live.latest?.logdir_state ?? environment.value?.logdir_state;
    },
    get points() {
      return live.latest?.points ?? environment.value?.points ?? 0;
    },
    get problems() {
      return live.latest?.problems ?? environment.value?.problems ?? 0;
    },
  };
}

export type Catalog = ReturnType<typeof createCatalog>;
