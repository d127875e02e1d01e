// What lies above the lines and changes with the hand: a highlighted line, crosshair, rubber band.
// On its own canvas, so that a moving pointer does not redraw a line.
import { drawHighlight, drawLineOver, hairline, tickFontPx } from './draw';
import {
  formatDuration,
  formatNonFinite,
  formatNumber,
  formatStep,
  formatWallTime,
} from './format';
import type { Axes, Point } from './interaction';
import type { Crosshair, Hit } from './nearest';
import { spreadApart } from './place';
import type { Pen } from './pen';
import type { Scene } from './scene';
import type { Line, XAxis } from './types';

export interface Overlay {
  readonly highlighted: Line | null;
  readonly crosshair: Crosshair | null;
  /** Pointed at here, not on another card. */
  readonly isOwn: boolean;
  readonly band: { readonly from: Point; readonly to: Point; readonly axes: Axes } | null;
  readonly axis: XAxis;
  readonly measure: (label: string) => number;
}

const dotRadius = 3;
const nearestRadius = 4.5;
// More dots than this would be a second line.
const maxDots = 16;
// A point further from the crosshair is another one's.
const nearPixels = 24;
// With more values than this nobody finds the one that is meant: then that of the line that is
// pointed at stands alone.
const maxValues = 6;
const valueHeight = 15;

export function drawOverlay(pen: Pen, scene: Scene, overlay: Overlay): void {
  if (overlay.highlighted !== null) drawHighlight(pen, scene, overlay.highlighted);
  if (overlay.band !== null) drawBand(pen, scene, overlay.band);
  else if (overlay.crosshair !== null) drawCrosshair(pen, scene, overlay, overlay.crosshair);
}

/** The x under the crosshair, short enough for the axis. */
export function formatX(value: number, axis: XAxis): string {
  switch (axis) {
    case 'step':
      return formatStep(value);
    case 'relative':
      return formatDuration(value);
    case 'wall':
      return formatWallTime(value);
  }
}

function drawCrosshair(pen: Pen, scene: Scene, overlay: Overlay, crosshair: Crosshair): void {
  const { plot, theme, pixelRatio } = scene;
  if (crosshair.x < plot.left - 1 || crosshair.x > plot.right + 1) return;
  const x = hairline(crosshair.x, pixelRatio);
  pen.strokeStyle = overlay.isOwn ? theme.inkSoft : theme.inkFaint;
  pen.lineWidth = 1 / pixelRatio;
  pen.setLineDash(overlay.isOwn ? [] : [2, 3]);
  pen.beginPath();
  pen.moveTo(x, plot.top - 4);
  pen.lineTo(x, plot.bottom);
  pen.stroke();
  pen.setLineDash([]);

  const nearest = overlay.isOwn ? crosshair.nearest : null;
  if (nearest !== null && scene.lines.length > 1) drawLineOver(pen, scene, nearest.line, 2.5);
  if (!overlay.isOwn) drawValues(pen, scene, overlay, crosshair);
  const all = crosshair.hits.length <= maxDots ? crosshair.hits : nearest === null ? [] : [nearest];
  for (const hit of all) {
    const isClose = Math.abs(hit.x - crosshair.x) < nearPixels;
    const isInside = hit.y >= plot.top - 1 && hit.y <= plot.bottom + 1;
    if (hit === nearest || !isClose || !isInside) continue;
    drawDot(pen, scene, hit.x, hit.y, dotRadius, hit.line.color);
  }
  if (nearest !== null && nearest.y >= plot.top - 1 && nearest.y <= plot.bottom + 1) {
    drawDot(pen, scene, nearest.x, nearest.y, nearestRadius, nearest.line.color);
  }
  drawXLabel(pen, scene, overlay, crosshair);
}

// What each line has where another card is pointed at, beside the crosshair.
function drawValues(pen: Pen, scene: Scene, overlay: Overlay, crosshair: Crosshair): void {
  const { plot, theme } = scene;
  const there = crosshair.hits.filter(
    (hit) => Math.abs(hit.x - crosshair.x) < nearPixels && Number.isFinite(hit.y),
  );
  const meant = crosshair.nearest?.line ?? overlay.highlighted;
  const hits = (
    there.length <= maxValues ? there : there.filter(({ line }) => line === meant)
  ).toSorted((a, b) => a.y - b.y);
  const half = valueHeight / 2;
  const heights = spreadApart(
    hits.map(({ y }) => y),
    valueHeight,
    [plot.top + half, plot.bottom - half],
  );
  const texts = hits.map((hit) => valueOf(hit));
  const width = Math.max(0, ...texts.map((text) => overlay.measure(text))) * 1.12;
  // On the side that has room.
  const isLeft = crosshair.x + 22 + width > plot.right;
  const left = isLeft ? crosshair.x - 22 - width : crosshair.x + 8;
  hits.forEach(({ line }, i) => {
    const y = heights[i] ?? 0;
    pen.globalAlpha = 0.88;
    pen.fillStyle = theme.panel;
    pen.fillRect(left - 2, y - half, width + 18, valueHeight);
    pen.globalAlpha = 1;
    pen.fillStyle = line.color;
    pen.fillRect(left, y - 1.5, 8, 3);
    pen.font = `${line === meant ? 600 : 400} ${tickFontPx}px ${theme.font}`;
    pen.fillStyle = theme.ink;
    pen.textAlign = 'left';
    pen.textBaseline = 'middle';
    pen.fillText(texts[i] ?? '', left + 12, y);
  });
}

function valueOf({ line, index }: Hit): string {
  const value = line.y[index] ?? NaN;
  return Number.isFinite(value) ? formatNumber(value) : formatNonFinite(value);
}

// A ring of the ground keeps the dot apart from the lines.
function drawDot(pen: Pen, scene: Scene, x: number, y: number, radius: number, color: string) {
  pen.beginPath();
  pen.arc(x, y, radius + 1.5, 0, 2 * Math.PI);
  pen.fillStyle = scene.theme.panel;
  pen.fill();
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = color;
  pen.fill();
}

// Takes the place of the tick labels that it would touch.
function drawXLabel(pen: Pen, scene: Scene, overlay: Overlay, crosshair: Crosshair): void {
  const { plot, theme, width } = scene;
  const label = formatX(crosshair.value, overlay.axis);
  // Bold letters are a little wider than those that were measured.
  const half = overlay.measure(label) * 0.56;
  const x = Math.min(Math.max(crosshair.x, half), width - half);
  pen.fillStyle = theme.panel;
  for (const tick of scene.xTicks) {
    const halfTick = overlay.measure(tick.label) / 2;
    if (Math.abs(tick.labelAt - x) > half + halfTick + 8) continue;
    pen.fillRect(tick.labelAt - halfTick - 2, plot.bottom + 5, 2 * halfTick + 4, 16);
  }
  pen.font = `600 ${tickFontPx}px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(label, x, plot.bottom + 13);
}

function drawBand(
  pen: Pen,
  scene: Scene,
  { from, to, axes }: { from: Point; to: Point; axes: Axes },
): void {
  const { plot, theme } = scene;
  const clampX = (x: number): number => Math.min(Math.max(x, plot.left), plot.right);
  const clampY = (y: number): number => Math.min(Math.max(y, plot.top), plot.bottom);
  const [x0, x1] = axes === 'y' ? [plot.left, plot.right] : [clampX(from.x), clampX(to.x)];
  const [y0, y1] = axes === 'x' ? [plot.top, plot.bottom] : [clampY(from.y), clampY(to.y)];
  pen.globalAlpha = 0.12;
  pen.fillStyle = theme.accent;
  pen.fillRect(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
  pen.globalAlpha = 1;
  pen.strokeStyle = theme.accent;
  pen.lineWidth = 1;
  pen.setLineDash([]);
  pen.beginPath();
  if (axes !== 'y') {
    for (const x of [x0, x1]) {
      pen.moveTo(x, y0);
      pen.lineTo(x, y1);
    }
  }
  if (axes !== 'x') {
    for (const y of [y0, y1]) {
      pen.moveTo(x0, y);
      pen.lineTo(x1, y);
    }
  }
  pen.stroke();
}
