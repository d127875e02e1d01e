// How numbers, steps and times read, everywhere in the page: four significant digits, SI or
// scientific outside of 10⁻³ … 10⁵, thin separators in steps. Pure functions; the separators do not
// break lines.

/** A narrow space that keeps the number on one line. */
export const thinSpace = '\u202f';
export const minus = '\u2212';

const significantDigits = 4;
const siPrefixes = ['', 'k', 'M', 'G', 'T', 'P'];

const second = 1;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A measured value. Integers below 10⁵ are shown exactly. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return groupDigits(value.toFixed(0));
  // The rounded value decides, so that 99 999.9 does not become a fifth form of 100k.
  const rounded = Number(value.toPrecision(significantDigits));
  const magnitude = Math.abs(rounded);
  if (magnitude < 1e-3 || magnitude >= 1e18) {
    return scientific(value.toExponential(significantDigits - 1));
  }
  if (magnitude >= 1e5) {
    const power = siPower(magnitude);
    return withMinus((value / 1000 ** power).toPrecision(significantDigits)) + siPrefix(power);
  }
  if (magnitude >= 1e4) return groupDigits(value.toFixed(0));
  return withMinus(value.toPrecision(significantDigits));
}

/** A step, exactly. Steps that are no integers (a thinned or averaged axis) read as numbers. */
export function formatStep(step: number | bigint): string {
  if (typeof step === 'number' && !Number.isSafeInteger(step)) return formatNumber(step);
  return groupDigits(step.toString());
}

/** A span of time in its two largest units: `0.25 s`, `41 min 12 s`, `2 h 05 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatNonFinite(seconds);
  if (seconds < 0) return minus + formatDuration(-seconds);
  if (seconds === 0) return '0 s';
  if (seconds < 1e-3) return `${scientific(seconds.toExponential(2))} s`;
  if (seconds < 9.995) return `${trimZeros(seconds.toPrecision(3))} s`;
  if (seconds < 59.95) return `${trimZeros(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < hour) return twoUnits(whole, minute, 'min', second, 's');
  if (whole < day) return twoUnits(whole, hour, 'h', minute, 'min');
  return twoUnits(whole, day, 'd', hour, 'h');
}

/** A moment in local time: `2025-11-21 14:32:10`. */
export function formatWallTime(seconds: number): string {
  return Number.isFinite(seconds)
    ? `${formatDate(seconds)} ${formatTimeOfDay(seconds)}`
    : formatNonFinite(seconds);
}

export function formatDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

export function formatTimeOfDay(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/**
 * Shortens a name in its middle, for what tells names apart stands at their ends: more of the tail
 * stays than of the head. `length` counts characters, the ellipsis included.
 */
export function shortenMiddle(text: string, length: number): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  const kept = Math.max(length - 1, 1);
  const head = Math.floor(kept * 0.4);
  return `${characters.slice(0, head).join('')}…${characters.slice(head - kept).join('')}`;
}

/** Thin spaces between the thousands of a decimal integer, and a real minus. */
export function groupDigits(integer: string): string {
  return withMinus(integer.replace(/\B(?=(\d{3})+(?!\d))/g, thinSpace));
}

/** `1.234e+05` as people write it: `1.234e5`. */
export function scientific(exponential: string): string {
  return withMinus(exponential.replace('e+', 'e').replace('e-', `e${minus}`));
}

export function withMinus(text: string): string {
  return text.startsWith('-') ? minus + text.slice(1) : text;
}

export function formatNonFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+∞' : `${minus}∞`;
}

/** The power of 1000 whose prefix shows `magnitude` with at most three digits before the point. */
export function siPower(magnitude: number): number {
  const power = Math.floor(Math.log10(magnitude) / 3 + 1e-9);
  return Math.min(Math.max(power, 0), siPrefixes.length - 1);
}

export function siPrefix(power: number): string {
  return siPrefixes[power] ?? '';
}

export function trimZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

function twoUnits(
  whole: number,
  large: number,
  largeName: string,
  small: number,
  smallName: string,
): string {
  const count = Math.floor(whole / large);
  const rest = Math.floor((whole - count * large) / small);
  return rest === 0 ? `${count} ${largeName}` : `${count} ${largeName} ${rest} ${smallName}`;
}

function pad(value: number): string {
  return value.toString().padStart(2, '0');
}
