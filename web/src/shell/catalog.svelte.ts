// What the server holds, kept up to date: the environment and the runs.
import { untrack } from 'svelte';
import { getEnvironment, getRuns, maxListed } from '../api/catalog';
import { live } from '../live.svelte';
import { paced, resource } from '../resource.svelte';
import { toServerFilter } from '../widgets/search';

// Names, counts and times may lag behind the curves a little. The whole list of runs, which can be
// megabytes, is asked for again at once only when runs came or went.
const catalogMs = 1_000;
const growthMs = 5_000;

/** To be made while a component is. `filter` matters once there are more runs than a page holds. */
export function createCatalog(filter: () => { text: string; plain: boolean }) {
  const environment = resource(
    () => 'environment',
    (_, signal) => getEnvironment(signal),
  );
  const isHuge = $derived((environment.value?.runs ?? 0) > maxListed);
  const runs = resource(
    () => {
      const { text, plain } = filter();
      return isHuge ? toServerFilter(text, plain) : '';
    },
    (serverFilter, signal) => getRuns(serverFilter, signal),
  );

  const refreshEnvironment = paced(environment.refresh, catalogMs);
  const refreshRuns = paced(runs.refresh, catalogMs);
  const refreshGrown = paced(refreshRuns.request, growthMs);

  // The socket follows the first answers. Whether its first message is news is told by the older of
  // the two: they were asked for at once, and the server may have published in between.
  const first = [environment, runs];
  const isAnswered = $derived(
    first.every(({ value, error }) => value !== undefined || error !== undefined),
  );
  $effect(() => {
    if (!isAnswered) return undefined;
    return live.start(
      untrack(() => {
        const generations = first.flatMap(({ value }) => value?.generation ?? []);
        return generations.length === first.length ? Math.min(...generations) : undefined;
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
    get runs() {
      return runs.value;
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
