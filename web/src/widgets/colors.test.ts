import { schemeObservable10 } from 'd3-scale-chromatic';
import { describe, expect, test } from 'vitest';
import { assignSlots, hashName, palettes, scheme, slotCount, type Theme } from './colors';
import { contrast, distance, toHex, toOklch } from './oklch';

const names = (count: number) => Array.from({ length: count }, (_, i) => `run-${i}`);

describe.each<[Theme, string]>([
  ['light', '#ffffff'],
  ['dark', '#16191f'],
])('the %s palette', (theme, ground) => {
  const palette = palettes[theme];

  test('reaches 3:1 on its ground', () => {
    expect(palette).toHaveLength(slotCount);
    for (const color of palette) expect(contrast(color, ground)).toBeGreaterThanOrEqual(2.99);
  });

  test('has no two colours that look the same', () => {
    const colors = palette.map(toOklch);
    let nearest = Infinity;
    colors.forEach((one, i) => {
      for (const other of colors.slice(i + 1)) nearest = Math.min(nearest, distance(one, other));
    });
    expect(nearest).toBeGreaterThan(0.02);
  });

  test('keeps the hues of the scheme', () => {
    schemeObservable10.forEach((hex, i) => {
      const was = toOklch(hex);
      const is = toOklch(palette[i] ?? '');
      if (was.c > 0.05) expect(Math.abs(was.h - is.h)).toBeLessThan(0.1);
    });
  });
});

test('the scheme is Observable’s', () => {
  expect(scheme).toEqual(schemeObservable10);
});

test('a colour comes back from OKLCH', () => {
  for (const hex of [...schemeObservable10, '#000000', '#ffffff', '#123456']) {
    expect(toHex(toOklch(hex))).toBe(hex);
  }
});

describe('slots', () => {
  test('do not depend on the order in which runs came', () => {
    const forwards = assignSlots(names(25));
    const backwards = assignSlots(names(25).reverse());
    expect([...backwards].sort()).toEqual([...forwards].sort());
  });

  test('are the scheme’s own for ten runs, and all different up to the number of slots', () => {
    for (const count of [2, 10, 11, slotCount]) {
      const slots = new Set(assignSlots(names(count)).values());
      expect(slots.size).toBe(count);
      if (count <= 10) expect(Math.max(...slots)).toBeLessThan(10);
    }
  });

  test('are shared when there are more runs than slots', () => {
    const slots = assignSlots(names(500));
    expect(slots.size).toBe(500);
    expect(new Set(slots.values()).size).toBe(slotCount);
  });

  test('stay when runs come: nobody who is shown changes colour', () => {
    let slots = assignSlots(names(4));
    for (let count = 5; count <= slotCount; ++count) {
      const next = assignSlots(names(count), slots);
      for (const [name, slot] of slots) expect(next.get(name)).toBe(slot);
      slots = next;
    }
  });

  test('stay when runs go', () => {
    const before = assignSlots(names(20));
    const left = names(20).filter((_, i) => i % 3 !== 0);
    const after = assignSlots(left, before);
    for (const name of left) expect(after.get(name)).toBe(before.get(name));
  });

  test('without a past, only those change that met a newcomer or someone displaced', () => {
    // A run whose home no other run has keeps it whoever comes: nobody is put into another’s home.
    const all = names(10);
    const homes = new Map(all.map((name) => [name, hashName(name) % 10]));
    const alone = all.filter(
      (name) => all.filter((other) => homes.get(other) === homes.get(name)).length === 1,
    );
    expect(alone.length).toBeGreaterThan(0);
    for (let count = 1; count <= all.length; ++count) {
      const slots = assignSlots(all.slice(0, count));
      for (const name of alone) {
        if (slots.has(name)) expect(slots.get(name)).toBe(homes.get(name));
      }
    }
  });
});
