import { describe, expect, it } from 'vitest';
import { rangeWithoutOutliers } from './outliers';

describe('the range without outliers', () => {
  it('is that of TensorBoard', () => {
    for (const n of [1, 2, 3, 5, 20, 21, 100, 1001]) {
      const values = Float64Array.from({ length: n }, (_, i) => (i * 7919) % n);
      const sorted = Float64Array.from(values).sort();
      const expected =
        n > 2
          ? [sorted[Math.ceil((n - 1) * 0.05)], sorted[Math.floor((n - 1) * 0.95)]]
          : [sorted[0], sorted[n - 1]];
      expect(rangeWithoutOutliers(values), `${n} values`).toEqual(expected);
    }
  });

  it('copes with many equal values', () => {
    expect(rangeWithoutOutliers(new Float64Array(1000).fill(3))).toEqual([3, 3]);
  });

  it('is null for nothing', () => {
    expect(rangeWithoutOutliers(new Float64Array())).toBeNull();
  });
});
