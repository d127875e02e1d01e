// Where an axis has its ticks and how they read. d3-scale picks round values; here they are kept to
// at most eight and get labels that all have the same form.
import { scaleLinear, scaleTime } from 'd3-scale';
import {
  formatDuration,
  groupDigits,
  scientific,
  siPower,
  siPrefix,
  trimZeros,
  withMinus,
} from './format';
import { flatOf, placeOf } from './scales';
import type { Range, ScaleKind, XAxis } from './types';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

export type TickMaker = (domain: Range, count: number) => Tick[];

export const maxTicks = 8;

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
// Round spans of time; below a second and above ten days the decimal ones serve.
const durationSteps = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 5, 10].map((n) => n * day),
];
const monthNames = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

export function yTickMaker(kind: ScaleKind): TickMaker {
  if (kind === 'linear') return valueTicks;
  return kind === 'log' ? logTicks : (domain, count) => symlogTicks(domain, count, flatOf(domain));
}

export function xTickMaker(axis: XAxis, kind: ScaleKind = 'linear'): TickMaker {
  switch (axis) {
    case 'step':
      if (kind === 'linear') return stepTicks;
      return kind === 'log' ? logTicks : (domain, count) => symlogTicks(domain, count, 1);
    case 'relative':
      return kind === 'linear' ? durationTicks : spreadDurationTicks;
    case 'wall':
      return wallTicks;
  }
}

export function valueTicks(domain: Range, count: number): Tick[] {
  return labelled(linearTicks(domain, count));
}

/** As values, but never between two steps. */
export function stepTicks(domain: Range, count: number): Tick[] {
  const values = linearTicks(domain, count);
  const whole = values.filter((value) => Number.isInteger(value));
  return labelled(whole.length > 0 ? whole : values);
}

/** Powers of ten, with 2 and 5 between them where there is room; round values below a decade. */
export function logTicks(domain: Range, count: number): Tick[] {
  const low = Math.log10(domain[0]);
  const high = Math.log10(domain[1]);
  if (high - low < 1) return valueTicks(domain, count);
  const limit = Math.min(count, maxTicks);
  const first = Math.ceil(low - 1e-9);
  const last = Math.floor(high + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first + 1) / limit));
  const powers: number[] = [];
  for (let power = Math.ceil(first / stride) * stride; power <= last; power += stride) {
    powers.push(power);
  }
  const between = (high - low) * 3 <= limit ? [1, 2, 5] : [1];
  return (between.length > 1 ? [first - 1, ...powers] : powers)
    .flatMap((power) => between.map((mantissa) => Number(`${mantissa}e${power}`)))
    .filter((value) => value >= domain[0] * (1 - 1e-9) && value <= domain[1] * (1 + 1e-9))
    .map((value) => ({ value, label: labelAlone(value) }));
}

/** Zero, and powers of ten on both sides of it down to where the scale gets flat. */
export function symlogTicks(domain: Range, count: number, flat: number): Tick[] {
  const [low, high] = domain;
  const limit = Math.min(count, maxTicks);
  const first = Math.ceil(Math.log10(flat) - 1e-9);
  const last = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))) + 1e-9);
  const place = (value: number): number => placeOf(value, 'symlog', flat);
  // Powers stand close to zero, where the axis is flat: two thirds of a tick's room keep labels
  // apart.
  const leastGap = (place(high) - place(low)) / (1.5 * limit);
  for (let stride = 1; stride <= Math.max(1, last - first + 1); ++stride) {
    const values = low <= 0 && high >= 0 ? [0] : [];
    // From the largest down, for there is where the values are.
    for (let power = last; power >= first; power -= stride) {
      const value = Number(`1e${power}`);
      if (place(value) < leastGap && low <= 0 && high >= 0) break;
      if (value >= low && value <= high) values.push(value);
      if (-value >= low && -value <= high) values.push(-value);
    }
    if (values.length < 2) break;
    if (values.length > limit) continue;
    return values.sort((a, b) => a - b).map((value) => ({ value, label: labelAlone(value) }));
  }
  return valueTicks(domain, count);
}

// Each some ten times the one before.
const spreadDurations = [
  ...[0.001, 0.01, 0.1, 1, 10],
  ...[minute, 10 * minute, hour, 10 * hour],
  ...[2 * day, 20 * day, 200 * day, 2000 * day],
];

/** Seconds since a series began, on an axis that is not straight. */
export function spreadDurationTicks(domain: Range, count: number): Tick[] {
  const [low, high] = domain;
  // Beside zero the axis is flat up to a second.
  const least = low <= 0 ? 1 : low;
  const inside = spreadDurations.filter((value) => value >= least && value <= high);
  if (inside.length < 2) return durationTicks(domain, count);
  const room = Math.min(count, maxTicks) - (low <= 0 ? 1 : 0);
  const stride = Math.ceil(inside.length / Math.max(1, room));
  const values = inside.filter((_, i) => (inside.length - 1 - i) % stride === 0);
  if (low <= 0) values.unshift(0);
  return values.map((value) => ({
    value,
    label: value > 0 && value < 1 ? `${value} s` : durationLabel(value, value, value),
  }));
}

/** Seconds since a series began. */
export function durationTicks(domain: Range, count: number): Tick[] {
  const span = domain[1] - domain[0];
  const step = durationSteps.find((candidate) => span / candidate <= Math.min(count, maxTicks) - 1);
  if (span < 2 || step === undefined) {
    const unit = span < 2 ? 1 : day;
    const scaled = linearTicks([domain[0] / unit, domain[1] / unit], count);
    const suffix = unit === 1 ? ' s' : ' d';
    return labelled(scaled).map((tick) => ({
      value: tick.value * unit,
      label: tick.value === 0 ? '0' : tick.label + suffix,
    }));
  }
  const ticks: Tick[] = [];
  for (let i = Math.ceil(domain[0] / step - 1e-9); i * step <= domain[1] + step * 1e-9; ++i) {
    ticks.push({ value: i * step, label: durationLabel(i * step, step, domain[1]) });
  }
  return ticks;
}

/** Seconds since the epoch, in local time. */
export function wallTicks(domain: Range, count: number): Tick[] {
  const scale = scaleTime().domain([new Date(domain[0] * 1000), new Date(domain[1] * 1000)]);
  const dates = atMost(count, (wanted) => scale.ticks(wanted));
  const gap = (Number(dates[1] ?? 0) - Number(dates[0] ?? 0)) / 1000;
  return dates.map((date) => ({ value: date.getTime() / 1000, label: wallLabel(date, gap) }));
}

function linearTicks(domain: Range, count: number): number[] {
  const scale = scaleLinear().domain(domain);
  return atMost(count, (wanted) => scale.ticks(wanted));
}

// d3 takes the count as a hint; ask for fewer until it keeps to it.
function atMost<T>(count: number, make: (wanted: number) => T[]): T[] {
  const limit = Math.min(count, maxTicks);
  for (let wanted = limit; wanted > 1; --wanted) {
    const ticks = make(wanted);
    if (ticks.length <= limit) return ticks;
  }
  return make(1).slice(0, Math.max(limit, 1));
}

function labelled(values: readonly number[]): Tick[] {
  const label = labelTogether(values);
  return values.map((value) => ({ value, label: label(value) }));
}

// One form for all: as many decimals as the distance between ticks asks for.
function labelTogether(values: readonly number[]): (value: number) => string {
  const [first = 0, second] = values;
  if (second === undefined) return labelAlone;
  const step = second - first;
  const largest = Math.max(...values.map((value) => Math.abs(value)));
  const stepPower = Math.floor(Math.log10(step) + 1e-9);
  if (largest < 1e-3) {
    return (value) => {
      if (value === 0) return '0';
      const power = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
      return scientific(value.toExponential(clampDigits(power - stepPower)));
    };
  }
  if (largest >= 1e18) {
    return (value) => (value === 0 ? '0' : scientific(trimExponential(value)));
  }
  const power = largest >= 1e5 ? siPower(largest) : 0;
  const decimals = clampDigits(decimalsOf(step / 1000 ** power));
  if (power === 0 || decimals > 3) {
    const plain = clampDigits(decimalsOf(step));
    return (value) => grouped(value.toFixed(plain));
  }
  return (value) =>
    value === 0 ? '0' : withMinus((value / 1000 ** power).toFixed(decimals)) + siPrefix(power);
}

// The decimals that write a 1-2-5 step: 0.25 never occurs, 0.2 needs one.
function decimalsOf(step: number): number {
  return -Math.floor(Math.log10(step) + 1e-9);
}

function labelAlone(value: number): string {
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude < 1e-3 * (1 - 1e-9) || magnitude >= 1e18) return scientific(trimExponential(value));
  const power = magnitude >= 1e5 ? siPower(magnitude) : 0;
  const scaled = trimZeros(Number((value / 1000 ** power).toPrecision(12)).toFixed(6));
  return grouped(scaled) + siPrefix(power);
}

function trimExponential(value: number): string {
  return value.toExponential(6).replace(/\.?0+e/, 'e');
}

function grouped(decimal: string): string {
  const [whole = '', fraction] = decimal.split('.');
  return fraction === undefined ? groupDigits(whole) : `${groupDigits(whole)}.${fraction}`;
}

function clampDigits(digits: number): number {
  return Math.min(Math.max(digits, 0), 15);
}

function durationLabel(value: number, step: number, largest: number): string {
  if (value === 0) return '0';
  if (step >= 12 * hour) return `${withMinus(trimZeros((value / day).toFixed(1)))} d`;
  if (step >= hour && largest <= 48 * hour) return `${withMinus((value / hour).toFixed(0))} h`;
  if (step < hour && step >= minute && largest <= 120 * minute) {
    return `${withMinus((value / minute).toFixed(0))} min`;
  }
  if (step < minute && largest <= 120) return `${withMinus(value.toFixed(0))} s`;
  return formatDuration(value);
}

function wallLabel(date: Date, gap: number): string {
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(
    (part) => part.toString().padStart(2, '0'),
  );
  const fraction = date.getMilliseconds();
  if (fraction !== 0) return `${minutes}:${seconds}.${fraction.toString().padStart(3, '0')}`;
  if (date.getSeconds() !== 0 || (gap > 0 && gap < minute)) return `${hours}:${minutes}:${seconds}`;
  if (date.getHours() !== 0 || date.getMinutes() !== 0) return `${hours}:${minutes}`;
  if (gap < 300 * day) {
    if (gap < 27 * day || date.getDate() !== 1) {
      return `${date.getDate()} ${monthNames[date.getMonth()] ?? ''}`;
    }
    if (date.getMonth() !== 0) return monthNames[date.getMonth()] ?? '';
  }
  return date.getFullYear().toString();
}
