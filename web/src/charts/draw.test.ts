import { describe, expect, it } from 'vitest';
import { drawScene } from './draw';
import { drawOverlay } from './overlay';
import type { Overlay } from './overlay';
import { crosshairAt } from './nearest';
import { makeLine, RecordingPen, sceneOf, theme } from './testing';
import type { Ink } from './testing';
import { defaultSettings } from './types';
import type { Line } from './types';

function draw(lines: Line[], over: Parameters<typeof sceneOf>[1] = {}) {
  const pen = new RecordingPen();
  const counts = drawScene(pen, sceneOf(lines, over));
  const of = (color: string, kind: Ink['kind']) =>
    pen.ink.filter((ink) => ink.color === color && ink.kind === kind && ink.points.length > 0);
  return { pen, counts, of };
}

// Park and Miller's generator: the same sequence on every machine.
function noise(n: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: n }, () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  });
}

const steps = (n: number) => Array.from({ length: n }, (_, i) => (i * 100) / (n - 1));
const plotWidth = 300; // Of the scenes here.

describe('lines', () => {
  it('are one path each, within two vertices a pixel column', () => {
    const lines = ['#aa0000', '#00aa00'].map((color, i) =>
      makeLine({ key: color, color, x: steps(50_000), y: noise(50_000, i + 1) }),
    );
    for (const pixelRatio of [1, 2]) {
      const { counts, of } = draw(lines, { pixelRatio });
      expect(counts.series).toBe(2);
      for (const { color } of lines) {
        const paths = [...of(color, 'stroke'), ...of(color, 'fill')];
        expect(paths).toHaveLength(1);
        const vertices = paths[0]?.points.length ?? 0;
        expect(vertices).toBeLessThanOrEqual(2 * (plotWidth * pixelRatio + 10));
        expect(vertices).toBeGreaterThan(plotWidth * pixelRatio);
      }
    }
  });

  it('stay within a budget when there are a hundred', () => {
    const lines = Array.from({ length: 100 }, (_, i) =>
      makeLine({ key: `${i}`, x: steps(5000), y: noise(5000, i + 1) }),
    );
    const { counts } = draw(lines, { width: 1460 });
    expect(counts.vertices).toBeLessThanOrEqual(82_000);
    expect(counts.vertices).toBeGreaterThan(50_000);
  });

  it('are an area where they are noise, a stroke where they are smooth', () => {
    const x = steps(5000);
    const noisy = draw([makeLine({ x, y: noise(5000, 1) })]);
    expect(noisy.of('#123456', 'fill')).toHaveLength(1);
    const smooth = draw([makeLine({ x, y: x.map((v) => v / 100) })]);
    expect(smooth.of('#123456', 'stroke')[0]?.points.length).toBeLessThan(20);
    expect(smooth.of('#123456', 'fill')).toEqual([]);
  });

  it('are dashed on demand', () => {
    const { of } = draw([makeLine({ x: [0, 50, 100], y: [0, 1, 0], dashed: true })]);
    expect(of('#123456', 'stroke')[0]?.dash).toEqual([6, 3]);
  });

  it('show their points where these are few, and single ones always', () => {
    const few = draw([makeLine({ x: [0, 50, 100], y: [0, 1, 0] })]);
    expect(few.of('#123456', 'fill')[0]?.points).toHaveLength(6);
    const single = draw([makeLine({ x: [50], y: [0.5] })]);
    expect(single.of('#123456', 'fill').length).toBeGreaterThan(0);
    expect(draw([makeLine({ x: steps(100), y: noise(100, 1) })]).of('#123456', 'fill')).toEqual([]);
  });
});

describe('raw values', () => {
  it('are a faint line where they are sparse, a band where they are dense', () => {
    const sparse = steps(100);
    const line = draw([makeLine({ x: sparse, y: sparse.map(() => 0.5), raw: noise(100, 1) })]);
    expect(line.of('#123456', 'stroke')[0]?.alpha).toBe(0.25);
    const dense = steps(5000);
    const band = draw([makeLine({ x: dense, y: dense.map(() => 0.5), raw: noise(5000, 1) })]);
    expect(band.of('#123456', 'fill')[0]?.alpha).toBe(0.15);
    expect(band.of('#123456', 'fill')[0]?.points.length).toBeLessThanOrEqual(2 * plotWidth);
    expect(band.of('#123456', 'stroke')).toHaveLength(1);
  });
});

describe('marks', () => {
  it('stand in the line’s colour at the edges', () => {
    const line = makeLine({
      x: [0, 30, 60, 90],
      y: [0.5, Infinity, -Infinity, NaN],
      color: '#aa0000',
    });
    const { of } = draw([line]);
    const [up, down] = of('#aa0000', 'fill').filter((ink) => ink.points.length === 4);
    expect(Math.min(...(up?.points ?? []).map(([, y]) => y))).toBeLessThan(8);
    expect(Math.max(...(down?.points ?? []).map(([, y]) => y))).toBeGreaterThan(178);
    expect(of('#aa0000', 'stroke').some((ink) => ink.points.length === 4)).toBe(true);
  });
});

describe('axes', () => {
  it('are there before the data, without a number', () => {
    const { pen } = draw([]);
    expect(pen.ink.filter((ink) => ink.kind === 'text' && ink.text !== '')).toEqual([]);
    expect(pen.ink.some((ink) => ink.color === theme.grid)).toBe(true);
  });

  it('say why nothing is seen', () => {
    const settings = { ...defaultSettings, scaleY: 'log' as const };
    const { pen } = draw([makeLine({ x: [0, 1], y: [-1, 0] })], {
      settings,
      ranges: { x: [0, 1], y: [0.1, 10] },
    });
    expect(pen.ink.map((ink) => ink.text)).toContain('No positive values for a log axis');
  });
});

describe('the overlay', () => {
  const lines = [makeLine({ key: 'a', x: [0, 50, 100], y: [0, 0.5, 1], color: '#aa0000' })];
  const scene = sceneOf(lines);
  const over = (overlay: Partial<Overlay>) => {
    const pen = new RecordingPen();
    const measure = (label: string) => label.length * 6;
    drawOverlay(pen, scene, {
      highlighted: null,
      crosshair: null,
      isOwn: true,
      band: null,
      axis: 'step',
      measure,
      ...overlay,
    });
    return pen.ink;
  };

  it('has a crosshair with its x and a point', () => {
    const ink = over({ crosshair: crosshairAt(lines, scene.scaleX, scene.scaleY, 49, 100) });
    expect(ink.map(({ text }) => text)).toContain('50');
    expect(ink.some(({ kind, color }) => kind === 'fill' && color === '#aa0000')).toBe(true);
    // The label of the tick at 50 had to give way.
    expect(ink.some(({ kind }) => kind === 'rect')).toBe(scene.xTicks.some((t) => t.value === 50));
  });

  it('is dotted where another card is pointed at', () => {
    const crosshair = crosshairAt(lines, scene.scaleX, scene.scaleY, 49, null);
    expect(over({ crosshair, isOwn: false })[0]?.dash).toEqual([2, 3]);
  });

  it('says what each line has where another card is pointed at', () => {
    const three = [
      ...lines,
      makeLine({ key: 'b', x: [0, 50, 100], y: [0, 0.51, 1], color: '#00aa00' }),
      // Far from the crosshair: it has no value there.
      makeLine({ key: 'c', x: [0], y: [0.2], color: '#0000aa' }),
    ];
    const crosshair = crosshairAt(three, scene.scaleX, scene.scaleY, 50, null);
    const texts = over({ crosshair, isOwn: false }).filter(({ kind }) => kind === 'text');
    expect(texts.map(({ text }) => text)).toEqual(['0.5100', '0.5000', '50']);
    const [first, second] = texts.map(({ points }) => points[0]?.[1] ?? NaN);
    expect((second ?? NaN) - (first ?? NaN)).toBeGreaterThanOrEqual(15);
    expect(over({ crosshair, isOwn: true }).map(({ text }) => text)).not.toContain('0.5100');
  });

  it('says only what is meant where there are many lines', () => {
    const many = Array.from({ length: 7 }, (_, i) =>
      makeLine({ key: `${i}`, x: [0, 50], y: [0, i / 10] }),
    );
    const there = crosshairAt(many, scene.scaleX, scene.scaleY, 50, null);
    const crosshair = there && { ...there, nearest: null };
    const texts = (highlighted: Overlay['highlighted']) =>
      over({ crosshair, highlighted, isOwn: false }).flatMap(({ kind, text }) =>
        kind === 'text' ? [text] : [],
      );
    expect(texts(null)).toEqual(['50']);
    expect(texts(many[3] ?? null)).toEqual(['0.3000', '50']);
    const nearest = crosshair?.hits[4] ?? null;
    const pointed = crosshair && { ...crosshair, nearest };
    expect(over({ crosshair: pointed, isOwn: false }).map(({ text }) => text)).toContain('0.4000');
  });

  it('lays a veil over all lines but the highlighted one', () => {
    const ink = over({ highlighted: lines[0] ?? null });
    const veil = ink.findIndex(({ kind, color }) => kind === 'rect' && color === theme.panel);
    const line = ink.findIndex(({ kind, color }) => kind === 'stroke' && color === '#aa0000');
    expect(veil).toBeGreaterThanOrEqual(0);
    expect(ink[veil]?.alpha).toBeLessThan(1);
    expect(line).toBeGreaterThan(veil);
    expect(ink[line]?.alpha).toBe(1);
  });

  it('has a band that stays in the plot', () => {
    const band = { from: { x: 100, y: 50 }, to: { x: 900, y: 900 }, axes: 'x' } as const;
    const edges = over({ band }).find(({ kind }) => kind === 'stroke')?.points ?? [];
    expect(Math.max(...edges.map(([x]) => x))).toBe(scene.plot.right);
    expect(over({})).toEqual([]);
  });
});
