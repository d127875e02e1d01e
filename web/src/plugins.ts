// All dashboards of the page, in tab order. The server says which of them have data.
import type { WebPlugin } from './plugin';
import { scalars } from '$plugins/scalars/web';

export const plugins: readonly WebPlugin[] = [scalars];
