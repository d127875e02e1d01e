// @vitest-environment happy-dom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import LineChart from './LineChart.svelte';
import { makeLine } from './testing';
import type { LineChartProps, View } from './types';

// The plot of a chart of this size: from x 48 to 448, from y 8 to 178.
const width = 460;
const height = 200;

const lines = [
  makeLine({ key: 'a', x: [0, 50, 100], y: [0, 0.5, 1] }),
  makeLine({ key: 'b', x: [0, 50, 100], y: [1, 0.8, NaN] }),
];

class FakeResizeObserver {
  constructor(private readonly callback: ResizeObserverCallback) {}
  observe(): void {
    const entry = { contentRect: { width, height } } as ResizeObserverEntry;
    this.callback([entry], this);
  }
  unobserve(): void {
    // Not needed.
  }
  disconnect(): void {
    // Not needed.
  }
}

let frames: FrameRequestCallback[] = [];
let mounted: object | null = null;

beforeEach(() => {
  frames = [];
  vi.stubGlobal('ResizeObserver', FakeResizeObserver);
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
  HTMLElement.prototype.showPopover = vi.fn();
  HTMLElement.prototype.setPointerCapture = vi.fn();
});

afterEach(async () => {
  if (mounted !== null) await unmount(mounted);
  mounted = null;
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

function show(props: Partial<LineChartProps> = {}) {
  mounted = mount(LineChart, { target: document.body, props: { title: 'loss', lines, ...props } });
  frame();
  const surface = document.querySelector<HTMLElement>('[role=slider]');
  if (surface === null) throw new Error('no surface');
  const pointer = (type: string, x: number, y: number, init: PointerEventInit = {}) => {
    const event = new PointerEvent(type, {
      pointerId: 1,
      bubbles: true,
      cancelable: true,
      ...init,
    });
    Object.defineProperties(event, { offsetX: { value: x }, offsetY: { value: y } });
    surface.dispatchEvent(event);
    frame();
  };
  const press = (key: string, init: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
    surface.dispatchEvent(event);
    frame();
    return event;
  };
  return { surface, pointer, press };
}

// Effects, then all frames they asked for.
function frame(): void {
  flushSync();
  for (let i = 0; frames.length > 0 && i < 20; ++i) {
    for (const callback of frames.splice(0)) callback(performance.now());
    flushSync();
  }
}

const text = (selector: string) => document.querySelector(selector)?.textContent.trim() ?? null;

describe('the chart', () => {
  it('says what was drawn and how large', () => {
    const ondrawn = vi.fn();
    const onresize = vi.fn();
    show({ ondrawn, onresize });
    expect(ondrawn).toHaveBeenCalledWith(2);
    expect(onresize).toHaveBeenCalledWith({ width: 400, height: 170, devicePixels: 400 });
  });

  it('is described for those who cannot see it', () => {
    show();
    const figure = document.querySelector('figure');
    expect(figure?.getAttribute('aria-label')).toBe('loss');
    const summary = document.getElementById(figure?.getAttribute('aria-describedby') ?? '');
    expect(summary?.textContent).toContain('2 lines over steps 0 to 100.');
  });

  it('has nothing to say before the data, and does not fail', () => {
    const { press, pointer } = show({ lines: [] });
    press('ArrowRight');
    pointer('pointermove', 200, 100);
    expect(document.querySelector('.tooltip')).toBeNull();
  });
});

describe('the pointer', () => {
  it('reads the nearest points, and tells the other cards', () => {
    const oncrosshair = vi.fn();
    const onhighlight = vi.fn();
    const { pointer } = show({ oncrosshair, onhighlight });
    pointer('pointermove', 240, 44);
    expect(oncrosshair).toHaveBeenLastCalledWith(50);
    expect(onhighlight).toHaveBeenLastCalledWith('b');
    expect(text('.title')).toContain('step 50');
    expect(text('.nearest .name')).toBe('b');
    pointer('pointerleave', 500, 44);
    expect(oncrosshair).toHaveBeenLastCalledWith(null);
    expect(onhighlight).toHaveBeenLastCalledWith(null);
    expect(document.querySelector('.tooltip')).toBeNull();
  });

  it('tells nobody that it is nowhere before it was somewhere', () => {
    const oncrosshair = vi.fn();
    show({ oncrosshair });
    expect(oncrosshair).not.toHaveBeenCalled();
  });

  it('zooms to what it drags over', () => {
    const onview = vi.fn<(view: View) => void>();
    const { pointer } = show({ onview });
    pointer('pointerdown', 148, 50);
    pointer('pointermove', 248, 60);
    pointer('pointerup', 248, 60);
    const range = onview.mock.lastCall?.[0].x;
    expect(range?.[0]).toBeCloseTo(25);
    expect(range?.[1]).toBeCloseTo(50);
  });

  it('pins with a click until Escape', () => {
    const { pointer } = show();
    pointer('pointerdown', 240, 44);
    pointer('pointerup', 240, 44);
    pointer('pointerleave', 500, 44);
    expect(document.querySelector('.pinned')).not.toBeNull();
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    frame();
    expect(document.querySelector('.tooltip')).toBeNull();
  });

  it('finds marks and counts them', () => {
    const { pointer } = show();
    pointer('pointermove', 445, 100);
    expect(text('.note')).toBe('b: 1 × NaN');
  });
});

describe('the keyboard', () => {
  it('steps through the points and is heard', () => {
    const oncrosshair = vi.fn();
    const { press, surface } = show({ oncrosshair });
    press('ArrowRight');
    press('ArrowRight');
    expect(oncrosshair.mock.calls).toEqual([[0], [50]]);
    expect(surface.getAttribute('aria-valuetext')).toBe('step 50, a 0.5000, b 0.8000');
    press('End');
    expect(oncrosshair).toHaveBeenLastCalledWith(100);
    press('ArrowRight');
    expect(oncrosshair).toHaveBeenLastCalledWith(100);
  });

  it('steps through the lines', () => {
    const onhighlight = vi.fn();
    const { press } = show({ onhighlight });
    press('ArrowRight');
    press('ArrowDown');
    expect(onhighlight).toHaveBeenLastCalledWith('a');
    press('ArrowUp');
    expect(onhighlight).toHaveBeenLastCalledWith('b');
  });

  it('zooms and resets, and leaves the other keys to the page', () => {
    const onview = vi.fn<(view: View) => void>();
    const { press } = show({ onview });
    press('+');
    expect(onview.mock.lastCall?.[0].x?.[0]).toBeGreaterThan(0);
    expect(press('0').defaultPrevented).toBe(true);
    expect(onview).toHaveBeenLastCalledWith({ x: null, y: null });
    expect(press('j').defaultPrevented).toBe(false);
    expect(press('Escape').defaultPrevented).toBe(false);
    press('ArrowRight');
    expect(press('Escape').defaultPrevented).toBe(true);
    expect(press('0', { ctrlKey: true }).defaultPrevented).toBe(false);
  });
});

it('shows where another card is pointed at, without a tooltip', () => {
  const oncrosshair = vi.fn();
  show({ crosshair: 50, oncrosshair });
  expect(document.querySelector('.tooltip')).toBeNull();
  expect(oncrosshair).not.toHaveBeenCalled();
});

it('does not take the window that it was given for the whole', () => {
  const onview = vi.fn<(view: View) => void>();
  const inside = [makeLine({ key: 'a', x: [40, 50, 60], y: [0, 0.5, 1] })];
  const { press } = show({
    lines: inside,
    view: { x: [45, 55], y: null },
    extentX: [0, 100],
    onview,
  });
  for (let i = 0; i < 3; ++i) press('-');
  const range = onview.mock.lastCall?.[0].x;
  expect(range?.[0]).toBeCloseTo(50 - 5 * 1.5 ** 3);
  expect(range?.[1]).toBeCloseTo(50 + 5 * 1.5 ** 3);
});
