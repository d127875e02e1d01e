import { describe, expect, test } from 'vitest';
import { inSight, layOut, sectionHeight } from './grid';
import { pieces, shortened } from './names';
import { fitness, parseSearch, toServerFilter } from './search';

describe('a search', () => {
  test('is an expression in any case', () => {
    const { matches } = parseSearch('^train/.*LOSS|acc$', false);
    expect(['train/my_loss', 'val/acc', 'val/loss'].map(matches)).toEqual([true, true, false]);
  });

  test('or a plain text', () => {
    const { matches } = parseSearch('Loss (1)', true);
    expect(matches('train/loss (1)')).toBe(true);
    expect(matches('train/loss 1')).toBe(false);
  });

  test('that is broken lets everything through and says why', () => {
    const { matches, error } = parseSearch('(loss', false);
    expect(matches('anything')).toBe(true);
    expect(error).toContain('group');
    expect(parseSearch('[', false).error).toContain('class');
  });

  test('goes to the server in its own form', () => {
    expect(toServerFilter('', false)).toBe('');
    expect(toServerFilter('a|b', false)).toBe('/a|b/');
    expect(toServerFilter('a|b', true)).toBe('a|b');
    expect(toServerFilter('/', true)).toBe('/');
    // A plain text between slashes would be taken for an expression.
    expect(toServerFilter('/a.b/', true)).toBe('/\\/a\\.b\\//');
  });
});

describe('the palette', () => {
  test('ranks what stands together above what is scattered', () => {
    const texts = ['tra lala in the sun', 'Ignore outliers', 'train/loss', 'constrain'];
    const ranked = texts
      .map((text) => [fitness('train', text) ?? -Infinity, text] as const)
      .sort(([a], [b]) => b - a)
      .map(([, text]) => text);
    expect(ranked.slice(0, 3)).toEqual(['train/loss', 'constrain', 'tra lala in the sun']);
    expect(fitness('train', 'Ignore outliers')).toBeUndefined();
  });
});

describe('names', () => {
  test('drop the folders they share, never a part of a word', () => {
    expect(shortened(['a/run1', 'a/run2'])).toEqual({ prefix: 'a/', suffix: '' });
    expect(shortened(['run1', 'run2']).prefix).toBe('');
    expect(shortened(['a', 'a/b']).prefix).toBe('');
    expect(shortened(['only/one']).prefix).toBe('');
    expect(shortened(['a/', 'a/b']).prefix).toBe('');
    expect(shortened([]).prefix).toBe('');
  });

  test('give way at a shared end first', () => {
    const names = ['lr-1/long-common-tail', 'lr-2/long-common-tail'];
    const how = shortened(names);
    expect(how.suffix).toBe('/long-common-tail');
    expect(pieces(names[1] ?? '', how)).toEqual({
      head: '',
      tail: 'lr-2',
      suffix: '/long-common-tail',
    });
  });

  test('lose their middle, not their end', () => {
    const name = 'an-experiment-of-many-words-and-seed-17';
    const { head, tail } = pieces(name, { prefix: '', suffix: '' });
    expect(head + tail).toBe(name);
    expect(tail).toHaveLength(14);
  });

  test('that are equal but for length keep something to tell them by', () => {
    const how = shortened(['experiment', 'my-experiment']);
    expect(pieces('experiment', how).tail).not.toBe('');
  });
});

describe('the grid', () => {
  const sections = [
    { name: 'train', cards: ['a', 'b', 'c', 'd'] },
    { name: 'val', cards: [] },
  ];
  const none = () => false;

  test.each([
    [390 - 24, 1],
    [1140 - 24, 3],
    [1400, 4],
    [5000, 4],
    [10, 1],
  ])('has as many columns in %d px as fit: %d', (width, columns) => {
    expect(layOut(sections, width, none).columns).toBe(columns);
  });

  test('fills rows and keeps closed sections as headings', () => {
    const { placed } = layOut(sections, 1000, none);
    const tops = placed.map(({ key, left, top }) => [key, left > 0, top] as const);
    expect(tops.map(([key]) => key)).toEqual(['train', 'a', 'b', 'c', 'd', 'val']);
    expect(tops[1]?.[2]).toBe(sectionHeight);
    expect(tops[2]).toEqual(['b', true, sectionHeight]);
    expect(tops[3]?.[2]).toBeGreaterThan(sectionHeight);
  });

  test('gives an expanded card a row of its own', () => {
    const { placed } = layOut(sections, 1000, (key) => key === 'b');
    const byKey = new Map(placed.map((one) => [one.key, one]));
    expect(byKey.get('b')?.width).toBe(1000);
    expect(byKey.get('b')?.top).toBeGreaterThan(byKey.get('a')?.top ?? 0);
    expect(byKey.get('c')?.top).toBeGreaterThan(byKey.get('b')?.top ?? 0);
  });

  test('lets small sections share a row', () => {
    const small = [
      { name: 'one', cards: ['a'] },
      { name: 'two', cards: ['b'] },
      { name: 'three', cards: ['c'] },
      { name: 'four', cards: ['d', 'e', 'f'] },
    ];
    const { placed } = layOut(small, 1100, none);
    const headings = placed.filter(({ kind }) => kind === 'section');
    expect(headings.map(({ top }) => top === 0)).toEqual([true, true, true, false]);
    expect(new Set(headings.slice(0, 3).map(({ left }) => left)).size).toBe(3);
    const cards = placed.filter(({ kind }) => kind === 'card').slice(0, 3);
    expect(cards.map(({ top }) => top)).toEqual(Array(3).fill(sectionHeight));
  });

  test('finds exactly what is in sight', () => {
    const cards = Array.from({ length: 500 }, (_, i) => `card-${i}`);
    const several = Array.from({ length: 200 }, (_, i) => ({
      name: `s-${i}`,
      cards: cards.slice(0, (i * 7) % 5).map((card) => `${card}-${i}`),
    }));
    const grid = layOut([...several, { name: 'big', cards }], 1000, (key) => key.endsWith('7'));
    for (const from of [0, 100, 5000, grid.height - 10]) {
      const slow = grid.placed.filter((one) => one.top < from + 800 && one.top + one.height > from);
      expect(inSight(grid, from, from + 800)).toEqual(slow);
    }
  });
});
