// The page's colour tokens as canvas needs them: resolved, and read once per change of theme.
import { createSubscriber } from 'svelte/reactivity';

export interface Theme {
  /** Behind the plot. */
  readonly panel: string;
  readonly ink: string;
  /** Tick labels. */
  readonly inkSoft: string;
  /** Marks, crosshair. */
  readonly inkFaint: string;
  readonly line: string;
  readonly grid: string;
  readonly accent: string;
  readonly font: string;
}

// What a page without tokens gets.
const fallback: Theme = {
  panel: '#ffffff',
  ink: '#1d2430',
  inkSoft: '#596273',
  inkFaint: '#838b99',
  line: '#d9dee6',
  grid: '#e9ecf1',
  accent: '#2468c8',
  font: 'system-ui, sans-serif',
};

const tokens = {
  panel: '--panel',
  ink: '--ink',
  inkSoft: '--ink-2',
  inkFaint: '--ink-3',
  line: '--line',
  grid: '--grid',
  accent: '--accent',
} as const;

let current: Theme | null = null;

const subscribe = createSubscriber((update) => {
  const onchange = (): void => {
    current = null;
    update();
  };
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', onchange);
  // The page's switch sets an attribute of the root element, whichever it is.
  const observer = new MutationObserver(onchange);
  observer.observe(document.documentElement, { attributes: true });
  return () => {
    scheme.removeEventListener('change', onchange);
    observer.disconnect();
    current = null;
  };
});

/** The theme now; who reads it in an effect or a derived value is told of changes. */
export function currentTheme(): Theme {
  subscribe();
  current ??= readTheme();
  return current;
}

// A probe resolves what a custom property's text would not tell: var(), light-dark(), relative
// colours.
function readTheme(): Theme {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const theme: Record<keyof Theme, string> = { ...fallback, font: style.fontFamily };
  for (const [name, token] of Object.entries(tokens) as [keyof typeof tokens, string][]) {
    probe.style.color = `var(${token}, ${fallback[name]})`;
    theme[name] = style.color;
  }
  probe.remove();
  return theme;
}
