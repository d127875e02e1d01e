import { expect, it } from 'vitest';
import { summarise } from './summary';
import { makeLine } from './testing';

it('says how many lines, over what, and where they are', () => {
  const lines = [
    makeLine({ key: 'a', x: [0, 10], y: [1, 0.25] }),
    makeLine({ key: 'b', x: [0, 10], y: [1, 2], raw: [3, NaN] }),
  ];
  expect(summarise(lines, 'step', [0, 10])).toBe(
    '2 lines over steps 0 to 10. a: last 0.2500, from 0.2500 to 1. ' +
      'b: last NaN, from 3 to 3, 1 not finite.',
  );
});

it('is short', () => {
  const many = Array.from({ length: 100 }, (_, i) => makeLine({ key: `run${i}`, x: [0], y: [i] }));
  expect(summarise(many, 'step', [0, 0])).toContain('And 92 more lines.');
  expect(summarise([], 'step', null)).toBe('No data yet.');
});
