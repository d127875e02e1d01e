// The user's own TensorBoard behind the server, as docs/api.md states it.
import { address, getJson } from './request';

export interface PythonPluginsStatus {
  readonly state: 'off' | 'starting' | 'running' | 'failed';
  /** Why it is not running. */
  readonly message: string;
  readonly plugins: readonly {
    readonly name: string;
    readonly label: string;
    /** It has something to show. */
    readonly enabled: boolean;
  }[];
}

export async function getPythonPlugins(signal: AbortSignal): Promise<PythonPluginsStatus> {
  return (await getJson(address('api/plugins/python'), signal)) as PythonPluginsStatus;
}

/** The page of a plugin, for a frame. */
export function pythonPluginPage(name: string): string {
  return address('data/plugin_entry.html', { name });
}

/** The names of all runs, as TensorBoard's own page has them. */
export async function getRunNames(signal: AbortSignal): Promise<readonly string[]> {
  return (await getJson(address('data/runs'), signal)) as readonly string[];
}
