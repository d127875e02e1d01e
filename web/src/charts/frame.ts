// Everything that changed draws once, in the next frame, all charts in one callback.
const dirty = new Set<() => void>();
let request = 0;

/** Calls `draw` in the next frame, however often it is asked for. */
export function drawSoon(draw: () => void): void {
  dirty.add(draw);
  if (request === 0) request = requestAnimationFrame(drawAll);
}

export function forgetDraw(draw: () => void): void {
  dirty.delete(draw);
}

function drawAll(): void {
  request = 0;
  const draws = [...dirty];
  dirty.clear();
  for (const draw of draws) draw();
}

/** Reading its arguments makes an effect depend on them; drawing reads them later, untracked. */
export function dependOn(...values: readonly unknown[]): void {
  // The reading has happened at the call.
  values.at(0);
}
