// Reads application/vnd.stepscope.columns (docs/format/columns.md): typed arrays that lie on the
// answer's own bytes, nothing is copied.

export const columnsType = 'application/vnd.stepscope.columns';

export type Column =
  Float64Array | Float32Array | BigInt64Array | BigUint64Array | Uint32Array | Uint8Array;

export interface Table {
  /** What the answer says about the table: run, tag, count and the like. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly columns: ReadonlyMap<string, Column>;
}

export interface Tables {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly tables: readonly Table[];
}

const magic = 'SSCOLS1\n';
const headerAt = 16;

const arrays = {
  f64: Float64Array,
  f32: Float32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  u32: Uint32Array,
  u8: Uint8Array,
} as const;

interface ColumnHeader {
  readonly name: string;
  readonly type: keyof typeof arrays;
  readonly length: number;
  readonly offset: number;
}

interface Header extends Record<string, unknown> {
  readonly tables: readonly ({ columns: readonly ColumnHeader[] } & Record<string, unknown>)[];
}

/** Throws an Error with a sentence when the bytes are something else. */
export function parseColumns(buffer: ArrayBuffer): Tables {
  const decoder = new TextDecoder();
  if (decoder.decode(buffer.slice(0, magic.length)) !== magic) {
    throw new Error('The answer is not in the columns format.');
  }
  const headerLength = new DataView(buffer).getUint32(8, true);
  const header = JSON.parse(
    decoder.decode(new Uint8Array(buffer, headerAt, headerLength)),
  ) as Header;
  const base = headerAt + headerLength;
  const { tables, ...facts } = header;
  return {
    facts,
    tables: tables.map(({ columns, ...tableFacts }) => ({
      facts: tableFacts,
      columns: new Map(
        columns.map(({ name, type, length, offset }) => [
          name,
          new arrays[type](buffer, base + offset, length),
        ]),
      ),
    })),
  };
}

/** The column as doubles; integers past 2^53 are rounded. Doubles are not copied. */
export function toFloat64(column: Column): Float64Array {
  if (column instanceof Float64Array) return column;
  if (column instanceof BigInt64Array || column instanceof BigUint64Array) {
    // Halves instead of BigInts, of which each would be an allocation.
    const low = new Uint32Array(column.buffer, column.byteOffset, column.length * 2);
    const high = column instanceof BigInt64Array ? new Int32Array(low.buffer, low.byteOffset) : low;
    const doubles = new Float64Array(column.length);
    for (let i = 0; i < doubles.length; ++i) {
      doubles[i] = (high[2 * i + 1] ?? 0) * 2 ** 32 + (low[2 * i] ?? 0);
    }
    return doubles;
  }
  return Float64Array.from(column);
}
