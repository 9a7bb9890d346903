import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { ErrorTracker, logErrors, logEvents, PolicyRegistry } from 'weex-resilience';
import { startExchange } from 'weex-resilience/testing';
import { GridBot } from './grid-bot.js';

// A few rounds through a lost reply and a maintenance. The log goes to stderr, the result to stdout.
const logger = pino(pino.destination(2));
const stops = [logErrors(logger), logEvents(logger)];
const tracker = new ErrorTracker();
stops.push(tracker.attach());

const exchange = await startExchange({ seed: 11 });
const bot = new GridBot(exchange.url, exchange.credentials, new PolicyRegistry());
exchange.inject({ kind: 'lost-reply', endpoint: 'placeOrder', count: 1 });
for (let round = 0; round < 6; round += 1) {
  if (round === 2) exchange.inject({ kind: 'maintenance', endpoint: 'public', count: 6 });
  const outcomes = await Promise.allSettled([
    bot.trade('BTCUSDT', '0.001', 200),
    bot.trade('ETHUSDT', '0.02', 10),
  ]);
  for (const outcome of outcomes) {
    console.log(round, outcome.status === 'fulfilled' ? outcome.value.join(' ') : String(outcome.reason));
  }
  await wait(500);
}
const ids = new Set(exchange.orders.map(({ clientOrderId }) => clientOrderId));
console.log(`${exchange.orders.length} orders with ${ids.size} ids`, tracker.summary().errorTypes);

for (const stop of stops) stop();
await exchange.close();
