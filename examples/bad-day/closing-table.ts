import Table from 'cli-table3';
import type { CallStatistics, MethodCounts } from './call-statistics.js';
import type { Day } from './day.js';

/** The table printed at the end: a row per method, then the outcome of the orders. */
export function closingTable(day: Day, statistics: CallStatistics): string {
  const table = new Table({
    head: ['method', 'calls', 'succeeded', 'retries', 'failures by kind', 'circuit openings', 'orders'],
    colAligns: ['left', 'right', 'right', 'right', 'left', 'right', 'left'],
    colWidths: [undefined, undefined, undefined, undefined, 36, undefined, 24] as number[],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const method of statistics.clientMethods()) {
    table.push([
      method.operation.replace('contract.', ''),
      method.calls,
      method.succeeded,
      method.retries,
      failuresOf(method),
      statistics.openingsOf(method.policy),
      method.operation === 'contract.placeOrder' ? ordersOf(day) : '',
    ]);
  }
  return table.toString();
}

/** The outcome of the orders of each day, one line per client. */
export function closingLines(day: Day, others: readonly Day[]): string {
  const lines = [day, ...others].map(({ audit, name, placeable }) => {
    const { duplicates, once, unfinished, unknown, wanted, wronglyReported } = audit;
    return `${name.padEnd(22)} ${wanted} wanted, ${placeable} could be placed, ${once} placed once, ${duplicates} second orders, ${unknown} unknown (${unfinished} still looked up at the end), ${wronglyReported} not as reported`;
  });
  return `Orders wanted, and what the exchange has:\n  ${lines.join('\n  ')}`;
}

/** Failures by kind, most frequent first. */
export function failuresOf({ failures }: MethodCounts): string {
  return [...failures]
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}

function ordersOf({ audit }: Day): string {
  const { broken, notPlaced, once, unknown, wanted } = audit;
  const counts = `${once} of ${wanted} placed once, ${notPlaced} not placed, ${unknown} unknown`;
  return broken.length === 0 ? `all as reported: ${counts}` : `${broken.length} BROKEN: ${counts}`;
}
