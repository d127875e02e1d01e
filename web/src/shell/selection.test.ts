import { describe, expect, test } from 'vitest';
import {
  everything,
  hashesOf,
  isCapped,
  isolated,
  maxByDefault,
  maxShown,
  neededLength,
  noSelection,
  nothing,
  selected,
  toggled,
} from './selection';

const listed = (names: readonly string[]) => ({ names, count: names.length });
const few = ['a', 'b', 'c,d'];
const fewListed = listed(few);
const many = Array.from({ length: 500 }, (_, i) => `sweep/a-name-of-some-length-${i}`);
const manyListed = listed(many);

describe('the selection', () => {
  test('is everything by default, and says nothing in the address', () => {
    expect([...selected(fewListed, noSelection)]).toEqual(few);
  });

  test('is the first sixty of many, of those that pass the filter', () => {
    expect(selected(manyListed, noSelection).size).toBe(maxByDefault);
    const filtered = many.slice(400, 420);
    expect([...selected(listed(filtered), noSelection)]).toEqual(filtered);
    expect(selected(manyListed, everything(many.length)).size).toBe(maxShown);
    expect(isCapped(manyListed, noSelection)).toBe(true);
    expect(isCapped(listed(filtered), noSelection)).toBe(false);
    expect(everything(3)).toEqual(noSelection);
    expect(selected(fewListed, nothing).size).toBe(0);
  });

  test('leaves a run that is hidden out, and new runs in', () => {
    const keys = toggled('c,d', fewListed, noSelection);
    expect(keys).toEqual({ ...noSelection, hide: 'c%2Cd' });
    expect([...selected(listed([...few, 'new']), keys)]).toEqual(['a', 'b', 'new']);
    expect(toggled('c,d', fewListed, keys)).toEqual(noSelection);
  });

  test('of only some leaves new runs out', () => {
    const keys = toggled('b', fewListed, isolated('a', fewListed, noSelection));
    expect(keys.only).toBe('a,b');
    expect([...selected(listed([...few, 'new']), keys)]).toEqual(['a', 'b']);
  });

  test('keeps what the filter hides', () => {
    const keys = toggled('a', fewListed, noSelection);
    expect(toggled('b', listed(['b']), keys).hide).toBe('a,b');
  });

  test('of one run alone, said twice, is everything again', () => {
    const once = isolated('a', fewListed, noSelection);
    expect([...selected(fewListed, once)]).toEqual(['a']);
    expect(isolated('a', fewListed, once)).toEqual(noSelection);
  });

  test('among more than sixty becomes explicit with the first choice', () => {
    const added = toggled(many[100] ?? '', manyListed, noSelection);
    expect(selected(manyListed, added).size).toBe(maxByDefault + 1);
    const removed = toggled(many[0] ?? '', manyListed, noSelection);
    expect(selected(manyListed, removed).size).toBe(maxByDefault - 1);
  });

  test('of hundreds of runs stays short in the address', () => {
    const keys = toggled(many[3] ?? '', listed(many.slice(0, 200)), everything(200));
    expect(keys.hide).toBe('sweep/a-name-of-some-length-3');
    let only = toggled(many[60] ?? '', manyListed, noSelection);
    for (const name of many.slice(61, 300)) only = toggled(name, manyListed, only);
    expect(only.only?.length).toBeLessThan(300 * 5 + 2);
    expect([...selected(manyListed, only)]).toEqual(many.slice(0, 300));
  });

  test('needs only the beginning of a long list', () => {
    const beginning = { names: many.slice(0, 256), count: 10_000 };
    expect([...selected(beginning, noSelection)]).toEqual(many.slice(0, maxByDefault));
    const without = toggled(many[0] ?? '', beginning, noSelection);
    expect(without.only).toBeDefined();
    const hide = { ...noSelection, hide: 'a,b,c', runs: 'all' };
    expect(neededLength(hide)).toBe(maxShown + 3);
  });

  test('of runs that lie beyond the beginning is what the server found of them', () => {
    const keys = isolated('far/away', { names: many, count: 10_000 }, noSelection);
    const far = { names: many, count: 10_000, picked: ['far/away', 'of the same hash'] };
    expect([...selected(far, keys)]).toEqual(['far/away']);
    expect(hashesOf('b')).toBe('c8ohi');
    expect(hashesOf('~c8ohi')).toBe('c8ohi');
  });
});
