// The scalars dashboard: one card a tag, one line a run.
import type { WebPlugin } from '$web/plugin';

export const scalars: WebPlugin = {
  name: 'scalars',
  label: 'Scalars',
  load: () => import('./ScalarsView.svelte'),
};
