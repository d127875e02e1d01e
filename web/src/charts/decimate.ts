// Thins lines to what pixels can show: at most two vertices a pixel column, the lowest and the
// highest point of the column in the order in which they came, so that no spike is lost. Everything
// is written into buffers that are used again, for this runs for every line of every frame.
import { indicesWithin, isSorted } from './sorted';
import { placesOf } from './scales';
import type { Scale } from './scales';

// How far beyond the plot a line is drawn, so that its stroke does not end at the edge.
const overhang = 4;
// Canvas coordinates are 32-bit floats inside; a value far outside only has to point the right way.
const farAway = 1e6;

/** Points in CSS pixels, x at even and y at odd places; a NaN pair lifts the pen. */
export class Trace {
  xy = new Float64Array(4096);
  /** How many pairs there are. */
  length = 0;

  clear(): void {
    this.length = 0;
  }

  push(x: number, y: number): void {
    if (this.length * 2 === this.xy.length) {
      const grown = new Float64Array(this.xy.length * 2);
      grown.set(this.xy);
      this.xy = grown;
    }
    this.xy[this.length * 2] = x;
    this.xy[this.length * 2 + 1] = y < -farAway ? -farAway : y > farAway ? farAway : y;
    this.length += 1;
  }

  lift(): void {
    if (this.length > 0 && !Number.isNaN(this.xy[this.length * 2 - 2])) {
      this.push(Number.NaN, Number.NaN);
    }
  }
}

/**
 * Appends one line to `out`. Non-finite values, and on a log scale those that are not positive, are
 * gaps. A point alone between gaps goes to `dots`, for a stroke would not show it.
 */
export function traceLine(
  x: Float64Array,
  y: Float64Array,
  scaleX: Scale,
  scaleY: Scale,
  columnWidth: number,
  out: Trace,
  dots: Trace,
): void {
  const start = out.length;
  const dotStart = dots.length;
  traceInOrder(x, y, scaleX, scaleY, columnWidth, out, dots);
  const columns = Math.ceil(Math.abs(scaleX.range[1] - scaleX.range[0]) / columnWidth) + 2;
  if (!isSorted(x) && out.length - start > 4 * columns) {
    // A line that keeps going back fills its columns anyway: draw their extents instead.
    out.length = start;
    dots.length = dotStart;
    const extents = new ColumnExtents();
    extents.measure(x, y, scaleX, scaleY, columnWidth);
    extents.appendZigzag(out);
  }
}

/**
 * Leaves out vertices that a straight stroke between their neighbours passes within `tolerance`
 * pixels: a smooth line has many of them, and each costs the canvas more than the looking does.
 */
export function simplify(trace: Trace, tolerance: number): void {
  const { xy } = trace;
  const end = trace.length * 2;
  let write = 0;
  let hasAnchor = false;
  let hasPending = false;
  let anchorX = 0;
  let anchorY = 0;
  let pendingX = 0;
  let pendingY = 0;
  // The slopes from the anchor that pass all vertices left out so far.
  let low = 0;
  let high = 0;
  for (let read = 0; read < end; read += 2) {
    const x = xy[read] as number;
    const y = xy[read + 1] as number;
    if (hasPending) {
      const slope = (y - anchorY) / (x - anchorX);
      // False for NaN too.
      if (!(x > anchorX && slope >= low && slope <= high)) {
        xy[write++] = anchorX = pendingX;
        xy[write++] = anchorY = pendingY;
        hasPending = false;
        low = -Infinity;
        high = Infinity;
      }
    }
    if (x !== x || !hasAnchor) {
      xy[write++] = anchorX = x;
      xy[write++] = anchorY = y;
      hasAnchor = x === x;
      low = -Infinity;
      high = Infinity;
      continue;
    }
    const across = x - anchorX;
    low = across > 0 ? Math.max(low, (y - tolerance - anchorY) / across) : Infinity;
    high = across > 0 ? Math.min(high, (y + tolerance - anchorY) / across) : -Infinity;
    pendingX = x;
    pendingY = y;
    hasPending = true;
  }
  if (hasPending) {
    xy[write++] = pendingX;
    xy[write++] = pendingY;
  }
  trace.length = write / 2;
}

function traceInOrder(
  x: Float64Array,
  y: Float64Array,
  scaleX: Scale,
  scaleY: Scale,
  columnWidth: number,
  out: Trace,
  dots: Trace,
): void {
  const { origin: x0, factor: kx } = scaleX;
  const { origin: y0, factor: ky } = scaleY;
  const [rx] = scaleX.range;
  const [ry] = scaleY.range;
  const placesX = placesOf(x, scaleX);
  const placesY = placesOf(y, scaleY);
  const { from, to } = indicesWithin(x, scaleX.domain, 1);
  const tracer = new Tracer(scaleX, columnWidth, out, dots);
  for (let i = from; i < to; ++i) {
    const px = ((placesX[i] as number) - x0) * kx + rx;
    const py = ((placesY[i] as number) - y0) * ky + ry;
    // Subtracting finds NaN and the infinities at once.
    if (px - px !== 0 || py - py !== 0) tracer.endStretch();
    else tracer.add(px, py);
  }
  tracer.endStretch();
}

// Takes the points of a line in pixels, in their order, and gathers those of a column until one of
// another column comes.
class Tracer {
  private readonly left: number;
  private readonly right: number;
  private readonly columnsPerPixel: number;
  private column = -1; // -1: none is open.
  private lowX = 0;
  private lowY = 0;
  private highX = 0;
  private highY = 0;
  private isLowFirst = true;
  // The previous point of this stretch, inside or outside of the plot; NaN: none.
  private lastX = Number.NaN;
  private lastY = 0;
  private stretchStart: number;

  constructor(
    scaleX: Scale,
    columnWidth: number,
    private readonly out: Trace,
    private readonly dots: Trace,
  ) {
    this.left = scaleX.range[0] - overhang;
    this.right = scaleX.range[1] + overhang;
    this.columnsPerPixel = 1 / columnWidth;
    this.stretchStart = out.length;
  }

  add(px: number, py: number): void {
    if (px < this.left || px > this.right) {
      this.addOutside(px, py);
    } else {
      if (this.lastX < this.left) this.pushCrossing(this.left, px, py);
      else if (this.lastX > this.right) this.pushCrossing(this.right, px, py);
      const column = ((px - this.left) * this.columnsPerPixel) | 0;
      if (column !== this.column) {
        this.closeColumn();
        this.column = column;
        this.lowX = this.highX = px;
        this.lowY = this.highY = py;
      } else if (py < this.lowY) {
        this.lowX = px;
        this.lowY = py;
        this.isLowFirst = false;
      } else if (py > this.highY) {
        this.highX = px;
        this.highY = py;
        this.isLowFirst = true;
      }
    }
    this.lastX = px;
    this.lastY = py;
  }

  endStretch(): void {
    this.closeColumn();
    const { out, stretchStart } = this;
    if (isOnePlace(out, stretchStart)) {
      this.dots.push(out.xy[stretchStart * 2] as number, out.xy[stretchStart * 2 + 1] as number);
    }
    this.lift();
    this.lastX = Number.NaN;
  }

  // Only the way to the edge is drawn, and across when both edges are passed at once.
  private addOutside(px: number, py: number): void {
    const { left, right, lastX } = this;
    const edge = px < left ? left : right;
    if (lastX >= left && lastX <= right) {
      this.closeColumn();
      this.pushCrossing(edge, px, py);
      this.lift();
    } else if ((lastX < left && px > right) || (lastX > right && px < left)) {
      this.pushCrossing(px < left ? right : left, px, py);
      this.pushCrossing(edge, px, py);
      this.lift();
    }
  }

  private pushCrossing(edge: number, px: number, py: number): void {
    this.out.push(edge, crossing(edge, this.lastX, this.lastY, px, py));
  }

  private lift(): void {
    this.out.lift();
    this.stretchStart = this.out.length;
  }

  private closeColumn(): void {
    if (this.column < 0) return;
    this.column = -1;
    if (this.lowY === this.highY) {
      this.out.push(this.lowX, this.lowY);
    } else if (this.isLowFirst) {
      this.out.push(this.lowX, this.lowY);
      this.out.push(this.highX, this.highY);
    } else {
      this.out.push(this.highX, this.highY);
      this.out.push(this.lowX, this.lowY);
    }
  }
}

function crossing(edge: number, ax: number, ay: number, bx: number, by: number): number {
  return ay + ((edge - ax) / (bx - ax)) * (by - ay);
}

// A stretch that a stroke would not show: it has vertices, but they are all in one spot.
function isOnePlace(out: Trace, start: number): boolean {
  const count = out.length - start;
  if (count === 0 || count > 2) return false;
  const dx = (out.xy[start * 2] as number) - (out.xy[out.length * 2 - 2] as number);
  const dy = (out.xy[start * 2 + 1] as number) - (out.xy[out.length * 2 - 1] as number);
  return Math.abs(dx) < 0.75 && Math.abs(dy) < 0.75;
}

/** The lowest and highest pixel that a line reaches in each column: what a band fills. */
export class ColumnExtents {
  private top = new Float64Array(0);
  private bottom = new Float64Array(0);
  private gapAfter = new Uint8Array(0);
  private columns = 0;
  private left = 0;
  private columnWidth = 1;

  measure(
    x: Float64Array,
    y: Float64Array,
    scaleX: Scale,
    scaleY: Scale,
    columnWidth: number,
  ): void {
    this.left = scaleX.range[0] - columnWidth;
    this.columnWidth = columnWidth;
    this.columns = Math.ceil((scaleX.range[1] - scaleX.range[0]) / columnWidth) + 2;
    if (this.top.length < this.columns) {
      this.top = new Float64Array(this.columns);
      this.bottom = new Float64Array(this.columns);
      this.gapAfter = new Uint8Array(this.columns);
    }
    const { top, bottom, gapAfter } = this;
    top.fill(Infinity, 0, this.columns);
    bottom.fill(-Infinity, 0, this.columns);
    gapAfter.fill(0, 0, this.columns);

    const { origin: x0, factor: kx } = scaleX;
    const { origin: y0, factor: ky } = scaleY;
    const shift = scaleX.range[0] - this.left;
    const [ry] = scaleY.range;
    const last = this.columns - 1;
    const placesX = placesOf(x, scaleX);
    const placesY = placesOf(y, scaleY);
    const { from, to } = indicesWithin(x, scaleX.domain, 1);
    let column = -1;
    for (let i = from; i < to; ++i) {
      const place = (((placesX[i] as number) - x0) * kx + shift) / columnWidth;
      const py = ((placesY[i] as number) - y0) * ky + ry;
      if (place - place !== 0 || py - py !== 0) {
        if (column >= 0) gapAfter[column] = 1;
        continue;
      }
      column = place < 0 ? 0 : place > last ? last : place | 0;
      if (py < (top[column] as number)) top[column] = py;
      if (py > (bottom[column] as number)) bottom[column] = py;
    }
  }

  /** Closed outlines, one a stretch without gaps, each ending with a lifted pen. */
  appendOutlines(out: Trace): void {
    let first = -1;
    for (let column = 0; column < this.columns; ++column) {
      if (!this.isEmpty(column) && first < 0) first = column;
      if (first >= 0 && (this.gapAfter[column] === 1 || column === this.columns - 1)) {
        this.appendOutline(first, column, out);
        first = -1;
      }
    }
  }

  /** One stroke through all extents, from left to right. */
  appendZigzag(out: Trace): void {
    for (let column = 0; column < this.columns; ++column) {
      if (this.isEmpty(column)) continue;
      const x = this.centre(column);
      out.push(x, this.top[column] as number);
      out.push(x, this.bottom[column] as number);
      if (this.gapAfter[column] === 1) out.lift();
    }
    out.lift();
  }

  private appendOutline(first: number, last: number, out: Trace): void {
    for (let column = first; column <= last; ++column) {
      if (!this.isEmpty(column)) out.push(this.centre(column), this.top[column] as number);
    }
    for (let column = last; column >= first; --column) {
      if (!this.isEmpty(column)) out.push(this.centre(column), this.bottom[column] as number);
    }
    out.lift();
  }

  private isEmpty(column: number): boolean {
    return this.top[column] === Infinity;
  }

  private centre(column: number): number {
    return this.left + (column + 0.5) * this.columnWidth;
  }
}

/** Appends a dot for each point, those that fall into one pixel once. For sparse lines. */
export function traceDots(
  x: Float64Array,
  y: Float64Array,
  scaleX: Scale,
  scaleY: Scale,
  out: Trace,
): void {
  const seen = new Set<number>();
  const [left, right] = scaleX.range;
  const placesX = placesOf(x, scaleX);
  const placesY = placesOf(y, scaleY);
  const { from, to } = indicesWithin(x, scaleX.domain);
  for (let i = from; i < to; ++i) {
    const px = ((placesX[i] as number) - scaleX.origin) * scaleX.factor + left;
    const py = ((placesY[i] as number) - scaleY.origin) * scaleY.factor + scaleY.range[0];
    // Of what lies outside nothing is seen; the comparisons also leave out NaN.
    if (!(px >= left - 1 && px <= right + 1 && Math.abs(py) < farAway)) continue;
    const pixel = Math.round(px) * 65536 + (Math.round(py) & 65535);
    if (seen.has(pixel)) continue;
    seen.add(pixel);
    out.push(px, py);
  }
}
