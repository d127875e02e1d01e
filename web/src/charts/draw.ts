// Draws scenes: grid, faint raw values, lines, marks, labels. One path a line, at most two vertices
// a pixel column.
import { ColumnExtents, simplify, Trace, traceDots, traceLine } from './decimate';
import { appendEnvelope } from './envelope';
import { markRadius } from './marks';
import type { Mark, MarkKind } from './marks';
import type { Pen } from './pen';
import { isSorted, indicesWithin } from './sorted';
import type { Scene } from './scene';
import { tickGap } from './scene';
import type { Line } from './types';

const lineWidth = 1.5;
const rawAlpha = 0.25;
const bandAlpha = 0.15;
const veilAlpha = 0.78;
const bandColumn = 2; // Pixels: finer envelopes look like noise again.
const dotDistance = 14; // Pixels a point must have to get its dot.
const dashes = [6, 3];
export const tickFontPx = 11;

// A line with many vertices that goes up and down this far for each pixel across is noise, and
// drawn as the area that it covers. In a crowd nobody sees that an area is a little bolder.
const noisyTravel = 4;
const noisyTravelInCrowd = 1;
// One such step is not noise but an outlier; also false for the NaN of a lifted pen.
const maxStep = 1000;
// Behind so many lines faint values would only be a fog.
const manyLines = 30;
// A frame of a hundred lines must take less than 8 ms: beyond this many vertices in all, columns
// get wider than a device pixel.
const vertexBudget = 80_000;
// A fifth of a pixel is not seen.
const tolerance = 0.2;

export interface DrawCounts {
  readonly series: number;
  readonly vertices: number;
}

// Used again by every chart: drawing is synchronous.
const trace = new Trace();
const dots = new Trace();
const outline = new Trace();
const extents = new ColumnExtents();

export function drawScene(pen: Pen, scene: Scene): DrawCounts {
  drawGrid(pen, scene);
  pen.save();
  clipToPlot(pen, scene);
  const counts = drawLines(pen, scene);
  pen.restore();
  for (const mark of scene.marks) drawMark(pen, mark, scene);
  drawLabels(pen, scene);
  return counts;
}

/** One line again, in that width, for the overlay. */
export function drawLineOver(pen: Pen, scene: Scene, line: Line, width: number): void {
  pen.save();
  clipToPlot(pen, scene);
  strokeLine(pen, scene, line, width);
  pen.restore();
}

/** Lays a veil over all lines but one, which is drawn on it with its raw values. */
export function drawHighlight(pen: Pen, scene: Scene, line: Line): void {
  const { plot, theme } = scene;
  pen.save();
  clipToPlot(pen, scene);
  pen.globalAlpha = veilAlpha;
  pen.fillStyle = theme.panel;
  pen.fillRect(plot.left - 4, plot.top - 4, plot.right - plot.left + 8, plot.bottom - plot.top + 4);
  pen.restore();
  drawGrid(pen, scene);
  pen.save();
  clipToPlot(pen, scene);
  if (line.raw !== null) drawRaw(pen, scene, line, line.raw, 1);
  strokeLine(pen, scene, line, lineWidth + 0.75);
  pen.restore();
}

/** A hairline of one device pixel on a device pixel. */
export function hairline(position: number, pixelRatio: number): number {
  return (Math.floor(position * pixelRatio) + 0.5) / pixelRatio;
}

function clipToPlot(pen: Pen, { plot }: Scene): void {
  pen.beginPath();
  // Half a line and a dot may stand out over the edge.
  pen.rect(plot.left - 3, plot.top - 3, plot.right - plot.left + 6, plot.bottom - plot.top + 6);
  pen.clip();
}

function drawGrid(pen: Pen, scene: Scene): void {
  const { plot, theme, pixelRatio } = scene;
  pen.lineWidth = 1 / pixelRatio;
  pen.strokeStyle = theme.grid;
  pen.setLineDash([]);
  pen.beginPath();
  for (const tick of scene.yTicks) {
    const y = hairline(tick.at, pixelRatio);
    pen.moveTo(plot.left, y);
    pen.lineTo(plot.right, y);
  }
  pen.stroke();
  pen.strokeStyle = theme.line;
  pen.beginPath();
  const base = hairline(plot.bottom, pixelRatio);
  pen.moveTo(plot.left, base);
  pen.lineTo(plot.right, base);
  for (const tick of scene.xTicks) {
    const x = hairline(tick.at, pixelRatio);
    pen.moveTo(x, base);
    pen.lineTo(x, base + 4);
  }
  pen.stroke();
}

function drawLines(pen: Pen, scene: Scene): DrawCounts {
  const { lines } = scene;
  let vertices = 0;
  pen.lineJoin = 'round';
  pen.lineCap = 'round';
  if (lines.length <= manyLines) {
    // A crowd of faint bands adds up to a fog, so each gets less.
    const crowd = Math.min(1, Math.sqrt(6 / Math.max(lines.length, 1)));
    for (const line of lines) {
      if (line.raw !== null) vertices += drawRaw(pen, scene, line, line.raw, crowd);
    }
  }
  for (const line of lines) vertices += strokeLine(pen, scene, line, lineWidth);
  return { series: lines.length, vertices };
}

function drawRaw(pen: Pen, scene: Scene, line: Line, raw: Float64Array, crowd: number): number {
  const { scaleX, scaleY, plot } = scene;
  const { from, to } = indicesWithin(line.x, scaleX.domain);
  trace.clear();
  if (to - from > plot.right - plot.left) {
    extents.measure(line.x, raw, scaleX, scaleY, bandColumn);
    extents.appendOutlines(trace);
    pen.globalAlpha = bandAlpha * crowd;
    pen.fillStyle = line.color;
    pen.beginPath();
    walk(pen, trace);
    pen.fill();
  } else {
    dots.clear();
    traceLine(line.x, raw, scaleX, scaleY, columnOf(scene), trace, dots);
    simplify(trace, tolerance);
    pen.globalAlpha = rawAlpha * crowd;
    pen.strokeStyle = line.color;
    pen.lineWidth = 1;
    pen.setLineDash([]);
    pen.beginPath();
    walk(pen, trace);
    pen.stroke();
  }
  pen.globalAlpha = 1;
  return trace.length;
}

function strokeLine(pen: Pen, scene: Scene, line: Line, width: number): number {
  const { scaleX, scaleY } = scene;
  const column = columnOf(scene);
  trace.clear();
  dots.clear();
  traceLine(line.x, line.y, scaleX, scaleY, column, trace, dots);
  simplify(trace, tolerance);
  const isNoisy = isNoise(trace, scene, column);
  pen.beginPath();
  if (isNoisy && line.dashed !== true && isSorted(line.x)) {
    outline.clear();
    appendEnvelope(trace, column * 1.5, width, outline);
    pen.fillStyle = line.color;
    walk(pen, outline);
    pen.fill();
  } else {
    pen.strokeStyle = line.color;
    pen.lineWidth = width;
    pen.lineJoin = isNoisy ? 'bevel' : 'round';
    pen.setLineDash(line.dashed === true ? dashes : []);
    walk(pen, trace);
    pen.stroke();
  }
  fillDots(pen, line.color, width * 2);
  if (isSparse(line, scene)) {
    dots.clear();
    traceDots(line.x, line.y, scaleX, scaleY, dots);
    fillDots(pen, line.color, width + 0.5);
  }
  return trace.length;
}

// With few points, each is shown: so one sees what was measured and what is only joined. Points
// that all have one x are shown too, for the upright through them tells too little.
function isSparse(line: Line, { scaleX, plot }: Scene): boolean {
  const { x } = line;
  if (isSorted(x) && x.length > 1 && x[0] === x[x.length - 1]) return true;
  const { from, to } = indicesWithin(x, scaleX.domain);
  return (to - from) * dotDistance <= plot.right - plot.left;
}

function columnOf({ lines, plot, pixelRatio }: Scene): number {
  return Math.max(1 / pixelRatio, (2 * (plot.right - plot.left) * lines.length) / vertexBudget);
}

function walk(pen: Pen, { xy, length }: Trace): void {
  let isDown = false;
  for (let i = 0; i < length * 2; i += 2) {
    const x = xy[i] as number;
    if (x !== x) {
      isDown = false;
    } else if (isDown) {
      pen.lineTo(x, xy[i + 1] as number);
    } else {
      pen.moveTo(x, xy[i + 1] as number);
      isDown = true;
    }
  }
}

function isNoise({ xy, length }: Trace, { plot, lines }: Scene, column: number): boolean {
  const across = plot.right - plot.left;
  const isCrowd = lines.length > manyLines;
  if (length * column < across * (isCrowd ? 1 : 1.5)) return false;
  let travel = 0;
  for (let i = 3; i < length * 2; i += 2) {
    const step = Math.abs((xy[i] as number) - (xy[i - 2] as number));
    if (step < maxStep) travel += step;
  }
  return travel > across * (isCrowd ? noisyTravelInCrowd : noisyTravel);
}

function fillDots(pen: Pen, color: string, radius: number): void {
  if (dots.length === 0) return;
  pen.fillStyle = color;
  pen.beginPath();
  for (let i = 0; i < dots.length; ++i) {
    const x = dots.xy[i * 2] as number;
    const y = dots.xy[i * 2 + 1] as number;
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, 2 * Math.PI);
  }
  pen.fill();
}

function drawMark(pen: Pen, mark: Mark, scene: Scene): void {
  const y = Math.min(Math.max(mark.y, scene.plot.top), scene.plot.bottom);
  pen.save();
  pen.strokeStyle = pen.fillStyle = mark.line.color;
  pen.lineWidth = lineWidth;
  pen.lineJoin = 'round';
  pen.setLineDash([]);
  drawSymbol(pen, mark.kind, mark.x, y);
  if (mark.until > mark.x) {
    drawSymbol(pen, mark.kind, mark.until, y);
    pen.lineWidth = 1;
    pen.setLineDash([1, 3]);
    pen.beginPath();
    pen.moveTo(mark.x + markRadius + 2, y);
    pen.lineTo(mark.until - markRadius, y);
    pen.stroke();
  }
  pen.restore();
}

function drawSymbol(pen: Pen, kind: MarkKind, x: number, y: number): void {
  const r = markRadius;
  pen.beginPath();
  if (kind === 'nan') {
    const arm = r - 1;
    pen.moveTo(x - arm, y - arm);
    pen.lineTo(x + arm, y + arm);
    pen.moveTo(x - arm, y + arm);
    pen.lineTo(x + arm, y - arm);
    pen.stroke();
    return;
  }
  // The tip touches the edge that the value lies beyond.
  const tip = kind === 'high' ? y - 2 : y + 2;
  const base = kind === 'high' ? tip + 2 * r - 1 : tip - 2 * r + 1;
  pen.moveTo(x, tip);
  pen.lineTo(x - r, base);
  pen.lineTo(x + r, base);
  pen.closePath();
  if (kind === 'notPositive') pen.stroke();
  else pen.fill();
}

function drawLabels(pen: Pen, scene: Scene): void {
  const { plot, theme } = scene;
  pen.font = `${tickFontPx}px ${theme.font}`;
  pen.fillStyle = theme.inkSoft;
  pen.textBaseline = 'middle';
  pen.textAlign = 'right';
  for (const tick of scene.yTicks) pen.fillText(tick.label, plot.left - tickGap, tick.at);
  pen.textAlign = 'center';
  for (const tick of scene.xTicks) pen.fillText(tick.label, tick.labelAt, plot.bottom + 13);
  if (scene.note !== '') drawNote(pen, scene);
}

// On a strip of the ground, for grid lines through words are hard to read.
function drawNote(pen: Pen, { plot, theme, note }: Scene): void {
  const middle = (plot.top + plot.bottom) / 2;
  pen.fillStyle = theme.panel;
  pen.fillRect(plot.left, middle - 12, plot.right - plot.left, 24);
  pen.fillStyle = theme.inkSoft;
  pen.fillText(note, (plot.left + plot.right) / 2, middle);
}
