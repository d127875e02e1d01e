import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { drawSoon, forgetDraw } from './frame';

let frames: (() => void)[] = [];
let now = 0;

beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => frames.push(callback));
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function nextFrame(): void {
  const callbacks = frames.splice(0);
  expect(callbacks.length).toBeLessThanOrEqual(1);
  for (const callback of callbacks) callback();
}

test('what takes long is spread over frames, in order, and drawn once', () => {
  const drawn: string[] = [];
  const slow = ['a', 'b', 'c', 'd', 'e'].map((name) => () => {
    drawn.push(name);
    now += 5;
  });
  for (const draw of [...slow, ...slow]) drawSoon(draw);
  nextFrame();
  expect(drawn.join('')).toBe('ab');
  // Asked for again, a chart waits for those that have not had their turn.
  slow.slice(0, 1).forEach(drawSoon);
  nextFrame();
  expect(drawn.join('')).toBe('abcd');
  nextFrame();
  expect(drawn.join('')).toBe('abcdea');
  expect(frames).toHaveLength(0);
});

test('what is asked for while drawing is for the next frame', () => {
  let count = 0;
  const draw = () => {
    count += 1;
    if (count < 3) drawSoon(draw);
  };
  drawSoon(draw);
  nextFrame();
  expect(count).toBe(1);
  nextFrame();
  nextFrame();
  expect(count).toBe(3);
  expect(frames).toHaveLength(0);
});

test('what is forgotten is not drawn', () => {
  const forgotten = vi.fn();
  drawSoon(() => {
    forgetDraw(forgotten);
  });
  drawSoon(forgotten);
  nextFrame();
  nextFrame();
  expect(forgotten).not.toHaveBeenCalled();
});
