// Amounts and moments as the frame of the page says them.
import { groupDigits } from '../charts/format';

export function count(amount: number, one: string, many = `${one}s`): string {
  return `${groupDigits(String(amount))} ${amount === 1 ? one : many}`;
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

export function bytes(amount: number): string {
  const power = amount < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(amount) / 3));
  const scaled = amount / 1000 ** power;
  const digits = power === 0 || scaled >= 99.5 ? 0 : 1;
  return `${scaled.toFixed(digits)} ${units[power] ?? ''}`;
}

/** How long something took. */
export function time(seconds: number): string {
  return seconds < 0.1 ? `${(1000 * seconds).toPrecision(2)} ms` : `${seconds.toFixed(2)} s`;
}

const day = 86_400;
const spans: readonly (readonly [seconds: number, name: string])[] = [
  [365 * day, 'y'],
  [30 * day, 'mo'],
  [day, 'd'],
  [3600, 'h'],
  [60, 'min'],
];

/** A span of time in its one largest unit: `41 min`. */
export function span(seconds: number): string {
  for (const [size, name] of spans) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${name}`;
  }
  return `${Math.max(0, Math.floor(seconds))} s`;
}
