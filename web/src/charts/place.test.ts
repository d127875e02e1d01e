import { describe, expect, it } from 'vitest';
import { placeBeside, spreadApart } from './place';

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

describe('a tooltip', () => {
  it('stands to the right, else to the left', () => {
    expect(
      placeBeside({ left: 290, right: 300, y: 400 }, { width: 200, height: 100 }, desktop),
    ).toEqual({
      left: 316,
      top: 350,
    });
    expect(
      placeBeside({ left: 1400, right: 1410, y: 10 }, { width: 200, height: 100 }, desktop),
    ).toEqual({
      left: 1184,
      top: 8,
    });
  });

  it('never lies under the pointer nor leaves the window while there is room', () => {
    for (const window of [desktop, phone]) {
      for (let x = 0; x <= window.width; x += 13) {
        for (let y = 0; y <= window.height; y += 17) {
          const box = { width: 260, height: 180 };
          const { left, top } = placeBeside({ left: x, right: x, y }, box, window);
          expect(left).toBeGreaterThanOrEqual(8);
          expect(top).toBeGreaterThanOrEqual(8);
          expect(left + box.width).toBeLessThanOrEqual(window.width - 8);
          expect(top + box.height).toBeLessThanOrEqual(window.height - 8);
          const covers = x >= left && x <= left + box.width && y >= top && y <= top + box.height;
          expect(covers, `${x},${y}`).toBe(false);
        }
      }
    }
  });
});

describe('labels that would overlap', () => {
  it('stand apart, in order and within the range', () => {
    expect(spreadApart([10, 50, 90], 15, [0, 100])).toEqual([10, 50, 90]);
    expect(spreadApart([50, 51, 52], 15, [0, 100])).toEqual([50, 65, 80]);
    expect(spreadApart([96, 97, 98], 15, [0, 100])).toEqual([70, 85, 100]);
    expect(spreadApart([-20, 300], 15, [0, 100])).toEqual([0, 100]);
    expect(spreadApart([], 15, [0, 100])).toEqual([]);
  });

  it('keep their distance where there is no room', () => {
    expect(spreadApart([1, 2, 3], 15, [0, 20])).toEqual([0, 15, 30]);
  });
});
