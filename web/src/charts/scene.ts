// A scene is one frame of a chart, worked out but not yet drawn: scales, ticks and where they
// stand. Screen, SVG and PNG draw the same scenes (draw.ts).
import { collectMarks } from './marks';
import type { Mark } from './marks';
import type { Ranges } from './motion';
import { indicesWithin } from './sorted';
import { makeScale, makeXScale, toPixel } from './scales';
import type { Scale } from './scales';
import type { Theme } from './theme.svelte';
import { maxTicks, xTickMaker, yTickMaker } from './ticks';
import type { Tick, TickMaker } from './ticks';
import { kindOfX } from './types';
import type { ChartSettings, Line, Range } from './types';

/** A tick in its place, in CSS pixels; on the x axis `labelAt` is the middle of its label. */
export interface PlacedTick extends Tick {
  readonly at: number;
  readonly labelAt: number;
}

export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly plot: Plot;
  readonly scaleX: Scale;
  readonly scaleY: Scale;
  readonly xTicks: readonly PlacedTick[];
  readonly yTicks: readonly PlacedTick[];
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
  /** Said inside an empty plot: why nothing can be seen. */
  readonly note: string;
  readonly theme: Theme;
  readonly pixelRatio: number;
}

export interface SceneInput {
  readonly width: number;
  readonly height: number;
  readonly ranges: Ranges;
  readonly lines: readonly Line[];
  readonly settings: ChartSettings;
  readonly theme: Theme;
  readonly pixelRatio: number;
  /** The width of a tick label in CSS pixels. */
  readonly measure: (label: string) => number;
  /** The least room for the labels of the y axis; by default what all cards have. */
  readonly gutter?: number;
  /** What stands above the chart, in a picture with a title. */
  readonly top?: number;
}

const marginTop = 8;
const marginRight = 12;
const marginBottom = 22;
// Gutters come in steps of eight pixels and are never narrow, so that the plots of neighbouring
// cards begin at the same place.
const minGutter = 48;
const gutterStep = 8;
export const tickGap = 8;
const labelDistance = 12;

export function makeScene(input: SceneInput): Scene {
  const { width, height, ranges, lines, settings } = input;
  const hasData = lines.some((line) => line.x.length > 0);
  const top = (input.top ?? 0) + marginTop;
  const bottom = Math.max((input.top ?? 0) + height - marginBottom, top + 1);

  const scaleY = makeScale(ranges.y, [bottom, top], settings.scaleY);
  const yCount = Math.min(Math.max(Math.floor((bottom - top) / 26) + 1, 2), maxTicks);
  const yTicks = yTickMaker(settings.scaleY)(ranges.y, yCount);
  const widest = hasData ? Math.max(0, ...yTicks.map((tick) => input.measure(tick.label))) : 0;
  const left = Math.max(
    input.gutter ?? minGutter,
    Math.ceil((widest + tickGap + 4) / gutterStep) * gutterStep,
  );
  const right = Math.max(width - marginRight, left + 1);

  const kindX = kindOfX(settings);
  const scaleX = makeXScale(ranges.x, [left, right], kindX);
  const xTicks = placeXTicks(
    xTickMaker(settings.xAxis, kindX),
    ranges.x,
    scaleX,
    width,
    input.measure,
  );
  const marks = lines.flatMap((line) => collectMarks(line, scaleX, scaleY));
  return {
    width,
    height,
    plot: { left, top, right, bottom },
    scaleX,
    scaleY,
    // Before the first data axes say nothing, for there is nothing to measure.
    xTicks: hasData ? xTicks : [],
    yTicks: yTicks.map((tick) => {
      const at = toPixel(scaleY, tick.value);
      return { value: tick.value, label: hasData ? tick.label : '', at, labelAt: at };
    }),
    lines,
    marks,
    note: hasData ? noteFor(lines, settings, ranges.x) : '',
    theme: input.theme,
    pixelRatio: input.pixelRatio,
  };
}

// As many ticks as have room for their labels.
function placeXTicks(
  make: TickMaker,
  domain: Range,
  scale: Scale,
  width: number,
  measure: (label: string) => number,
): PlacedTick[] {
  const [left, right] = scale.range;
  const most = Math.min(Math.floor((right - left) / 40) + 1, maxTicks);
  for (let count = most; count > 1; --count) {
    const placed = make(domain, count).map((tick) => {
      const at = toPixel(scale, tick.value);
      const half = measure(tick.label) / 2;
      // The label at an end moves inwards rather than being cut.
      return { ...tick, at, labelAt: Math.min(at, width - half - 1), half };
    });
    const isClear = placed.every((tick, i) => {
      const before = placed[i - 1];
      return (
        before === undefined ||
        tick.labelAt - tick.half - (before.labelAt + before.half) >= labelDistance
      );
    });
    if (isClear && placed.length > 0) {
      return placed.map(({ value, label, at, labelAt }) => ({ value, label, at, labelAt }));
    }
  }
  return [];
}

function noteFor(lines: readonly Line[], settings: ChartSettings, shown: Range): string {
  const isLogY = settings.scaleY === 'log';
  const isShown = (value: number): boolean => Number.isFinite(value) && (!isLogY || value > 0);
  if (lines.some((line) => line.y.some(isShown))) {
    const isLogX = kindOfX(settings) === 'log';
    const isLost = isLogX && !lines.some((line) => line.x.some((x) => x > 0));
    if (isLost) return 'No positive x for a log axis';
    return lines.some((line) => isCrossing(line, shown)) ? '' : 'No points in this range';
  }
  return isLogY ? 'No positive values for a log axis' : 'No finite values';
}

/** Whether a line has points within that stretch of x, or on both sides of it. */
function isCrossing({ x }: Line, shown: Range): boolean {
  const { from, to } = indicesWithin(x, shown);
  return from < to || (from > 0 && from < x.length);
}
