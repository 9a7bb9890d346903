import type { SimulatedExchange, SimulatedRequest } from '../testing/index.js';

/** One request in one line: when, what, how it ended, and the fault that hit it. */
export function requestLine(request: SimulatedRequest): string {
  const { at, method, path, status, code, durationMs, fault } = request;
  const outcome =
    status === undefined ? 'no answer' : [status, ...(code === undefined ? [] : [code])].join(' ');
  return [
    `${(at / 1_000).toFixed(3).padStart(9)} s`,
    method.padEnd(6),
    path.padEnd(36),
    outcome.padEnd(12),
    `${String(durationMs ?? 0).padStart(5)} ms`,
    ...(fault ? [fault] : []),
  ]
    .join('  ')
    .concat('\n');
}

interface Row {
  readonly operation: string;
  requests: number;
  ok: number;
  refused: number;
  failed: number;
  faults: number;
}

/** What happened, one line an operation, and what became of the orders. */
export function summaryTable({ requests, orders }: Pick<SimulatedExchange, 'requests' | 'orders'>): string {
  const rows = new Map<string, Row>();
  const total: Row = { operation: 'all', requests: 0, ok: 0, refused: 0, failed: 0, faults: 0 };
  for (const request of requests) {
    const operation = request.operation
      ? `${request.market}.${request.operation}`
      : `${request.method} ${request.path}`;
    let row = rows.get(operation);
    if (!row)
      rows.set(
        operation,
        (row = { ...total, operation, requests: 0, ok: 0, refused: 0, failed: 0, faults: 0 }),
      );
    for (const counted of [row, total]) count(counted, request);
  }
  const lines = [...rows.values(), total].map(({ operation, ...counts }) => [
    operation,
    ...Object.values(counts).map(String),
  ]);
  const table = [['operation', 'requests', 'ok', 'refused', 'failed', 'faults'], ...lines];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  const text = table.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  return `${text.join('\n')}\n\n${ordersLine(orders)}\n`;
}

// Refused: the exchange answered no. Failed: no answer, or one of a server in trouble.
function count(row: Row, { status, code, fault }: SimulatedRequest): void {
  row.requests += 1;
  if (status !== undefined && status < 400) row.ok += 1;
  else if (status !== undefined && (status < 500 || code !== undefined)) row.refused += 1;
  else row.failed += 1;
  if (fault) row.faults += 1;
}

function ordersLine(orders: SimulatedExchange['orders']): string {
  const times = new Map<string, number>();
  for (const { market, clientOrderId } of orders) {
    const key = `${market} ${clientOrderId}`;
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  const twice = [...times.values()].filter((number) => number > 1).length;
  const ids = twice === 0 ? 'no client order id twice' : `${twice} client order ids more than once`;
  return `${orders.length} orders, ${ids}`;
}
