import { describe, expect, test } from 'vitest';
import {
  everything,
  isolated,
  maxByDefault,
  noSelection,
  nothing,
  selected,
  toggled,
} from './selection';

const few = ['a', 'b', 'c,d'];
const many = Array.from({ length: 500 }, (_, i) => `sweep/a-name-of-some-length-${i}`);

describe('the selection', () => {
  test('is everything by default, and says nothing in the address', () => {
    expect([...selected(few, noSelection)]).toEqual(few);
  });

  test('is the first sixty of many, of those that pass the filter', () => {
    expect(selected(many, noSelection).size).toBe(maxByDefault);
    const filtered = many.slice(400, 420);
    expect([...selected(filtered, noSelection)]).toEqual(filtered);
    expect(selected(many, everything(many.length)).size).toBe(many.length);
    expect(everything(3)).toEqual(noSelection);
    expect(selected(few, nothing).size).toBe(0);
  });

  test('leaves a run that is hidden out, and new runs in', () => {
    const keys = toggled('c,d', few, noSelection);
    expect(keys).toEqual({ ...noSelection, hide: 'c%2Cd' });
    expect([...selected([...few, 'new'], keys)]).toEqual(['a', 'b', 'new']);
    expect(toggled('c,d', few, keys)).toEqual(noSelection);
  });

  test('of only some leaves new runs out', () => {
    const keys = toggled('b', few, isolated('a', few, noSelection));
    expect(keys.only).toBe('a,b');
    expect([...selected([...few, 'new'], keys)]).toEqual(['a', 'b']);
  });

  test('keeps what the filter hides', () => {
    const keys = toggled('a', few, noSelection);
    expect(toggled('b', ['b'], keys).hide).toBe('a,b');
  });

  test('of one run alone, said twice, is everything again', () => {
    const once = isolated('a', few, noSelection);
    expect([...selected(few, once)]).toEqual(['a']);
    expect(isolated('a', few, once)).toEqual(noSelection);
  });

  test('among more than sixty becomes explicit with the first choice', () => {
    const added = toggled(many[100] ?? '', many, noSelection);
    expect(selected(many, added).size).toBe(maxByDefault + 1);
    const removed = toggled(many[0] ?? '', many, noSelection);
    expect(selected(many, removed).size).toBe(maxByDefault - 1);
  });

  test('of hundreds of runs stays short in the address', () => {
    const keys = toggled(many[3] ?? '', many, everything(many.length));
    expect(keys.hide).toBe('sweep/a-name-of-some-length-3');
    let only = toggled(many[60] ?? '', many, noSelection);
    for (const name of many.slice(61, 300)) only = toggled(name, many, only);
    expect(only.only?.length).toBeLessThan(300 * 5 + 2);
    expect([...selected(many, only)]).toEqual(many.slice(0, 300));
  });
});
