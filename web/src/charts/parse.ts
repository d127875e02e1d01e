// What people type into the fields of an axis, and how a number stands in such a field.
import type { XAxis } from './types';

const powers: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9, m: 1e-3, µ: 1e-6, u: 1e-6 };

const units: Record<string, number> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** `0.5`, `1e-3`, `10k`, `−2.5`, `10 000`; undefined for what is no finite number. */
export function parseNumber(text: string): number | undefined {
  const plain = text.replace(/[\s\u2009\u202f\u00a0_']/gu, '').replace('−', '-');
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([kMGmµu]?)$/iu.exec(plain);
  if (match === null) return undefined;
  // A capital K is a thousand too, but a capital M is no thousandth.
  const suffix = match[2] === 'K' ? 'k' : (match[2] ?? '');
  if (suffix !== '' && !(suffix in powers)) return undefined;
  const value = Number(match[1]) * (powers[suffix] ?? 1);
  return Number.isFinite(value) ? value : undefined;
}

/** Seconds: `90`, `1h 30m`, `2 d`, `-5 s`. */
export function parseDuration(text: string): number | undefined {
  if (!/[dhms]/u.test(text)) return parseNumber(text);
  const parts = text.trim().replace('−', '-');
  if (!/^-?(?:\s*\d+(?:\.\d+)?\s*(?:d|h|min|m|s))+$/u.test(parts)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of parts.matchAll(/(\d+(?:\.\d+)?)\s*(d|h|min|m|s)/gu)) {
    seconds += Number(count) * (units[unit ?? ''] ?? NaN);
  }
  return Number.isFinite(seconds) ? (parts.startsWith('-') ? -seconds : seconds) : undefined;
}

/** Seconds since the epoch of a local time: `2026-11-22`, `2026-11-22 06:30`, `… 06:30:15.5`. */
export function parseWallTime(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d?)-(\d\d?)(?:[ T](\d\d?):(\d\d)(?::(\d\d(?:\.\d{1,3})?))?)?$/u.exec(
    text.trim(),
  );
  if (match === null) return undefined;
  // Groups that are not there are undefined, whatever the type says.
  const parts: (string | undefined)[] = match.slice(1);
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) =>
    Number(part ?? 0),
  );
  const date = new Date(year, month - 1, day, hours, minutes, 0);
  // The calendar has no 31st of February.
  if (date.getMonth() !== month - 1 || date.getDate() !== day) return undefined;
  return date.getTime() / 1000 + seconds;
}

export function parseX(text: string, axis: XAxis): number | undefined {
  if (axis === 'wall') return parseWallTime(text);
  return axis === 'relative' ? parseDuration(text) : parseNumber(text);
}

/** As it is typed, so that parsing it gives the number back; empty for null. */
export function typed(value: number | null, axis: XAxis | 'y'): string {
  if (value === null) return '';
  if (axis !== 'wall') return String(Number(value.toPrecision(12)));
  const date = new Date(value * 1000);
  const two = (part: number): string => part.toString().padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  const ms = date.getMilliseconds();
  const seconds = two(date.getSeconds()) + (ms > 0 ? `.${ms.toString().padStart(3, '0')}` : '');
  return seconds === '00' ? `${day} ${time}` : `${day} ${time}:${seconds}`;
}
