// A pen that writes SVG: what is drawn on it comes out as paths and text, not as an image.
import type { Pen } from './pen';

interface State {
  globalAlpha: number;
  strokeStyle: string;
  fillStyle: string;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  lineCap: CanvasLineCap;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  dash: readonly number[];
  /** How many groups this state has opened, each for a clip path. */
  groups: number;
}

const initial: State = {
  globalAlpha: 1,
  strokeStyle: '#000',
  fillStyle: '#000',
  lineWidth: 1,
  lineJoin: 'miter',
  lineCap: 'butt',
  font: '10px sans-serif',
  textAlign: 'start',
  textBaseline: 'alphabetic',
  dash: [],
  groups: 0,
};

const anchors: Record<CanvasTextAlign, string> = {
  left: 'start',
  start: 'start',
  center: 'middle',
  right: 'end',
  end: 'end',
};

export class SvgPen implements Pen {
  private readonly parts: string[] = [];
  private readonly stack: State[] = [];
  private state: State = { ...initial };
  private path = '';
  private clips = 0;

  /** `color` turns any CSS colour into one that every SVG reader knows. */
  constructor(private readonly color: (css: string) => string) {}

  toString(width: number, height: number, title: string): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${number(width)}" height="${number(height)}"`,
      ` viewBox="0 0 ${number(width)} ${number(height)}" role="img">`,
      `<title>${escapeXml(title)}</title>`,
      ...this.parts,
      '</svg>\n',
    ].join('');
  }

  get globalAlpha(): number {
    return this.state.globalAlpha;
  }
  set globalAlpha(value: number) {
    this.state.globalAlpha = value;
  }
  get strokeStyle(): string {
    return this.state.strokeStyle;
  }
  set strokeStyle(value: string | CanvasGradient | CanvasPattern) {
    if (typeof value === 'string') this.state.strokeStyle = value;
  }
  get fillStyle(): string {
    return this.state.fillStyle;
  }
  set fillStyle(value: string | CanvasGradient | CanvasPattern) {
    if (typeof value === 'string') this.state.fillStyle = value;
  }
  get lineWidth(): number {
    return this.state.lineWidth;
  }
  set lineWidth(value: number) {
    this.state.lineWidth = value;
  }
  get lineJoin(): CanvasLineJoin {
    return this.state.lineJoin;
  }
  set lineJoin(value: CanvasLineJoin) {
    this.state.lineJoin = value;
  }
  get lineCap(): CanvasLineCap {
    return this.state.lineCap;
  }
  set lineCap(value: CanvasLineCap) {
    this.state.lineCap = value;
  }
  get font(): string {
    return this.state.font;
  }
  set font(value: string) {
    this.state.font = value;
  }
  get textAlign(): CanvasTextAlign {
    return this.state.textAlign;
  }
  set textAlign(value: CanvasTextAlign) {
    this.state.textAlign = value;
  }
  get textBaseline(): CanvasTextBaseline {
    return this.state.textBaseline;
  }
  set textBaseline(value: CanvasTextBaseline) {
    this.state.textBaseline = value;
  }
  setLineDash(segments: Iterable<number>): void {
    this.state.dash = [...segments];
  }

  save(): void {
    this.stack.push(this.state);
    this.state = { ...this.state, groups: 0 };
  }

  restore(): void {
    this.parts.push('</g>'.repeat(this.state.groups));
    this.state = this.stack.pop() ?? { ...initial };
  }

  clip(): void {
    const id = `clip${this.clips++}`;
    this.parts.push(
      `<clipPath id="${id}"><path d="${this.path}"/></clipPath><g clip-path="url(#${id})">`,
    );
    this.state.groups += 1;
  }

  beginPath(): void {
    this.path = '';
  }

  moveTo(x: number, y: number): void {
    this.path += `M${number(x)} ${number(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.path += `L${number(x)} ${number(y)}`;
  }

  closePath(): void {
    this.path += 'Z';
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.path += `M${number(x)} ${number(y)}h${number(width)}v${number(height)}h${number(-width)}Z`;
  }

  /** Whole circles only: the charts have no others. */
  arc(x: number, y: number, radius: number): void {
    const r = number(radius);
    const across = number(2 * radius);
    this.path += `M${number(x + radius)} ${number(y)}`;
    this.path += `a${r} ${r} 0 1 1 -${across} 0a${r} ${r} 0 1 1 ${across} 0`;
  }

  stroke(): void {
    const { state } = this;
    this.element('path', {
      d: this.path,
      fill: 'none',
      stroke: this.color(state.strokeStyle),
      'stroke-width': number(state.lineWidth),
      'stroke-linejoin': state.lineJoin === 'miter' ? '' : state.lineJoin,
      'stroke-linecap': state.lineCap === 'butt' ? '' : state.lineCap,
      'stroke-dasharray': state.dash.map(number).join(' '),
      'stroke-opacity': this.opacity(),
    });
  }

  fill(): void {
    const fill = this.color(this.state.fillStyle);
    this.element('path', { d: this.path, fill, 'fill-opacity': this.opacity() });
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.element('rect', {
      x: number(x),
      y: number(y),
      width: number(width),
      height: number(height),
      fill: this.color(this.state.fillStyle),
      'fill-opacity': this.opacity(),
    });
  }

  fillText(text: string, x: number, y: number): void {
    const { state } = this;
    const [, weight = '', size = '10', family = 'sans-serif'] =
      /^(?:(\d+|bold) )?([\d.]+)px (.+)$/.exec(state.font) ?? [];
    // dominant-baseline is known to few readers; a third of the size does the same.
    const down = state.textBaseline === 'middle' ? Number(size) * 0.35 : 0;
    this.element(
      'text',
      {
        x: number(x),
        y: number(y + down),
        'font-family': family,
        'font-size': size,
        'font-weight': weight,
        'text-anchor': anchors[state.textAlign],
        fill: this.color(state.fillStyle),
        'fill-opacity': this.opacity(),
      },
      text,
    );
  }

  private opacity(): string {
    return this.state.globalAlpha === 1 ? '' : number(this.state.globalAlpha);
  }

  // Attributes without a value are left out.
  private element(name: string, attributes: Record<string, string>, text?: string): void {
    if (attributes['d'] === '') return;
    const list = Object.entries(attributes)
      .filter(([, value]) => value !== '')
      .map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
      .join('');
    this.parts.push(
      text === undefined ? `<${name}${list}/>` : `<${name}${list}>${escapeXml(text)}</${name}>`,
    );
  }
}

export function escapeXml(text: string): string {
  return (
    text
      // XML has no place for these at all, not even escaped.
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}

function number(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : '0';
}
