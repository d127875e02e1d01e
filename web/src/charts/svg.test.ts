// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { drawScene } from './draw';
import { layOutLegend, toSvg } from './exportChart';
import { escapeXml, SvgPen } from './svg';
import { makeLine, sceneInput, sceneOf } from './testing';

const lines = [
  makeLine({ key: 'a<b>&"c"', x: [0, 50, 100], y: [0, 1, NaN], color: '#aa0000' }),
  makeLine({ key: 'second', x: [0, 100], y: [1, 0], raw: [1, 0], dashed: true }),
];

function parse(svg: string): Element {
  const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  expect(root.tagName.toLowerCase()).toBe('svg');
  return root;
}

describe('an SVG', () => {
  it('has the title, the lines and a legend', () => {
    const root = parse(toSvg({ title: 'train/<loss>', scene: sceneInput(lines) }));
    const texts = Array.from(root.querySelectorAll('text'), (text) => text.textContent);
    expect(texts).toContain('train/<loss>');
    expect(texts).toContain('a<b>&"c"');
    expect(texts).toContain('second');
    const strokes = Array.from(root.querySelectorAll('path'), (path) =>
      path.getAttribute('stroke'),
    );
    expect(strokes.filter((color) => color === '#aa0000').length).toBeGreaterThanOrEqual(2);
    expect(root.querySelector('[stroke-dasharray="6 3"]')).not.toBeNull();
  });

  it('is balanced and holds no number that is none', () => {
    const pen = new SvgPen((color) => color);
    drawScene(pen, sceneOf(lines));
    const svg = pen.toString(300, 200, 'title');
    expect(svg.match(/<g /g)?.length).toBe(svg.match(/<\/g>/g)?.length);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

it('escapes what XML cannot hold', () => {
  expect(escapeXml('<&>"\u0000')).toBe('&#60;&#38;&#62;&#34;\ufffd');
});

describe('a legend', () => {
  const measure = (label: string) => label.length * 6;

  it('flows in rows', () => {
    const many = Array.from({ length: 20 }, (_, i) => makeLine({ key: `run-${i}`, x: [], y: [] }));
    const entries = layOutLegend(many, 480, measure);
    expect(entries).toHaveLength(20);
    for (const { x, label } of entries) expect(x + 22 + measure(label)).toBeLessThan(480);
    expect(entries.at(-1)?.row).toBeGreaterThan(1);
  });

  it('ends with a number when there are too many', () => {
    const crowd = Array.from({ length: 500 }, (_, i) =>
      makeLine({ key: `run-${i}`, x: [], y: [] }),
    );
    const last = layOutLegend(crowd, 480, measure).at(-1);
    expect(last?.label).toMatch(/^and 4\d\d more$/);
  });
});
