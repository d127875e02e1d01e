// Lines, scenes and a pen that remembers, for tests.
import type { Pen } from './pen';
import { makeScene } from './scene';
import type { Scene, SceneInput } from './scene';
import type { Theme } from './theme.svelte';
import { defaultSettings } from './types';
import type { Line } from './types';

interface LineParts {
  readonly key?: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly raw?: readonly number[];
  readonly color?: string;
  readonly dashed?: boolean;
}

/** A line whose steps are its x and whose points came a second apart. */
export function makeLine({ key = 'run', x, y, raw, color = '#123456', dashed }: LineParts): Line {
  return {
    key,
    label: key,
    color,
    x: Float64Array.from(x),
    y: Float64Array.from(y),
    raw: raw === undefined ? null : Float64Array.from(raw),
    steps: Float64Array.from(x),
    wallTimes: Float64Array.from(x, (_, i) => 1_700_000_000 + i),
    start: 1_700_000_000,
    ...(dashed === undefined ? {} : { dashed }),
  };
}

export const theme: Theme = {
  panel: '#ffffff',
  ink: '#111111',
  inkSoft: '#222222',
  inkFaint: '#333333',
  line: '#444444',
  grid: '#555555',
  accent: '#666666',
  font: 'sans-serif',
};

export function sceneInput(lines: readonly Line[], over: Partial<SceneInput> = {}): SceneInput {
  return {
    width: 360,
    height: 200,
    ranges: { x: [0, 100], y: [0, 1] },
    lines,
    settings: defaultSettings,
    theme,
    pixelRatio: 1,
    measure: (label) => label.length * 6,
    ...over,
  };
}

export function sceneOf(lines: readonly Line[], over: Partial<SceneInput> = {}): Scene {
  return makeScene(sceneInput(lines, over));
}

/** One stroke, fill or text, with the style it was made in. */
export interface Ink {
  readonly kind: 'stroke' | 'fill' | 'text' | 'rect';
  readonly color: string;
  readonly alpha: number;
  readonly width: number;
  readonly dash: readonly number[];
  readonly text: string;
  /** The path's vertices, or where the text or rectangle stands. */
  readonly points: readonly (readonly [number, number])[];
}

/** Keeps what was drawn in `ink`. */
export class RecordingPen implements Pen {
  readonly ink: Ink[] = [];
  globalAlpha = 1;
  strokeStyle: string | CanvasGradient | CanvasPattern = '';
  fillStyle: string | CanvasGradient | CanvasPattern = '';
  lineWidth = 1;
  lineJoin: CanvasLineJoin = 'miter';
  lineCap: CanvasLineCap = 'butt';
  font = '';
  textAlign: CanvasTextAlign = 'start';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  private dash: number[] = [];
  private points: [number, number][] = [];
  private readonly alphas: number[] = [];

  save(): void {
    this.alphas.push(this.globalAlpha);
  }
  restore(): void {
    this.globalAlpha = this.alphas.pop() ?? 1;
  }
  clip(): void {
    this.points = [];
  }
  beginPath(): void {
    this.points = [];
  }
  moveTo(x: number, y: number): void {
    this.points.push([x, y]);
  }
  lineTo(x: number, y: number): void {
    this.points.push([x, y]);
  }
  closePath(): void {
    this.points.push(this.points[0] ?? [0, 0]);
  }
  rect(x: number, y: number): void {
    this.points.push([x, y]);
  }
  arc(x: number, y: number): void {
    this.points.push([x, y]);
  }
  setLineDash(segments: Iterable<number>): void {
    this.dash = [...segments];
  }
  stroke(): void {
    this.keep('stroke', this.strokeStyle, this.points);
  }
  fill(): void {
    this.keep('fill', this.fillStyle, this.points);
  }
  fillRect(x: number, y: number): void {
    this.keep('rect', this.fillStyle, [[x, y]]);
  }
  fillText(text: string, x: number, y: number): void {
    this.keep('text', this.fillStyle, [[x, y]], text);
  }

  private keep(kind: Ink['kind'], style: unknown, points: [number, number][], text = ''): void {
    this.ink.push({
      kind,
      color: String(style),
      alpha: this.globalAlpha,
      width: this.lineWidth,
      dash: this.dash,
      text,
      points: [...points],
    });
  }
}
