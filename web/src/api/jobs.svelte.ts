// How far the server is with what takes long: requests carry a name that the page chose, and the
// live socket says by that name how much is done.
import { SvelteMap } from 'svelte/reactivity';

export interface Job {
  readonly name: string;
  /** From 0 to 1, never back; undefined while the server does not say that it takes long. */
  readonly done: number | undefined;
}

/** A job whose request is under way, or several requests, one after another. */
export interface StartedJob extends Job {
  /** What is done from here on is the part at this place of so many. */
  part(at: number, parts: number): void;
  /** It waits for its turn: nothing is done, and it does take long. */
  wait(): void;
  end(): void;
}

// Those that were started and have not ended.
const all = new SvelteMap<string, number | undefined>();
const parts = new Map<string, readonly [at: number, parts: number]>();

export function startJob(): StartedJob {
  const name = Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join(
    '',
  );
  all.set(name, undefined);
  return {
    name,
    get done() {
      return all.get(name);
    },
    part(at, count) {
      parts.set(name, [at, count]);
    },
    wait() {
      all.set(name, 0);
    },
    end() {
      all.delete(name);
      parts.delete(name);
    },
  };
}

/** What the live socket says, of the jobs of all pages. */
export function hearJobs(jobs: readonly { readonly job: string; readonly done: number }[]): void {
  for (const { job, done } of jobs) {
    if (!all.has(job)) continue;
    const [at, count] = parts.get(job) ?? [0, 1];
    all.set(job, Math.max(all.get(job) ?? 0, (at + done) / count));
  }
}

/** Lets so many in at once; the others wait in line. */
export function turnstile(places: number) {
  const waiting: (() => void)[] = [];
  let free = places;
  return {
    get isFull() {
      return free === 0;
    },
    /** Resolves to what gives the place back. Rejects when the signal is aborted before. */
    async enter(signal: AbortSignal): Promise<() => void> {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
      } else {
        await new Promise<void>((resolve, reject) => {
          waiting.push(resolve);
          signal.addEventListener('abort', () => {
            const at = waiting.indexOf(resolve);
            if (at < 0) return;
            waiting.splice(at, 1);
            reject(new DOMException('No longer wanted', 'AbortError'));
          });
        });
      }
      return () => {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      };
    },
  };
}
