import { flood, floodContestants } from './storms/flood.js';
import { outage, outageContestants } from './storms/outage.js';
import { quantile } from './storms/quantile.js';

const seeds = Array.from({ length: Number(process.env['BENCH_SEEDS'] ?? 3) }, (_, index) => index + 1);

/** Runs a storm with every seed and returns the median of a figure. */
async function storm<Result>(
  run: (contestant: string, seed: number) => Promise<Result>,
  contestant: string,
): Promise<(pick: (result: Result) => number) => number> {
  const results: Result[] = [];
  for (const seed of seeds) results.push(await run(contestant, seed));
  return (pick) => quantile(results.map(pick), 0.5);
}

const floods: Record<string, Record<string, string>> = {};
for (const contestant of floodContestants) {
  const median = await storm(flood, contestant);
  floods[contestant] = {
    'cancels failed': `${median((result) => result.failedCancels)} of ${median((result) => result.cancels)}`,
    'cancel p99 over unloaded': median((result) => result.cancelRatio).toFixed(1),
    'goodput of the limit': median((result) => result.goodput).toFixed(2),
    'answers 429': String(median((result) => result.rateLimited)),
  };
}
console.log(
  'Flood: five times the limit wanted, five critical cancels a second through it; medians of three seeds',
);
console.table(floods);

const outages: Record<string, Record<string, string>> = {};
for (const contestant of outageContestants) {
  const median = await storm(outage, contestant);
  outages[contestant] = {
    'requests a call started in it': median((result) => result.requestsPerCall).toFixed(2),
    'back to 90 % after, ms': String(median((result) => result.recoveryMs)),
    'calls unsettled': String(median((result) => result.unsettled)),
  };
}
console.log('Outage: 503 for four seconds under fifty callers; medians of three seeds');
console.table(outages);
process.exit(0);
