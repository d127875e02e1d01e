// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { url } from './url.svelte';

test('a list stays the same object while the address says the same of it', () => {
  expect(url.list('closed')).toBe(url.list('closed'));
  url.set({ closed: 'a,b' });
  const closed = url.list('closed');
  expect(closed).toEqual(['a', 'b']);
  url.set({ smooth: '0.1' }, 'smooth');
  expect(url.list('closed')).toBe(closed);
  url.toggleIn('closed', 'a');
  expect(url.list('closed')).toEqual(['b']);
});
