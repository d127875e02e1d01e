import { expect, it } from 'vitest';
import { RangeMotion, steadyRange } from './motion';

const a = { x: [0, 10], y: [0, 1] } as const;
const b = { x: [0, 20], y: [0, 2] } as const;

it('jumps to the first range and to a new question', () => {
  const motion = new RangeMotion();
  motion.aim(a, 'ease', 0);
  expect(motion.at(0)).toEqual(a);
  motion.aim(b, 'jump', 1);
  expect(motion.at(1)).toEqual(b);
  expect(motion.isMoving(1)).toBe(false);
});

it('eases within 120 ms when data grow', () => {
  const motion = new RangeMotion();
  motion.aim(a, 'jump', 0);
  motion.aim(b, 'ease', 1000);
  expect(motion.at(1000)).toEqual(a);
  const halfway = motion.at(1060).x[1];
  expect(halfway).toBeGreaterThan(15);
  expect(halfway).toBeLessThan(20);
  expect(motion.isMoving(1060)).toBe(true);
  expect(motion.at(1120)).toEqual(b);
  expect(motion.isMoving(1120)).toBe(false);
});

it('goes on from where it is when data grow again', () => {
  const motion = new RangeMotion();
  motion.aim(a, 'jump', 0);
  motion.aim(b, 'ease', 0);
  const reached = motion.at(50);
  motion.aim({ x: [0, 30], y: [0, 2] }, 'ease', 50);
  expect(motion.at(50)).toEqual(reached);
  expect(motion.at(170).x).toEqual([0, 30]);
});

it('holds still under a pressed pointer', () => {
  const motion = new RangeMotion();
  motion.aim(a, 'jump', 0);
  motion.aim(b, 'hold', 10);
  expect(motion.at(1000)).toEqual(a);
});

it('keeps a zoomed axis while the data fit into it', () => {
  expect(steadyRange([0, 10], [1, 9])).toEqual([0, 10]);
  expect(steadyRange([0, 10], [1, 11])).toEqual([1, 11]);
  expect(steadyRange([0, 10], [4, 5])).toEqual([4, 5]);
});
