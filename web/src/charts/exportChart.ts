// A chart as a picture of its own: title above, legend below. Drawn from the same scene code as the
// screen, on an SVG pen or on a canvas at two pixels a unit.
import { drawScene } from './draw';
import { shortenMiddle } from './format';
import type { Pen } from './pen';
import { makeScene } from './scene';
import type { SceneInput } from './scene';
import { SvgPen } from './svg';
import type { Line } from './types';

const minWidth = 480;
const minHeight = 240;
const titleHeight = 32;
const legendRow = 18;
const legendPadding = 12;
const titleFontPx = 13;
const legendFontPx = 11;
const swatch = 16;
const pngScale = 2;
// Beyond this the legend would outgrow the chart.
const maxLegendRows = 12;

export interface Picture {
  readonly title: string;
  readonly scene: SceneInput;
}

interface LegendEntry {
  readonly line: Line | null;
  readonly label: string;
  readonly x: number;
  readonly row: number;
}

export function toSvg(picture: Picture): string {
  const hex = makeHexColors();
  const pen = new SvgPen(hex);
  const { width, height } = drawPicture(pen, picture, 1);
  return pen.toString(width, height, picture.title);
}

export async function toPngBlob(picture: Picture): Promise<Blob> {
  const { width, height } = sizeOf(picture);
  const canvas = document.createElement('canvas');
  canvas.width = width * pngScale;
  canvas.height = height * pngScale;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser gives no canvas to draw on.');
  context.scale(pngScale, pngScale);
  drawPicture(context, picture, pngScale);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('The browser could not encode the picture.'));
      else resolve(blob);
    }, 'image/png');
  });
}

/** Lays names out in rows; what does not fit into the last row is a number. */
export function layOutLegend(
  lines: readonly Line[],
  width: number,
  measure: (label: string) => number,
): LegendEntry[] {
  const entries: LegendEntry[] = [];
  let x = legendPadding;
  let row = 0;
  for (const [i, line] of lines.entries()) {
    const label = shortenMiddle(line.label, 48);
    const needed = swatch + 6 + measure(label) + 16;
    if (x > legendPadding && x + needed > width - legendPadding) {
      x = legendPadding;
      row += 1;
    }
    if (row === maxLegendRows) {
      entries.push({ line: null, label: `and ${lines.length - i} more`, x, row });
      break;
    }
    entries.push({ line, label, x, row });
    x += needed;
  }
  return entries;
}

function sizeOf({ scene }: Picture): { width: number; height: number; legend: LegendEntry[] } {
  const width = Math.max(scene.width, minWidth);
  const legend = layOutLegend(scene.lines, width, scene.measure);
  const rows = (legend.at(-1)?.row ?? -1) + 1;
  const legendHeight = rows === 0 ? 0 : rows * legendRow + legendPadding;
  return {
    width,
    height: titleHeight + Math.max(scene.height, minHeight) + legendHeight,
    legend,
  };
}

function drawPicture(pen: Pen, picture: Picture, pixelRatio: number) {
  const { width, height, legend } = sizeOf(picture);
  const { theme } = picture.scene;
  const plotHeight = Math.max(picture.scene.height, minHeight);
  pen.fillStyle = theme.panel;
  pen.fillRect(0, 0, width, height);
  pen.font = `600 ${titleFontPx}px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  pen.fillText(picture.title, legendPadding, titleHeight / 2 + 2);

  const scene = makeScene({
    ...picture.scene,
    width,
    height: plotHeight,
    top: titleHeight,
    pixelRatio,
  });
  drawScene(pen, scene);

  pen.font = `${legendFontPx}px ${theme.font}`;
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  for (const { line, label, x, row } of legend) {
    const y = titleHeight + plotHeight + row * legendRow + legendRow / 2 + 2;
    if (line !== null) drawSwatch(pen, line, x, y);
    pen.fillStyle = theme.ink;
    pen.fillText(label, line === null ? x : x + swatch + 6, y);
  }
  return { width, height };
}

function drawSwatch(pen: Pen, line: Line, x: number, y: number): void {
  pen.strokeStyle = line.color;
  pen.lineWidth = 2;
  pen.setLineDash(line.dashed === true ? [4, 2] : []);
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + swatch, y);
  pen.stroke();
  pen.setLineDash([]);
}

// Few programs besides browsers know oklch(); a painted pixel tells the colour in sRGB.
function makeHexColors(): (css: string) => string {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const known = new Map<string, string>();
  return (css) => {
    let hex = known.get(css);
    if (hex === undefined) {
      hex = css;
      if (context !== null) {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = css;
        context.fillRect(0, 0, 1, 1);
        const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
        hex = `#${[r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
      }
      known.set(css, hex);
    }
    return hex;
  };
}
