// Dashboards that the user's own TensorBoard brings (`--tensorboard_plugins`): they come and go
// with it, so the server is asked for them now and then, unless it runs none.
import { getPythonPlugins, type PythonPluginsStatus } from './api/pythonPlugins';
import type { WebPlugin } from './plugin';

const startingMs = 500;
const runningMs = 2_000;

class PythonPlugins {
  status = $state.raw<PythonPluginsStatus>({ state: 'off', message: '', plugins: [] });
  /** The dashboards, and those of them that have something to show. */
  readonly all = $derived(this.status.plugins.map((plugin) => this.#webPlugin(plugin)));
  readonly enabled = $derived(this.all.filter((_, i) => this.status.plugins[i]?.enabled ?? false));

  // The same object as long as nothing about it changes, so that what it shows stays.
  readonly #known = new Map<string, WebPlugin>();

  #webPlugin({ name, label }: { readonly name: string; readonly label: string }): WebPlugin {
    const known = this.#known.get(name);
    if (known?.label === label) return known;
    const plugin = { name, label, load: () => import('./shell/PythonPlugin.svelte') };
    this.#known.set(name, plugin);
    return plugin;
  }

  /** Asks for as long as the answer is not called. */
  start(): () => void {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        this.status = await getPythonPlugins(abort.signal);
      } catch {
        // The page says already that the server has gone; what was there stays until it is back.
      }
      if (abort.signal.aborted || this.status.state === 'off') return;
      timer = setTimeout(ask, this.status.state === 'running' ? runningMs : startingMs);
    };
    void ask();
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }
}

export const pythonPlugins = new PythonPlugins();
