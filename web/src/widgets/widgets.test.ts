import { describe, expect, test } from 'vitest';
import {
  boxOf,
  inSight,
  layOut,
  sectionHeight,
  type Grid,
  type GridSection,
  type Placed,
} from './grid';
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
  const section = (name: string, cards: number, wide: readonly number[] = []) => ({
    name,
    cards,
    wide,
  });
  const sections = [section('train', 4), section('val', 0)];
  /** Everything, heading by heading and card by card. */
  const all = (grid: Grid, of: readonly GridSection[]): Placed[] =>
    of.flatMap(({ cards }, i) => {
      const laid = grid.sections[i];
      if (!laid) return [];
      const { left, top, width, height } = laid;
      const heading = { kind: 'section', section: i, left, top, width, height } as const;
      const places = Array.from({ length: cards }, (_, place) => {
        const box = boxOf(grid, i, place);
        if (!box) throw new Error(`no card ${place}`);
        return { kind: 'card', section: i, place, ...box } as const;
      });
      return [heading, ...places];
    });

  test.each([
    [390 - 24, 1],
    [1140 - 24, 3],
    [1400, 4],
    [5000, 4],
    [10, 1],
  ])('has as many columns in %d px as fit: %d', (width, columns) => {
    expect(layOut(sections, width).columns).toBe(columns);
  });

  test('fills rows and keeps closed sections as headings', () => {
    const grid = layOut(sections, 1000);
    const placed = all(grid, sections);
    expect(placed.map(({ kind }) => kind).join(' ')).toBe('section card card card card section');
    expect(placed[1]?.top).toBe(sectionHeight);
    expect(placed[2]).toMatchObject({ place: 1, top: sectionHeight });
    expect(placed[2]?.left).toBeGreaterThan(0);
    expect(placed[3]?.top).toBeGreaterThan(sectionHeight);
    expect(placed[5]?.top).toBeGreaterThan(placed[4]?.top ?? Infinity);
  });

  test('gives an expanded card a row of its own', () => {
    const grid = layOut([section('train', 4, [1])], 1000);
    expect(boxOf(grid, 0, 1)?.width).toBe(1000);
    expect(boxOf(grid, 0, 1)?.top).toBeGreaterThan(boxOf(grid, 0, 0)?.top ?? Infinity);
    expect(boxOf(grid, 0, 2)?.top).toBeGreaterThan(boxOf(grid, 0, 1)?.top ?? Infinity);
    expect(boxOf(grid, 0, 4)).toBeUndefined();
  });

  test('lets small sections share a row', () => {
    const small = [section('one', 1), section('two', 1), section('three', 1), section('four', 3)];
    const placed = all(layOut(small, 1100), small);
    const headings = placed.filter(({ kind }) => kind === 'section');
    expect(headings.map(({ top }) => top === 0)).toEqual([true, true, true, false]);
    expect(new Set(headings.slice(0, 3).map(({ left }) => left)).size).toBe(3);
    const cards = placed.filter(({ kind }) => kind === 'card').slice(0, 3);
    expect(cards.map(({ top }) => top)).toEqual(Array(3).fill(sectionHeight));
  });

  test('finds exactly what is in sight', () => {
    const several = Array.from({ length: 200 }, (_, i) => section(`s-${i}`, (i * 7) % 5));
    const wide = Array.from({ length: 50 }, (_, i) => 10 * i + 7);
    const many = [...several, section('big', 500, wide), section('end', 30)];
    const grid = layOut(many, 1000);
    const placed = all(grid, many);
    for (let from = -500; from < grid.height + 500; from += 333) {
      const slow = placed.filter((one) => one.top < from + 800 && one.top + one.height > from);
      expect(inSight(grid, from, from + 800)).toEqual(slow);
    }
  });

  test('of a million cards is laid out at once', () => {
    const grid = layOut([section('all', 1_000_000)], 1400);
    expect(inSight(grid, grid.height - 800, grid.height).length).toBeLessThan(40);
  });
});
