// A trading program that may be killed at any moment: it recovers at its start, then goes on placing orders. Its
// standard output is its memory: a line that was written counts as reported.
import { writeSync } from 'node:fs';
import { mintClientOrderId, recoverIntents } from 'weex-resilience';
import { openIntentJournal } from 'weex-resilience/journal';
import type { KilledTraderLine, KilledTraderTask } from './kill-run.js';
import type { WantedOrder } from './order-run.js';
import { ourTrading, settleMs } from './our-placer.js';

const { directory, exchange, market, orders } = JSON.parse(process.env['TASK'] ?? '') as KilledTraderTask;
const symbol = 'DOGEUSDT';
const tell = (line: KilledTraderLine): void => void writeSync(1, `${JSON.stringify(line)}\n`);

const journal = await openIntentJournal(directory);
const trading = ourTrading(exchange, market, journal);
tell({ event: 'started' });

const recovered = await recoverIntents({
  journal,
  settleMs,
  // Of an intent with a damaged record only the id is known.
  find: ({ begunAt, clientOrderId }) => trading.findOrder(clientOrderId, symbol, begunAt),
});
const reports = { executed: 'placed', 'not-executed': 'not-placed', unknown: 'unknown' } as const;
for (const { intent, outcome } of recovered) {
  tell({ event: 'reported', id: intent.clientOrderId, report: reports[outcome] });
}

let left = orders;
async function work(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const id = mintClientOrderId();
    tell({ event: 'begun', id });
    const positionSide = market === 'contract' ? ({ positionSide: 'LONG' } as const) : {};
    const order: WantedOrder = {
      symbol,
      side: 'BUY',
      ...positionSide,
      type: 'MARKET',
      quantity: '10',
      newClientOrderId: id,
    };
    const report = await trading.place(order);
    tell({ event: 'reported', id, report });
  }
}
await Promise.all(Array.from({ length: 5 }, work));
await journal.close();
