// Writes event files as TensorBoard's writers do, so that a test can say what is on disk and when.
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const table = Array.from({ length: 256 }, (_, i) => {
  let value = i;
  for (let bit = 0; bit < 8; ++bit) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

/** The masked CRC-32C that frames carry. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

export function frame(data: Uint8Array): Buffer {
  const record = Buffer.alloc(16 + data.length);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedCrc(data), 12 + data.length);
  return record;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

function bytesField(field: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(9, (field << 3) | 1);
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(5, (field << 3) | 5);
  bytes.writeFloatLE(value, 1);
  return bytes;
}

function event(wallTime: number, step: number, rest: Uint8Array): Buffer {
  return frame(Buffer.concat([double(1, wallTime), varint(2 << 3), varint(step), rest]));
}

/** One event file of a run; each call is on disk when it returns. */
export class EventFile {
  readonly path: string;
  readonly #start: number;

  constructor(logdir: string, run: string, start = 1_700_000_000) {
    this.#start = start;
    this.path = join(logdir, run, `events.out.tfevents.${start}.host`);
    mkdirSync(dirname(this.path), { recursive: true });
    this.append(event(start, 0, bytesField(3, Buffer.from('brain.Event:2'))));
  }

  append(bytes: Uint8Array): void {
    appendFileSync(this.path, bytes);
  }

  /** One value, a second after another. */
  scalar(tag: string, step: number, value: number): void {
    this.scalars(tag, [[step, value]]);
  }

  scalars(tag: string, points: Iterable<readonly [step: number, value: number]>): void {
    const events = Array.from(points, ([step, value]) => {
      const summary = Buffer.concat([bytesField(1, Buffer.from(tag)), float(2, value)]);
      return event(this.#start + step, step, bytesField(5, bytesField(1, summary)));
    });
    this.append(Buffer.concat(events));
  }
}

/** `count` points of a curve that falls like a loss. */
export function falling(count: number, scale = 1): (readonly [step: number, value: number])[] {
  return Array.from({ length: count }, (_, step) => {
    const wiggle = Math.sin(step * 12.9898) * 0.02;
    return [step, scale * (Math.exp((-4 * step) / count) + wiggle)] as const;
  });
}
