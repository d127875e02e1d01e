// Everything that changed draws once, in the next frames: as much in each as leaves the hand its
// time, the rest in the order in which it was asked for.
const dirty = new Set<() => void>();
let request = 0;

// Half of a frame at 60 Hz: the other half is the page's.
const budgetMs = 8;

/** Calls `draw` in the next frame, or soon after, however often it is asked for. */
export function drawSoon(draw: () => void): void {
  dirty.add(draw);
  if (request === 0) request = requestAnimationFrame(drawSome);
}

export function forgetDraw(draw: () => void): void {
  dirty.delete(draw);
}

function drawSome(): void {
  request = 0;
  const end = performance.now() + budgetMs;
  // What is asked for while drawing is for the next frame.
  for (const draw of [...dirty]) {
    if (!dirty.delete(draw)) continue;
    draw();
    if (performance.now() >= end) break;
  }
  if (dirty.size > 0) request ||= requestAnimationFrame(drawSome);
}

/** Reading its arguments makes an effect depend on them; drawing reads them later, untracked. */
export function dependOn(...values: readonly unknown[]): void {
  // The reading has happened at the call.
  values.at(0);
}
