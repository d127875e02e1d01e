import { describe, expect, test } from 'vitest';
import { parseColumns, toFloat64 } from './columns';

/** An answer's bytes, written by docs/format/columns.md. */
function encode(header: object, columns: readonly ArrayBufferView[]): ArrayBuffer {
  let json = JSON.stringify(header);
  json += ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8);
  const text = new TextEncoder().encode(json);
  const lengths = columns.map(({ byteLength }) => Math.ceil(byteLength / 8) * 8);
  const buffer = new ArrayBuffer(16 + text.length + lengths.reduce((sum, one) => sum + one, 0));
  const bytes = new Uint8Array(buffer);
  bytes.set(new TextEncoder().encode('SSCOLS1\n'));
  new DataView(buffer).setUint32(8, text.length, true);
  bytes.set(text, 16);
  let at = 16 + text.length;
  columns.forEach((column, i) => {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += lengths[i] ?? 0;
  });
  return buffer;
}

describe('columns', () => {
  const steps = BigInt64Array.of(0n, -1n, 2n ** 40n + 3n);
  const values = Float64Array.of(1, NaN, -Infinity);
  const small = Uint8Array.of(7);
  const buffer = encode(
    {
      generation: 17,
      tables: [
        {
          run: 'ä/日',
          columns: [
            { name: 'step', type: 'i64', length: 3, offset: 0 },
            { name: 'value', type: 'f64', length: 3, offset: 24 },
          ],
        },
        { run: 'b', columns: [{ name: 'flag', type: 'u8', length: 1, offset: 48 }] },
      ],
    },
    [steps, values, small],
  );

  test('lie on the bytes of the answer', () => {
    const { facts, tables } = parseColumns(buffer);
    expect(facts).toEqual({ generation: 17 });
    expect(tables.map((table) => table.facts)).toEqual([{ run: 'ä/日' }, { run: 'b' }]);
    expect(tables[0]?.columns.get('step')).toEqual(steps);
    expect(tables[0]?.columns.get('value')).toEqual(values);
    expect(tables[0]?.columns.get('value')?.buffer).toBe(buffer);
    expect(tables[1]?.columns.get('flag')).toEqual(small);
  });

  test('of integers become doubles, exactly up to 2^53', () => {
    expect(Array.from(toFloat64(steps))).toEqual([0, -1, 2 ** 40 + 3]);
    expect(Array.from(toFloat64(BigUint64Array.of(2n ** 63n, 5n)))).toEqual([2 ** 63, 5]);
    expect(Array.from(toFloat64(Uint32Array.of(1, 2)))).toEqual([1, 2]);
    expect(toFloat64(values)).toBe(values);
    const late = BigInt64Array.of(1n, -(2n ** 35n)).subarray(1);
    expect(Array.from(toFloat64(late))).toEqual([-(2 ** 35)]);
  });

  test('are told from anything else', () => {
    expect(() => parseColumns(new TextEncoder().encode('{"tables": []}').buffer)).toThrow('format');
    expect(() => parseColumns(new ArrayBuffer(0))).toThrow('format');
  });
});
