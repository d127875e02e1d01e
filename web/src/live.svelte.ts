// The live socket: who grew, who came and went. It connects by itself, and again when the server is
// back, so that nobody has to reload the page.
import type { LogdirState, Progress } from './api/catalog';
import { address } from './api/request';
import { hearJobs } from './api/jobs.svelte';

export interface Change {
  /** Anything may have changed: after connecting, or when too many runs did to name them. */
  readonly all: boolean;
  readonly generation: number;
  readonly changed: ReadonlySet<string>;
  readonly cameOrWent: boolean;
  /** The revision of the tags (api/catalog.ts). */
  readonly tags: number;
}

interface Message {
  readonly generation: number;
  readonly logdir_state: LogdirState;
  readonly progress: Progress;
  readonly runs_changed: readonly string[];
  readonly runs_added: readonly string[];
  readonly runs_removed: readonly string[];
  readonly all: boolean;
  readonly tags: number;
  readonly points: number;
  readonly problems: number;
}

/** How far requests are that take long. */
interface Progresses {
  readonly jobs: readonly { readonly job: string; readonly done: number }[];
}

export type LiveState = 'connecting' | 'live' | 'lost';

const firstRetryMs = 250;
const lastRetryMs = 4_000;
// The server pings every 20 s at the protocol's level, which a page cannot see; a socket that is
// half open is found by the next request that fails.

export class Live {
  state = $state<LiveState>('connecting');
  /** When the connection was lost, in milliseconds since the epoch. */
  lostAt = $state<number | undefined>();
  /** What the newest message said about the server as a whole. */
  latest = $state.raw<Message | undefined>();

  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #known: number | undefined;
  #listeners: readonly ((change: Change) => void)[] = [];

  /** Calls `listener` with each change until the answer is called. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /**
   * Connects, for as long as the answer is not called. `generation` is that of the oldest of
   * what the page has just loaded: a first message of the same generation is no news.
   */
  start(generation: number | undefined): () => void {
    this.#known = generation;
    this.#connect();
    const retry = () => {
      if (document.visibilityState === 'visible') this.retry();
    };
    addEventListener('online', retry);
    document.addEventListener('visibilitychange', retry);
    return () => {
      removeEventListener('online', retry);
      document.removeEventListener('visibilitychange', retry);
      clearTimeout(this.#timer);
      const socket = this.#socket;
      this.#socket = undefined;
      socket?.close();
    };
  }

  /** Does not wait for the next try. */
  retry(): void {
    if (this.state !== 'lost') return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  #connect(): void {
    this.#socket?.close();
    const socket = new WebSocket(address('api/live').replace(/^http/, 'ws'));
    this.#socket = socket;
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (socket === this.#socket && typeof event.data === 'string') this.#receive(event.data);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lose();
    };
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as Message | Progresses;
    if ('jobs' in message) {
      hearJobs(message.jobs);
      return;
    }
    this.#failures = 0;
    this.state = 'live';
    this.lostAt = undefined;
    this.latest = message;
    const isNews = message.generation !== this.#known;
    this.#known = undefined;
    if (!isNews) return;
    const change = toChange(message);
    for (const listener of this.#listeners) listener(change);
  }

  #lose(): void {
    this.#socket = undefined;
    this.#known = undefined;
    this.state = 'lost';
    this.lostAt ??= Date.now();
    const delay = Math.min(firstRetryMs * 2 ** this.#failures, lastRetryMs);
    this.#failures += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#connect();
    }, delay);
  }
}

function toChange(message: Message): Change {
  return {
    all: message.all,
    generation: message.generation,
    changed: new Set([...message.runs_changed, ...message.runs_added]),
    tags: message.tags,
    cameOrWent: message.runs_added.length + message.runs_removed.length > 0,
  };
}

export const live = new Live();
