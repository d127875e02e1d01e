// A dense, noisy line as the area that its stroke would cover: from the lowest to the highest point
// of each pixel column. It looks the same and costs a browser that has no graphics card a fifth:
// a zigzag crosses every row of pixels in every column, the outline only where the noise changes.
import type { Trace } from './decimate';

// A column that stands out this far beyond its neighbours is a spike, and gets a blunt tip: a sharp
// one would fade away.
const spikePixels = 4;
// Steep stretches get higher, so that they do not look thinner; a needle must not become a blade.
const maxSteepness = 4;

let x = new Float64Array(1024);
let top = new Float64Array(1024);
let bottom = new Float64Array(1024);

/**
 * Appends closed outlines of `line`, which runs from left to right, one a stretch. `width` is that
 * of the stroke it stands for, and no column needs to be narrower.
 */
export function appendEnvelope(line: Trace, columnWidth: number, width: number, out: Trace): void {
  const { xy, length } = line;
  let count = 0;
  let column = NaN;
  for (let i = 0; i < length; ++i) {
    const px = xy[i * 2] as number;
    const py = xy[i * 2 + 1] as number;
    if (px !== px) {
      appendOutline(count, columnWidth, width / 2, out);
      count = 0;
      column = NaN;
      continue;
    }
    const current = Math.floor(px / columnWidth);
    if (current !== column) {
      column = current;
      if (count === x.length) grow();
      x[count] = (current + 0.5) * columnWidth;
      top[count] = bottom[count] = py;
      count += 1;
    } else if (py < (top[count - 1] as number)) {
      top[count - 1] = py;
    } else if (py > (bottom[count - 1] as number)) {
      bottom[count - 1] = py;
    }
  }
  appendOutline(count, columnWidth, width / 2, out);
}

function appendOutline(count: number, columnWidth: number, half: number, out: Trace): void {
  if (count === 0) return;
  thicken(count, columnWidth, half);
  const first = (x[0] as number) - half;
  const last = (x[count - 1] as number) + half;
  out.push(first, top[0] as number);
  for (let i = 0; i < count; ++i) pushSide(top, i, count, -1, half, out);
  out.push(last, top[count - 1] as number);
  out.push(last, bottom[count - 1] as number);
  for (let i = count - 1; i >= 0; --i) pushSide(bottom, i, count, 1, half, out);
  out.push(first, bottom[0] as number);
  out.lift();
}

// `outwards` is where y grows away from the line: -1 for its upper side, which is walked from left
// to right, 1 for the lower one, walked back.
function pushSide(
  side: Float64Array,
  i: number,
  count: number,
  outwards: 1 | -1,
  half: number,
  out: Trace,
): void {
  const px = x[i] as number;
  const py = side[i] as number;
  const standsOut = (j: number): boolean =>
    j < 0 || j >= count || (py - (side[j] as number)) * outwards > spikePixels;
  if (standsOut(i - 1) && standsOut(i + 1)) {
    out.push(px + outwards * half, py);
    out.push(px - outwards * half, py);
  } else {
    out.push(px, py);
  }
}

// Neighbours get to touch each other, and everything gets the width of the stroke.
function thicken(count: number, columnWidth: number, half: number): void {
  let before = 1;
  for (let i = 0; i < count; ++i) {
    let after = 1;
    if (i + 1 < count) {
      const across = (x[i + 1] as number) - (x[i] as number);
      const falls = (top[i + 1] as number) - (bottom[i] as number);
      const rises = (top[i] as number) - (bottom[i + 1] as number);
      const gap = Math.max(falls, rises);
      if (gap > 0 && across <= 2 * columnWidth) {
        const middle = ((falls > 0 ? bottom[i] : top[i]) as number) + (falls > 0 ? gap : -gap) / 2;
        if (falls > 0) bottom[i] = top[i + 1] = middle;
        else top[i] = bottom[i + 1] = middle;
      } else if (gap > 0) {
        after = Math.min(Math.hypot(1, gap / across), maxSteepness);
      }
    }
    const grown = half * Math.max(before, after);
    top[i] = (top[i] as number) - grown;
    bottom[i] = (bottom[i] as number) + grown;
    before = after;
  }
}

function grow(): void {
  [x, top, bottom] = [x, top, bottom].map((values) => {
    const larger = new Float64Array(values.length * 2);
    larger.set(values);
    return larger;
  }) as [typeof x, typeof x, typeof x];
}
