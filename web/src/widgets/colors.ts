// Which colour a run has. It follows from its name, so that it stays the same after a reload, in a
// link and for a colleague, and nothing has to be written down.
import { contrast, toHex, toOklch, type Oklch } from './oklch';

export type Theme = 'light' | 'dark';

/**
 * schemeObservable10 of d3-scale-chromatic, which itself would bring its 40 kB of other schemes
 * along.
 */
export const scheme = [
  '#4269d0',
  '#efb118',
  '#ff725c',
  '#6cc5b0',
  '#3ca951',
  '#ff8ab7',
  '#a463f2',
  '#97bbf5',
  '#9c6b4e',
  '#9498a0',
] as const;
const hues = scheme.length;
const levels = 3;
/** How many runs can have a colour of their own. */
export const slotCount = hues * levels;

// The grounds that lines are drawn on: --panel of shell/tokens.css.
const grounds = { light: '#ffffff', dark: '#16191f' } as const;
const minContrast = 3;

// After the scheme's own lightness, the same hues at two others, chosen so that no two of all slots
// come near each other (the test says how near).
const shifts = {
  light: [
    { l: 0, c: 1 },
    { l: -0.21, c: 1 },
    { l: -0.1, c: 1 },
  ],
  dark: [
    { l: 0, c: 1 },
    { l: 0.12, c: 1 },
    { l: -0.18, c: 0.85 },
  ],
} as const;

/** The colours of all slots on a theme's ground, each at least 3:1 against it. */
export const palettes: Readonly<Record<Theme, readonly string[]>> = {
  light: palette('light'),
  dark: palette('dark'),
};

function palette(theme: Theme): string[] {
  return shifts[theme].flatMap((shift) =>
    scheme.map((hex) => {
      const { l, c, h } = readable(toOklch(hex), theme);
      return toHex(readable({ l: l + shift.l, c: c * shift.c, h }, theme));
    }),
  );
}

function readable(color: Oklch, theme: Theme): Oklch {
  const step = theme === 'light' ? -0.005 : 0.005;
  let found = color;
  while (contrast(toHex(found), grounds[theme]) < minContrast)
    found = { ...found, l: found.l + step };
  return found;
}

/** For what has no run. */
export const noColor = '#888888';

/** Gives names their colours, and remembers their slots for when it is asked again. */
export function rememberingColors(): (
  names: Iterable<string>,
  theme: Theme,
) => ReadonlyMap<string, string> {
  const slots = new Map<string, number>();
  return (names, theme) => {
    const assigned = assignSlots(names, slots);
    for (const [name, slot] of assigned) slots.set(name, slot);
    return new Map(
      Array.from(assigned, ([name, slot]) => [name, palettes[theme][slot] ?? noColor]),
    );
  };
}

/**
 * 32-bit FNV-1a over UTF-16 units, mixed at the end so that its low digits depend on all of them.
 */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; ++i) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A slot for each name. Its home is a hash of the name among the scheme's own colours; who finds it
 * taken gets the next free slot, in name order, so that the answer does not depend on the order in
 * which runs came. Names in `previous` keep their slots: a run never changes its colour while it is
 * shown. When there are more names than slots, the rest share.
 */
export function assignSlots(
  names: Iterable<string>,
  previous: ReadonlyMap<string, number> = new Map(),
): Map<string, number> {
  const sorted = [...new Set(names)].sort();
  const slots = new Map<string, number>();
  const taken = new Set<number>();
  const give = (name: string, slot: number) => {
    slots.set(name, slot);
    taken.add(slot);
  };

  for (const name of sorted) {
    const slot = previous.get(name);
    if (slot !== undefined && !taken.has(slot)) give(name, slot);
  }
  // All homes before anyone moves, so that who moves never pushes out who is at home.
  const homeless: string[] = [];
  for (const name of sorted) {
    if (slots.has(name)) continue;
    const home = hashName(name) % hues;
    if (taken.has(home)) homeless.push(name);
    else give(name, home);
  }
  for (const name of homeless) {
    const hash = hashName(name);
    give(name, freeSlot(hash % hues, taken) ?? hash % slotCount);
  }
  return slots;
}

/** The next free slot after `home`, first in the scheme's own lightness. */
function freeSlot(home: number, taken: ReadonlySet<number>): number | undefined {
  for (let level = 0; level < levels; ++level) {
    for (let i = 0; i < hues; ++i) {
      const slot = level * hues + ((home + i) % hues);
      if (!taken.has(slot)) return slot;
    }
  }
  return undefined;
}
