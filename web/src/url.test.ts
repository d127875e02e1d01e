import { describe, expect, test } from 'vitest';
import { decodeList, decodeText, encodeList, encodeText, formatHash, parseHash } from './url';

const nasty = [
  'a,b:c',
  '100%',
  '%2e%2e',
  '<img src=x onerror=alert(1)>',
  '日本語',
  'a+b c',
  '',
  '#?&=',
  '🙂',
];

describe('the address', () => {
  test('any text comes back from it', () => {
    for (const text of nasty) expect(decodeText(encodeText(text))).toBe(text);
  });

  test('a list keeps texts with separators apart', () => {
    expect(decodeList(encodeList(nasty))).toEqual(nasty);
    expect(decodeList(encodeList(['']))).toEqual(['']);
    expect(decodeList(encodeList([]))).toEqual([]);
  });

  test('usual names stay readable', () => {
    expect(encodeList(['train/loss', 'lr-1e_4.b'])).toBe('train/loss,lr-1e_4.b');
  });

  test('what cannot be decoded is shown as it is', () => {
    expect(decodeText('%E0%A4%A')).toBe('%E0%A4%A');
    expect(decodeText('50%')).toBe('50%');
  });

  test('a route comes back from its hash', () => {
    const params = new Map([
      ['x', 'wall'],
      ['tags', encodeText('loss|acc=?')],
    ]);
    const route = parseHash(formatHash({ tab: 'scalars', params }));
    expect(route).toEqual({ tab: 'scalars', params });
  });

  test.each(['', '#', '#/', '#/?', '#/?&&=x&y'])('%j is the bare address', (hash) => {
    expect(parseHash(hash)).toEqual({ tab: '', params: new Map() });
  });

  test('a value may hold an equals sign and a question mark', () => {
    expect(parseHash('#/scalars?tags=a=b?c').params.get('tags')).toBe('a=b?c');
  });
});
