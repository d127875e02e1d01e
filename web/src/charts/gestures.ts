// DOM events of a chart's surface, as inputs of the state machine in interaction.ts.
import type { Finger, Input, Modifiers, Point } from './interaction';

export interface GestureTarget {
  /** Takes an input; true when it meant something here, so that the page must not act on it too. */
  send(input: Input): boolean;
  /** A finger on the chart reads or zooms: the page must not scroll under it. */
  holdsTouch(): boolean;
  isZoomed(): boolean;
  isOverYAxis(at: Point): boolean;
  /** The hand is ready to pan. */
  onready(ready: boolean): void;
}

const longPressMs = 400;
const wheelLinePixels = 16;

const handledKeys = new Set([
  ...['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'Escape'],
  ...['+', '=', '-', '0'],
]);

/** Listens until the returned function is called. */
export function listenForGestures(surface: HTMLElement, target: GestureTarget): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const on = <K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
  ): void => {
    // Not passive: most of these keep the page from acting on what was meant for the chart.
    surface.addEventListener(type, listener, { signal, passive: false });
  };
  listenForPointers(surface, target, on, signal);
  listenForSpace(surface, target, signal);
  on('wheel', (event) => {
    const used = target.send({
      type: 'wheel',
      at: pointOf(event),
      delta: wheelPixels(event),
      modifiers: modifiersOf(event),
      overYAxis: target.isOverYAxis(pointOf(event)),
    });
    if (used) event.preventDefault();
  });
  on('dblclick', (event) => {
    target.send({ type: 'double' });
    event.preventDefault();
  });
  on('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !handledKeys.has(event.key)) return;
    if (!target.send({ type: 'key', key: event.key, shift: event.shiftKey })) return;
    event.preventDefault();
    event.stopPropagation();
  });
  return () => {
    controller.abort();
  };
}

type On = <K extends keyof HTMLElementEventMap>(
  type: K,
  listener: (event: HTMLElementEventMap[K]) => void,
) => void;

let isSpaceHeld = false;

function listenForPointers(
  surface: HTMLElement,
  target: GestureTarget,
  on: On,
  signal: AbortSignal,
): void {
  let longPress = 0;
  const forgetLongPress = (): void => {
    clearTimeout(longPress);
  };
  signal.addEventListener('abort', forgetLongPress);

  on('pointerdown', (event) => {
    forgetLongPress();
    const touch = event.pointerType === 'touch';
    if (touch) {
      longPress = window.setTimeout(() => target.send({ type: 'held' }), longPressMs);
    } else {
      // Text must not get selected while a band is drawn; focus would go with it, so it is given.
      if (event.button === 0) surface.focus({ preventScroll: true, focusVisible: false });
      event.preventDefault();
    }
    surface.setPointerCapture(event.pointerId);
    target.send({
      type: 'down',
      ...fingerOf(event),
      touch,
      button: event.button,
      modifiers: modifiersOf(event),
      space: isSpaceHeld,
      overYAxis: target.isOverYAxis(pointOf(event)),
      zoomed: target.isZoomed(),
    });
  });
  on('pointermove', (event) => {
    target.send({ type: 'move', ...fingerOf(event) });
  });
  on('pointerup', (event) => {
    forgetLongPress();
    target.send({ type: 'up', ...fingerOf(event) });
    if (event.pointerType === 'touch') return;
    // A captured pointer leaves unseen.
    const box = surface.getBoundingClientRect();
    const isOutside =
      event.clientX < box.left ||
      event.clientX > box.right ||
      event.clientY < box.top ||
      event.clientY > box.bottom;
    if (isOutside) target.send({ type: 'leave' });
  });
  on('pointercancel', (event) => {
    forgetLongPress();
    target.send({ type: 'cancel', id: event.pointerId });
  });
  on('pointerleave', (event) => {
    if (event.pointerType !== 'touch') target.send({ type: 'leave' });
  });
  on('touchmove', (event) => {
    if (target.holdsTouch() && event.cancelable) event.preventDefault();
  });
  on('contextmenu', (event) => {
    if (target.holdsTouch()) event.preventDefault();
  });
  on('mousedown', (event) => {
    // The middle button pans here; elsewhere it starts to scroll the page.
    if (event.button === 1) event.preventDefault();
  });
}

// Space is a modifier only over a chart, and only while nothing else has use for it.
function listenForSpace(surface: HTMLElement, target: GestureTarget, signal: AbortSignal): void {
  let isOver = false;
  const release = (): void => {
    isSpaceHeld = false;
    target.onready(false);
  };
  surface.addEventListener('pointerenter', () => (isOver = true), { signal });
  surface.addEventListener(
    'pointerleave',
    () => {
      isOver = false;
      target.onready(false);
    },
    { signal },
  );
  window.addEventListener(
    'keydown',
    (event) => {
      const { activeElement } = document;
      const isFree = activeElement === document.body || activeElement === surface;
      if (event.key !== ' ' || !isOver || !isFree) return;
      event.preventDefault();
      isSpaceHeld = true;
      target.onready(true);
    },
    { signal },
  );
  window.addEventListener(
    'keyup',
    (event) => {
      if (event.key === ' ' && isSpaceHeld) release();
    },
    { signal },
  );
  window.addEventListener('blur', release, { signal });
}

function fingerOf(event: PointerEvent): Finger {
  return { id: event.pointerId, at: pointOf(event) };
}

// The surface has no children, so this is relative to the surface.
function pointOf(event: MouseEvent): Point {
  return { x: event.offsetX, y: event.offsetY };
}

function modifiersOf(event: MouseEvent): Modifiers {
  return { shift: event.shiftKey, alt: event.altKey, control: event.ctrlKey || event.metaKey };
}

function wheelPixels(event: WheelEvent): Point {
  const unit =
    event.deltaMode === WheelEvent.DOM_DELTA_PIXEL
      ? 1
      : event.deltaMode === WheelEvent.DOM_DELTA_LINE
        ? wheelLinePixels
        : innerHeight;
  return { x: event.deltaX * unit, y: event.deltaY * unit };
}
