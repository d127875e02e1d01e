// Where a tooltip goes: beside the point, never over it, inside the window.
import type { Range } from './types';

export interface Box {
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly left: number;
  readonly top: number;
}

const distance = 16;
const margin = 8;

/** In the window: what the tooltip keeps clear of, from the pointer to the point it snapped to. */
export interface Anchor {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** To the right if there is room, else left, else above or below. */
export function placeBeside(anchor: Anchor, box: Box, window: Box): Place {
  const clamp = (value: number, most: number): number => Math.max(margin, Math.min(value, most));
  const lowest = window.height - box.height - margin;
  const rightmost = window.width - box.width - margin;
  const right = anchor.right + distance;
  const left = anchor.left - distance - box.width;
  if (right <= rightmost) return { left: right, top: clamp(anchor.y - box.height / 2, lowest) };
  if (left >= margin) return { left, top: clamp(anchor.y - box.height / 2, lowest) };
  // On a phone: above the finger, which hides what is below it.
  const above = anchor.y - 2 * distance - box.height;
  const top = above >= margin ? above : anchor.y + 2 * distance;
  return {
    left: clamp((anchor.left + anchor.right - box.width) / 2, rightmost),
    top: Math.min(top, Math.max(lowest, margin)),
  };
}

/**
 * Where labels stand whose places are in rising order: `gap` apart, as near to their places as they
 * can be, and within the range as long as that has room for them.
 */
export function spreadApart(places: readonly number[], gap: number, [low, high]: Range): number[] {
  const spread = [...places];
  let least = low;
  spread.forEach((place, i) => {
    spread[i] = Math.max(place, least);
    least = (spread[i] ?? 0) + gap;
  });
  let most = Math.max(high, low + (spread.length - 1) * gap);
  for (let i = spread.length - 1; i >= 0; --i) {
    spread[i] = Math.min(spread[i] ?? 0, most);
    most = (spread[i] ?? 0) - gap;
  }
  return spread;
}
