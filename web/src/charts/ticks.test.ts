import { describe, expect, it } from 'vitest';
import {
  durationTicks,
  logTicks,
  maxTicks,
  spreadDurationTicks,
  stepTicks,
  symlogTicks,
  valueTicks,
  wallTicks,
} from './ticks';
import type { Tick } from './ticks';

const labels = (ticks: Tick[]) =>
  ticks.map((tick) => tick.label.replaceAll('\u202f', '_').replaceAll('\u2212', '-'));

describe('value ticks', () => {
  it('all have the same form', () => {
    expect(labels(valueTicks([0, 1], 6))).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(labels(valueTicks([-1, 1], 5))).toEqual(['-1.0', '-0.5', '0.0', '0.5', '1.0']);
    expect(labels(valueTicks([0, 4e-4], 5))).toEqual(['0', '1e-4', '2e-4', '3e-4', '4e-4']);
    expect(labels(valueTicks([0, 250000], 6))).toEqual([
      '0',
      '50k',
      '100k',
      '150k',
      '200k',
      '250k',
    ]);
    expect(labels(valueTicks([1234.5, 1234.502], 3))).toEqual([
      '1_234.500',
      '1_234.501',
      '1_234.502',
    ]);
    expect(labels(valueTicks([0, 2e20], 3))).toEqual(['0', '1e20', '2e20']);
  });

  it('are never more than asked for, nor than eight', () => {
    for (let exponent = -9; exponent < 12; exponent += 0.37) {
      for (let count = 1; count < 14; ++count) {
        const ticks = valueTicks([10 ** exponent * 0.13, 10 ** exponent * 1.77], count);
        expect(ticks.length).toBeLessThanOrEqual(Math.min(count, maxTicks));
        expect(new Set(ticks.map((tick) => tick.label)).size).toBe(ticks.length);
      }
    }
  });
});

describe('step ticks', () => {
  it('are whole numbers with thin separators', () => {
    expect(labels(stepTicks([0, 10000], 6))).toEqual([
      '0',
      '2_000',
      '4_000',
      '6_000',
      '8_000',
      '10_000',
    ]);
    expect(labels(stepTicks([0, 2], 8))).toEqual(['0', '1', '2']);
  });

  it('count exactly far from zero', () => {
    expect(labels(stepTicks([1e6, 1e6 + 4], 4))).toEqual(['1_000_000', '1_000_002', '1_000_004']);
    expect(labels(stepTicks([0, 2e6], 5))).toEqual(
      ['0.0M', '0.5M', '1.0M', '1.5M', '2.0M'].with(0, '0'),
    );
  });
});

describe('log ticks', () => {
  it('are powers of ten, thinned to eight', () => {
    expect(labels(logTicks([1e-4, 1e3], 8))).toEqual([
      '1e-4',
      '0.001',
      '0.01',
      '0.1',
      '1',
      '10',
      '100',
      '1_000',
    ]);
    expect(labels(logTicks([1e-10, 1e10], 8))).toHaveLength(7);
  });

  it('get neighbours where there is room', () => {
    expect(labels(logTicks([0.1, 10], 8))).toEqual(['0.1', '0.2', '0.5', '1', '2', '5', '10']);
    expect(labels(logTicks([0.3, 0.9], 4)).length).toBeGreaterThan(2);
  });
});

describe('duration ticks', () => {
  it('are round on the clock', () => {
    expect(labels(durationTicks([0, 60], 5))).toEqual(['0', '15 s', '30 s', '45 s', '60 s']);
    expect(labels(durationTicks([0, 2500], 6))).toEqual([
      '0',
      '10 min',
      '20 min',
      '30 min',
      '40 min',
    ]);
    expect(labels(durationTicks([0, 5 * 3600], 6))).toEqual([
      '0',
      '1 h',
      '2 h',
      '3 h',
      '4 h',
      '5 h',
    ]);
    expect(labels(durationTicks([0, 3.5 * 86400], 8))).toContain('1.5 d');
    expect(labels(durationTicks([0, 0.5], 5))).toContain('0.2 s');
    expect(labels(durationTicks([0, 100 * 86400], 6))).toContain('40 d');
    expect(labels(durationTicks([36000, 36900], 4))).toEqual([
      '10 h',
      '10 h 5 min',
      '10 h 10 min',
      '10 h 15 min',
    ]);
  });
});

describe('wall ticks', () => {
  const at = (...parts: [number, number, number?, number?, number?]) =>
    new Date(parts[0], parts[1], parts[2] ?? 1, parts[3] ?? 0, parts[4] ?? 0).getTime() / 1000;

  it('show what changes between them', () => {
    expect(labels(wallTicks([at(2025, 10, 21, 14, 0), at(2025, 10, 21, 15, 0)], 5))).toEqual([
      '14:00',
      '14:15',
      '14:30',
      '14:45',
      '15:00',
    ]);
    expect(labels(wallTicks([at(2025, 10, 20, 18), at(2025, 10, 21, 6)], 5))).toContain('21 Nov');
    expect(labels(wallTicks([at(2023, 0), at(2026, 0)], 5))).toContain('2024');
    expect(labels(wallTicks([at(2025, 0), at(2025, 6)], 8))).toContain('Mar');
    expect(labels(wallTicks([at(2025, 0), at(2025, 0) + 10], 8))).toContain('00:00:05');
  });
});

describe('symmetric logarithmic ticks', () => {
  it('are zero and powers of ten on both sides of it', () => {
    expect(labels(symlogTicks([-20, 1000], 8, 3))).toEqual([...['-10', '0', '10', '100', '1_000']]);
    expect(labels(symlogTicks([0, 1e6], 5, 1))).toEqual(['0', '100', '10_000', '1M']);
  });

  it('keep their labels apart beside zero', () => {
    expect(labels(symlogTicks([-4000, 4000], 7, 4))).toEqual([
      ...['-1_000', '-100', '0', '100', '1_000'],
    ]);
  });

  it('are round values where no power of ten is in sight', () => {
    expect(labels(symlogTicks([2, 4], 5, 0.004))).toEqual(labels(valueTicks([2, 4], 5)));
  });

  it('are never more than there is room for', () => {
    for (const count of [2, 3, 5, 8]) {
      for (const power of [1, 3, 9, 30]) {
        const high = 10 ** power;
        expect(symlogTicks([-high, high], count, 1e-3).length).toBeLessThanOrEqual(
          Math.max(count, 3),
        );
      }
    }
  });
});

it('time that is spread out has round durations', () => {
  expect(labels(spreadDurationTicks([0, 7200], 8))).toEqual(
    expect.arrayContaining(['0', '1 s', '10 s', '1 min', '10 min', '1 h']),
  );
  expect(labels(spreadDurationTicks([0.001, 10], 8))).toEqual([
    ...['0.001 s', '0.01 s', '0.1 s', '1 s', '10 s'],
  ]);
  expect(spreadDurationTicks([0, 1e8], 4).length).toBeLessThanOrEqual(4);
  expect(spreadDurationTicks([100, 200], 5)).toEqual(durationTicks([100, 200], 5));
});
