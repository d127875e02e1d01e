// The golden files as the model's tests read them: the answers of one file's series requests, one
// JSON line a column, so that the engine's half and this one hold to the same text.
import type { Column, Table } from '$web/api/columns';

const files = import.meta.glob<string>('../golden/*.test', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const integers = new Set(['step']);
const columnNames = new Set(['step', 'wall_time', 'value', 'smoothed', 'attempt']);

/** All tables of all answers to /api/scalars/series with one series, in the order of the file. */
export function goldenTables(name: string): Table[] {
  const answers = (files[`../golden/${name}.test`] ?? '').matchAll(
    /^post \/api\/scalars\/series(?<request>[^]*?)^----\n(?<lines>(?:\{.*\}\n)+)/gm,
  );
  return Array.from(answers, ({ groups }) => toTable(groups?.['lines'] ?? ''));
}

function toTable(lines: string): Table {
  const said = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const all = Object.assign({}, ...said) as Record<string, unknown>;
  const facts: Record<string, unknown> = { run: 'train', tag: 'loss', revision: 'golden' };
  const columns = new Map<string, Column>();
  for (const [name, value] of Object.entries(all)) {
    if (columnNames.has(name) && Array.isArray(value)) columns.set(name, toColumn(name, value));
    else facts[name] = value;
  }
  const length = columns.get('step')?.length ?? 0;
  const times = Float64Array.from({ length }, (_, i) => 1_700_000_000 + i / 4);
  if (!columns.has('wall_time')) columns.set('wall_time', times);
  // What a golden answer does not show is as in a whole answer.
  const count = Number(facts['count'] ?? length);
  const rest = { from_ordinal: 0, count, settled: count, unsettled_rows: 0 };
  return { facts: { ...rest, attempts: 1, superseded: 0, ...facts }, columns };
}

/** Non-finite numbers are strings in JSON. */
function toColumn(name: string, values: readonly unknown[]): Column {
  const numbers = values.map(Number);
  return integers.has(name) ? BigInt64Array.from(numbers, BigInt) : Float64Array.from(numbers);
}
