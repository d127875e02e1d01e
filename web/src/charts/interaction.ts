// What hands do on a chart, as a state machine without DOM and clock: inputs in, the next gesture
// and the actions it asks for out. gestures.ts turns DOM events into inputs.
//
//   click pins the tooltip            double-click resets the zoom
//   drag zooms x, Shift: y, Alt: both; over the y axis: y
//   Space-drag, middle button: pan    Shift-wheel: pan x
//   Ctrl-wheel zooms x at the pointer, with Shift: y, with Alt: both; over the y axis: y
//   one finger scrolls the page; sideways or after a long press it reads, zoomed it pans;
//   two fingers zoom; a tap pins
//   arrows step through points (Shift: faster) and lines, Home and End, + and - zoom, 0 resets,
//   Escape gives up a gesture, else releases the pin

export type Axes = 'x' | 'y' | 'both';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Finger {
  readonly id: number;
  readonly at: Point;
}

export type Gesture =
  | { readonly kind: 'idle' }
  /** A button is down and has not moved yet. */
  | { readonly kind: 'press'; readonly id: number; readonly start: Point; readonly drag: Drag }
  | {
      readonly kind: 'band';
      readonly id: number;
      readonly start: Point;
      readonly end: Point;
      readonly axes: Axes;
    }
  | { readonly kind: 'pan'; readonly id: number; readonly last: Point }
  /** A finger is down: what it wants is not known yet. */
  | {
      readonly kind: 'touch';
      readonly id: number;
      readonly start: Point;
      readonly zoomed: boolean;
    }
  | { readonly kind: 'read'; readonly id: number; readonly last: Point }
  | { readonly kind: 'pinch'; readonly fingers: readonly [Finger, Finger] };

export type Drag = Axes | 'pan';

export interface Modifiers {
  readonly shift: boolean;
  readonly alt: boolean;
  /** Ctrl, or Cmd on a Mac. */
  readonly control: boolean;
}

export type Input =
  | {
      readonly type: 'down';
      readonly id: number;
      readonly at: Point;
      readonly touch: boolean;
      readonly button: number;
      readonly modifiers: Modifiers;
      readonly space: boolean;
      readonly overYAxis: boolean;
      readonly zoomed: boolean;
    }
  | { readonly type: 'move'; readonly id: number; readonly at: Point }
  | { readonly type: 'up'; readonly id: number; readonly at: Point }
  /** The browser took the pointer for itself, or the pointer left. */
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'leave' }
  /** A finger has rested long enough. */
  | { readonly type: 'held' }
  | {
      readonly type: 'wheel';
      readonly at: Point;
      /** In pixels. */
      readonly delta: Point;
      readonly modifiers: Modifiers;
      readonly overYAxis: boolean;
    }
  | { readonly type: 'double' }
  | { readonly type: 'key'; readonly key: string; readonly shift: boolean };

export type Action =
  | { readonly do: 'hover'; readonly at: Point | null }
  | { readonly do: 'click'; readonly at: Point }
  /** Pins without asking what was pinned before. */
  | { readonly do: 'pin'; readonly at: Point }
  | { readonly do: 'zoomTo'; readonly from: Point; readonly to: Point; readonly axes: Axes }
  | { readonly do: 'pan'; readonly dx: number; readonly dy: number }
  | {
      readonly do: 'scale';
      /** What was there before … */
      readonly from: Point;
      /** … is here now. */
      readonly to: Point;
      /** Above 1 shows less of the data. */
      readonly factor: number;
      readonly axes: Axes;
    }
  | { readonly do: 'scaleCentre'; readonly factor: number }
  | { readonly do: 'stepPoint'; readonly by: number; readonly fast: boolean }
  | { readonly do: 'stepLine'; readonly by: number }
  | { readonly do: 'end'; readonly last: boolean }
  | { readonly do: 'reset' }
  | { readonly do: 'release' };

export interface Step {
  readonly gesture: Gesture;
  readonly actions: readonly Action[];
}

export const idle: Gesture = { kind: 'idle' };

// A hand is never quite still.
const slopPixels = 4;
const touchSlopPixels = 8;
// A band thinner than this was no wish to zoom.
const minBandPixels = 6;
const wheelZoomPerPixel = 0.0022;
const keyZoom = 1.5;

export function advance(gesture: Gesture, input: Input): Step {
  switch (input.type) {
    case 'down':
      return down(gesture, input);
    case 'move':
      return move(gesture, input.id, input.at);
    case 'up':
      return up(gesture, input.id, input.at);
    case 'cancel':
      return isHeldBy(gesture, input.id) ? to(idle, { do: 'hover', at: null }) : to(gesture);
    case 'leave':
      return gesture.kind === 'idle' ? to(idle, { do: 'hover', at: null }) : to(gesture);
    case 'held':
      return gesture.kind === 'touch'
        ? to({ kind: 'read', id: gesture.id, last: gesture.start }, hoverAt(gesture.start))
        : to(gesture);
    case 'wheel':
      return to(gesture, ...wheel(input));
    case 'double':
      return to(gesture, { do: 'reset' });
    case 'key':
      return key(gesture, input.key, input.shift);
  }
}

/** The part of the chart that a band spans so far. */
export function bandOf(gesture: Gesture): { from: Point; to: Point; axes: Axes } | null {
  return gesture.kind === 'band'
    ? { from: gesture.start, to: gesture.end, axes: gesture.axes }
    : null;
}

function down(gesture: Gesture, input: Input & { type: 'down' }): Step {
  const { id, at } = input;
  if (input.touch) {
    if (gesture.kind === 'touch' || gesture.kind === 'read') {
      const first = { id: gesture.id, at: gesture.kind === 'touch' ? gesture.start : gesture.last };
      return to({ kind: 'pinch', fingers: [first, { id, at }] }, { do: 'hover', at: null });
    }
    if (gesture.kind === 'pan') {
      const first = { id: gesture.id, at: gesture.last };
      return to({ kind: 'pinch', fingers: [first, { id, at }] }, { do: 'hover', at: null });
    }
    return gesture.kind === 'idle'
      ? to({ kind: 'touch', id, start: at, zoomed: input.zoomed })
      : to(gesture);
  }
  if (gesture.kind !== 'idle' || input.button > 1) return to(gesture);
  const drag = input.button === 1 || input.space ? 'pan' : axesOf(input.modifiers, input.overYAxis);
  return to({ kind: 'press', id, start: at, drag });
}

function move(gesture: Gesture, id: number, at: Point): Step {
  switch (gesture.kind) {
    case 'idle':
      return to(gesture, hoverAt(at));
    case 'press': {
      if (id !== gesture.id || distance(gesture.start, at) < slopPixels) return to(gesture);
      if (gesture.drag === 'pan') {
        return to({ kind: 'pan', id, last: at }, hidden, panBy(gesture.start, at));
      }
      return to({ kind: 'band', id, start: gesture.start, end: at, axes: gesture.drag }, hidden);
    }
    case 'band':
      return id === gesture.id ? to({ ...gesture, end: at }) : to(gesture);
    case 'pan':
      return id === gesture.id
        ? to({ kind: 'pan', id, last: at }, panBy(gesture.last, at))
        : to(gesture);
    case 'touch': {
      if (id !== gesture.id || distance(gesture.start, at) < touchSlopPixels) return to(gesture);
      // Up and down is the page's; the browser says so with a cancel.
      if (Math.abs(at.y - gesture.start.y) > Math.abs(at.x - gesture.start.x)) return to(gesture);
      return gesture.zoomed
        ? to({ kind: 'pan', id, last: at }, hidden, panBy(gesture.start, at))
        : to({ kind: 'read', id, last: at }, hoverAt(at));
    }
    case 'read':
      return id === gesture.id ? to({ kind: 'read', id, last: at }, hoverAt(at)) : to(gesture);
    case 'pinch':
      return pinch(gesture.fingers, id, at);
  }
}

function up(gesture: Gesture, id: number, at: Point): Step {
  if (!isHeldBy(gesture, id)) return to(gesture);
  switch (gesture.kind) {
    case 'press':
      return gesture.drag === 'pan' ? to(idle) : to(idle, { do: 'click', at: gesture.start });
    case 'touch':
      // A page that could not scroll any further sends no cancel.
      return distance(gesture.start, at) < touchSlopPixels
        ? to(idle, { do: 'click', at: gesture.start }, hidden)
        : to(idle);
    case 'band': {
      const { start, axes } = gesture;
      const wide = Math.abs(at.x - start.x) >= minBandPixels;
      const high = Math.abs(at.y - start.y) >= minBandPixels;
      const isMeant = axes === 'x' ? wide : axes === 'y' ? high : wide && high;
      return isMeant
        ? to(idle, { do: 'zoomTo', from: start, to: at, axes }, hoverAt(at))
        : to(idle, hoverAt(at));
    }
    case 'pan':
      return to(idle);
    case 'read':
      return to(idle, { do: 'pin', at }, hidden);
    case 'pinch':
      // The other finger starts nothing new: it is about to leave too.
      return to(idle);
    case 'idle':
      return to(idle);
  }
}

function pinch(fingers: readonly [Finger, Finger], id: number, at: Point): Step {
  const [a, b] = fingers;
  if (id !== a.id && id !== b.id) return to({ kind: 'pinch', fingers });
  const moved: [Finger, Finger] = id === a.id ? [{ id, at }, b] : [a, { id, at }];
  // Fingers above each other would divide by nothing.
  const before = Math.max(distance(a.at, b.at), 20);
  const after = Math.max(distance(moved[0].at, moved[1].at), 20);
  return to(
    { kind: 'pinch', fingers: moved },
    {
      do: 'scale',
      from: middle(a.at, b.at),
      to: middle(moved[0].at, moved[1].at),
      factor: after / before,
      axes: 'x',
    },
  );
}

function wheel(input: Input & { type: 'wheel' }): Action[] {
  const { delta, modifiers, at } = input;
  if (modifiers.control) {
    // With Shift, browsers turn the wheel sideways.
    const turned = delta.y !== 0 ? delta.y : delta.x;
    const factor = Math.exp(-turned * wheelZoomPerPixel);
    return [{ do: 'scale', from: at, to: at, factor, axes: axesOf(modifiers, input.overYAxis) }];
  }
  if (modifiers.shift) {
    return [{ do: 'pan', dx: -(delta.x !== 0 ? delta.x : delta.y), dy: 0 }];
  }
  return [];
}

function key(gesture: Gesture, name: string, shift: boolean): Step {
  switch (name) {
    case 'Escape':
      return gesture.kind === 'idle' ? to(idle, { do: 'release' }) : to(idle, hidden);
    case 'ArrowLeft':
    case 'ArrowRight':
      return to(gesture, { do: 'stepPoint', by: name === 'ArrowLeft' ? -1 : 1, fast: shift });
    case 'ArrowUp':
    case 'ArrowDown':
      return to(gesture, { do: 'stepLine', by: name === 'ArrowUp' ? -1 : 1 });
    case 'Home':
    case 'End':
      return to(gesture, { do: 'end', last: name === 'End' });
    case '+':
    case '=':
      return to(gesture, { do: 'scaleCentre', factor: keyZoom });
    case '-':
      return to(gesture, { do: 'scaleCentre', factor: 1 / keyZoom });
    case '0':
      return to(gesture, { do: 'reset' });
    default:
      return to(gesture);
  }
}

const hidden: Action = { do: 'hover', at: null };

function to(gesture: Gesture, ...actions: Action[]): Step {
  return { gesture, actions };
}

function hoverAt(at: Point): Action {
  return { do: 'hover', at };
}

function panBy(from: Point, at: Point): Action {
  return { do: 'pan', dx: at.x - from.x, dy: at.y - from.y };
}

function axesOf({ shift, alt }: Modifiers, overYAxis: boolean): Axes {
  if (alt) return 'both';
  return shift || overYAxis ? 'y' : 'x';
}

function isHeldBy(gesture: Gesture, id: number): boolean {
  if (gesture.kind === 'idle') return false;
  if (gesture.kind === 'pinch') return gesture.fingers.some((finger) => finger.id === id);
  return gesture.id === id;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
