import { describe, expect, it } from 'vitest';
import { advance, bandOf, idle } from './interaction';
import type { Action, Gesture, Input, Modifiers } from './interaction';

const none: Modifiers = { shift: false, alt: false, control: false };

function down(x: number, y: number, over: Partial<Input & { type: 'down' }> = {}): Input {
  return {
    type: 'down',
    id: 1,
    at: { x, y },
    touch: false,
    button: 0,
    modifiers: none,
    space: false,
    overYAxis: false,
    zoomed: false,
    ...over,
  };
}

const move = (x: number, y: number, id = 1): Input => ({ type: 'move', id, at: { x, y } });
const up = (x: number, y: number, id = 1): Input => ({ type: 'up', id, at: { x, y } });

function play(...inputs: Input[]): { gesture: Gesture; actions: Action[] } {
  let gesture: Gesture = idle;
  const actions: Action[] = [];
  for (const input of inputs) {
    const step = advance(gesture, input);
    gesture = step.gesture;
    actions.push(...step.actions);
  }
  return { gesture, actions };
}

const names = (actions: Action[]) => actions.map((action) => action.do);

describe('a mouse', () => {
  it('hovers', () => {
    expect(play(move(5, 6), { type: 'leave' }).actions).toEqual([
      { do: 'hover', at: { x: 5, y: 6 } },
      { do: 'hover', at: null },
    ]);
  });

  it('clicks with an unsteady hand', () => {
    expect(play(down(50, 50), move(52, 51), up(52, 51)).actions).toEqual([
      { do: 'click', at: { x: 50, y: 50 } },
    ]);
  });

  it.each([
    [none, false, 'x'],
    [{ ...none, shift: true }, false, 'y'],
    [{ ...none, alt: true }, false, 'both'],
    [none, true, 'y'],
  ] as const)('drags a band with %o (over the axis: %s) for %s', (modifiers, overYAxis, axes) => {
    const start = play(down(10, 20, { modifiers, overYAxis }), move(60, 90));
    expect(bandOf(start.gesture)).toEqual({ from: { x: 10, y: 20 }, to: { x: 60, y: 90 }, axes });
    const { gesture, actions } = play(
      down(10, 20, { modifiers, overYAxis }),
      move(60, 90),
      up(61, 91),
    );
    expect(gesture).toEqual(idle);
    expect(actions).toContainEqual({
      do: 'zoomTo',
      from: { x: 10, y: 20 },
      to: { x: 61, y: 91 },
      axes,
    });
  });

  it('does not zoom to a band that was closed again', () => {
    expect(names(play(down(10, 20), move(60, 20), up(12, 20)).actions)).not.toContain('zoomTo');
  });

  it('gives up a band on Escape', () => {
    const { gesture, actions } = play(
      down(10, 20),
      move(60, 20),
      { type: 'key', key: 'Escape', shift: false },
      up(60, 20),
    );
    expect(gesture).toEqual(idle);
    expect(names(actions)).not.toContain('zoomTo');
    expect(names(actions)).not.toContain('release');
  });

  it.each([{ button: 1 }, { space: true }])('pans with %o', (held) => {
    const { actions } = play(down(10, 20, held), move(30, 25), move(35, 25), up(35, 25));
    expect(actions.filter((action) => action.do === 'pan')).toEqual([
      { do: 'pan', dx: 20, dy: 5 },
      { do: 'pan', dx: 5, dy: 0 },
    ]);
    expect(names(actions)).not.toContain('click');
  });

  it('leaves the right button to the menu', () => {
    expect(play(down(10, 20, { button: 2 })).gesture).toEqual(idle);
  });

  it('lets the page scroll on a plain wheel', () => {
    const wheel = (modifiers: Modifiers, x: number, y: number): Input => ({
      type: 'wheel',
      at: { x: 5, y: 5 },
      delta: { x, y },
      modifiers,
      overYAxis: false,
    });
    expect(play(wheel(none, 0, 100)).actions).toEqual([]);
    expect(play(wheel({ ...none, shift: true }, 100, 0)).actions).toEqual([
      { do: 'pan', dx: -100, dy: 0 },
    ]);
    const [closer] = play(wheel({ ...none, control: true }, 0, -100)).actions;
    expect(closer).toMatchObject({ do: 'scale', axes: 'x', from: { x: 5, y: 5 } });
    expect(closer?.do === 'scale' && closer.factor).toBeGreaterThan(1.1);
    const [both] = play(wheel({ ...none, control: true, alt: true }, 0, 100)).actions;
    expect(both).toMatchObject({ axes: 'both' });
  });

  it('does not mix with a second pointer', () => {
    const { gesture } = play(down(10, 20), move(60, 20), move(300, 300, 2), up(300, 300, 2));
    expect(bandOf(gesture)?.to).toEqual({ x: 60, y: 20 });
  });
});

describe('a finger', () => {
  const touch = (x: number, y: number, over: Partial<Input & { type: 'down' }> = {}) =>
    down(x, y, { touch: true, ...over });

  it('leaves up and down to the page', () => {
    const { gesture, actions } = play(touch(50, 50), move(52, 80), { type: 'cancel', id: 1 });
    expect(gesture).toEqual(idle);
    expect(names(actions)).toEqual(['hover']);
  });

  it('reads after a long press, and pins when it is lifted', () => {
    const { actions } = play(touch(50, 50), { type: 'held' }, move(90, 60), up(90, 60));
    expect(actions).toEqual([
      { do: 'hover', at: { x: 50, y: 50 } },
      { do: 'hover', at: { x: 90, y: 60 } },
      { do: 'pin', at: { x: 90, y: 60 } },
      { do: 'hover', at: null },
    ]);
  });

  it('reads sideways, or pans when zoomed', () => {
    expect(play(touch(50, 50), move(70, 52)).gesture.kind).toBe('read');
    expect(play(touch(50, 50, { zoomed: true }), move(70, 52)).gesture.kind).toBe('pan');
  });

  it('is two when it pinches', () => {
    const { actions, gesture } = play(
      touch(100, 50),
      touch(200, 50, { id: 2 }),
      move(50, 50),
      move(250, 50, 2),
      up(50, 50),
    );
    const factors = actions.flatMap((action) => (action.do === 'scale' ? [action.factor] : []));
    expect(factors.reduce((product, factor) => product * factor, 1)).toBeCloseTo(2);
    expect(gesture).toEqual(idle);
  });

  it('taps', () => {
    expect(names(play(touch(50, 50), up(50, 50)).actions)).toEqual(['click', 'hover']);
  });
});

it('has keys', () => {
  const press = (key: string, shift = false) => play({ type: 'key', key, shift }).actions;
  expect(press('ArrowRight')).toEqual([{ do: 'stepPoint', by: 1, fast: false }]);
  expect(press('ArrowLeft', true)).toEqual([{ do: 'stepPoint', by: -1, fast: true }]);
  expect(press('ArrowDown')).toEqual([{ do: 'stepLine', by: 1 }]);
  expect(press('End')).toEqual([{ do: 'end', last: true }]);
  expect(press('0')).toEqual([{ do: 'reset' }]);
  expect(press('Escape')).toEqual([{ do: 'release' }]);
  expect(press('+')).toMatchObject([{ do: 'scaleCentre' }]);
  expect(press('q')).toEqual([]);
});
