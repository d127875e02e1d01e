// Widths of tick labels, remembered: asking the browser takes longer than drawing them.
import { tickFontPx } from './draw';

const widths = new Map<string, number>();
// The labels of a day of zooming; then it starts over.
const maxRemembered = 5000;

let context: CanvasRenderingContext2D | null | undefined;

export function measureLabel(label: string, font: string): number {
  const key = `${font}\n${label}`;
  let width = widths.get(key);
  if (width === undefined) {
    context ??= document.createElement('canvas').getContext('2d');
    // Without a canvas (in tests), what digits are wide in most fonts.
    width = label.length * 6.2;
    if (context !== null) {
      context.font = `${tickFontPx}px ${font}`;
      width = context.measureText(label).width;
    }
    if (widths.size >= maxRemembered) widths.clear();
    widths.set(key, width);
  }
  return width;
}
