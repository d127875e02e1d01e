// What comes from the server, as state: `resource` keeps the last good answer to a question that
// may change, `batch` joins the questions that are put in the same frame into one request.
import { untrack } from 'svelte';
import { isAbort } from './api/request';

/** How long an answer may take before the picture dims. */
const lateMs = 300;
/** And before the page says how far it is. */
const slowMs = 150;

export interface Resource<T> {
  /** The last good answer, whatever happened since. */
  readonly value: T | undefined;
  /** What went wrong with the newest question; undefined once one is answered, or there is none. */
  readonly error: Error | undefined;
  /** An answer is awaited, and has been for more than 300 ms. */
  readonly late: boolean;
  /** An answer is awaited, and has been for more than 150 ms. */
  readonly slow: boolean;
  /** The newest question was given up with `cancel`, and is not answered. */
  readonly cancelled: boolean;
  /** Gives up the answer that is awaited, until the question changes or is asked again. */
  readonly cancel: () => void;
  /** Asks again, once the answer under way is there. */
  readonly refresh: () => void;
}

/**
 * Asks whenever `question` changes (compared by its text as JSON; undefined: nothing to ask), in a
 * component's lifetime. `ask` is given the last answer, so that it can ask for what is new.
 *
 * `initial` stands in for the last answer until there is one.
 *
 * A changed question cuts off an answer that has been under way for long: for more than 300 ms, or
 * twice as long as the last one took. While a slider moves, each answer is shown and the newest
 * question follows it, from a slow server too.
 */
export function resource<Q, T>(
  question: () => Q | undefined,
  ask: (question: Q, signal: AbortSignal, last: T | undefined) => Promise<T>,
  initial?: T,
): Resource<T> {
  let value = $state.raw<T | undefined>(initial);
  let error = $state.raw<Error | undefined>();
  let late = $state(false);
  let slow = $state(false);
  let cancelled = $state(false);

  let current: Q | undefined;
  let asked: string | undefined;
  let again = false;
  let pending: Pending | undefined;
  // Were it fixed, a server that needs a little longer would never be heard out while a hand moves.
  let patienceMs = lateMs;

  async function start(question: Q): Promise<void> {
    const mine = { abort: new AbortController(), since: performance.now() };
    pending = mine;
    const timers = [
      setTimeout(() => (slow = true), slowMs),
      setTimeout(() => (late = true), lateMs),
    ];
    try {
      const answer = await ask(question, mine.abort.signal, value);
      if (isPending(mine)) {
        value = answer;
        error = undefined;
        patienceMs = Math.max(lateMs, 2 * (performance.now() - mine.since));
      }
    } catch (caught) {
      if (isPending(mine) && !isAbort(caught)) {
        error = caught instanceof Error ? caught : new Error(String(caught));
      }
    }
    timers.forEach(clearTimeout);
    if (!isPending(mine)) return;
    pending = undefined;
    late = slow = false;
    if (again) request();
  }

  // Whether the answer is still wanted: meanwhile the question may have gone.
  const isPending = (one: Pending) => pending === one;

  function stop(): void {
    const { abort } = pending ?? {};
    pending = undefined;
    late = slow = false;
    abort?.abort();
  }

  function request(): void {
    if (pending) {
      again = true;
    } else if (current !== undefined) {
      again = cancelled = false;
      void start(current);
    }
  }

  function cancel(): void {
    if (!pending) return;
    stop();
    again = false;
    cancelled = true;
  }

  $effect(() => {
    current = question();
    const text = JSON.stringify(current);
    if (text === asked) return;
    asked = text;
    untrack(() => {
      if (current === undefined) {
        stop();
        error = undefined;
        cancelled = false;
      } else {
        if (pending && performance.now() - pending.since > patienceMs) {
          stop();
          patienceMs *= 2;
        }
        request();
      }
    });
  });
  $effect(() => stop);

  return {
    get value() {
      return value;
    },
    get error() {
      return error;
    },
    get late() {
      return late;
    },
    get slow() {
      return slow;
    },
    get cancelled() {
      return cancelled;
    },
    cancel,
    refresh: request,
  };
}

interface Pending {
  readonly abort: AbortController;
  readonly since: number;
}

interface Waiting<I, A> {
  readonly item: I;
  readonly signal: AbortSignal;
  readonly resolve: (answer: A) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A function that answers one item, while all items of a group that are asked for in one animation
 * frame go to `send` together. Each group succeeds or fails by itself. An item whose signal is
 * aborted leaves; when all have left, so does the request.
 */
export function batch<I, A>(
  groupOf: (item: I) => string,
  send: (items: readonly I[], signal: AbortSignal) => Promise<readonly A[]>,
): (item: I, signal: AbortSignal) => Promise<A> {
  let waiting: Waiting<I, A>[] = [];

  function flush(): void {
    const groups: Record<string, Waiting<I, A>[]> = {};
    for (const one of waiting) {
      if (!one.signal.aborted) (groups[groupOf(one.item)] ??= []).push(one);
    }
    waiting = [];
    for (const joined of Object.values(groups)) void sendTogether(joined);
  }

  async function sendTogether(joined: readonly Waiting<I, A>[]): Promise<void> {
    const abort = new AbortController();
    let left = joined.length;
    for (const { signal } of joined) {
      signal.addEventListener('abort', () => {
        left -= 1;
        if (left === 0) abort.abort();
      });
    }
    try {
      const answers = await send(
        joined.map(({ item }) => item),
        abort.signal,
      );
      joined.forEach(({ resolve, reject }, i) => {
        const answer = answers[i];
        if (answer === undefined) reject(new Error('The batch was answered in part.'));
        else resolve(answer);
      });
    } catch (error) {
      for (const { reject } of joined) reject(error);
    }
  }

  return (item, signal) =>
    new Promise<A>((resolve, reject) => {
      if (waiting.length === 0) requestAnimationFrame(flush);
      waiting.push({ item, signal, resolve, reject });
      signal.addEventListener('abort', () => {
        reject(new DOMException('No longer wanted', 'AbortError'));
      });
    });
}

export interface Paced {
  readonly request: () => void;
  readonly stop: () => void;
}

/** Calls `work` at once, and then at most once in every interval, however often it is asked to. */
export function paced(work: () => void, intervalMs: number): Paced {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const request = () => {
    if (timer !== undefined) {
      again = true;
      return;
    }
    again = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (again) request();
    }, intervalMs);
    work();
  };
  return {
    request,
    stop() {
      clearTimeout(timer);
    },
  };
}
