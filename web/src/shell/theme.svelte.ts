// Light or dark: the system's choice until the user makes another. public/theme.js has set it
// before the first paint.
import type { Theme } from '../widgets/colors';

const key = 'stepscope.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

let shown = $state<Theme>(document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light');

function show(theme: Theme): void {
  shown = theme;
  document.documentElement.dataset['theme'] = theme;
}

system.addEventListener('change', () => {
  if (stored() === null) show(systemTheme());
});

function systemTheme(): Theme {
  return system.matches ? 'dark' : 'light';
}

function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export const theme = {
  get shown(): Theme {
    return shown;
  },
  /** The other one; where that is the system's own, the system decides again. */
  toggle: (): void => {
    const next = shown === 'dark' ? 'light' : 'dark';
    show(next);
    try {
      if (next === systemTheme()) localStorage.removeItem(key);
      else localStorage.setItem(key, next);
    } catch {
      // Storage is denied: the choice holds until the page is closed.
    }
  },
};
