// A chart in words, for those who cannot see it.
import { formatNumber } from './format';
import { formatX } from './overlay';
import type { Line, Range, XAxis } from './types';

// A screen reader that reads more than this aloud is switched off.
const maxLines = 8;

export function summarise(lines: readonly Line[], axis: XAxis, x: Range | null): string {
  if (lines.length === 0 || x === null) return 'No data yet.';
  const unit = { step: 'steps', relative: 'relative time', wall: 'time' }[axis];
  const counted = lines.length === 1 ? '1 line' : `${lines.length} lines`;
  const sentences = [`${counted} over ${unit} ${formatX(x[0], axis)} to ${formatX(x[1], axis)}.`];
  for (const line of lines.slice(0, maxLines)) sentences.push(summariseLine(line));
  if (lines.length > maxLines) sentences.push(`And ${lines.length - maxLines} more lines.`);
  return sentences.join(' ');
}

function summariseLine(line: Line): string {
  const values = line.raw ?? line.y;
  let low = Infinity;
  let high = -Infinity;
  let nonFinite = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      nonFinite += 1;
      continue;
    }
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (values.length === 0) return `${line.label}: no points.`;
  const last = `last ${formatNumber(values[values.length - 1] as number)}`;
  const range = low <= high ? `, from ${formatNumber(low)} to ${formatNumber(high)}` : '';
  const broken = nonFinite > 0 ? `, ${nonFinite} not finite` : '';
  return `${line.label}: ${last}${range}${broken}.`;
}
