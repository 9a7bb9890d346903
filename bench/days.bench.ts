import { setMaxListeners } from 'node:events';
import { PolicyRegistry } from 'weex-resilience';
import { builtInScenarios, type Scenario, type SimulatedExchange } from 'weex-resilience/testing';
import {
  axiosName,
  axiosRetryName,
  openAxiosMarket,
  openAxiosRetryMarket,
} from '../examples/bad-day/axios-market.js';
import { openClientMarket } from '../examples/bad-day/client-market.js';
import { type Day, runDay } from '../examples/bad-day/day.js';
import type { OpenMarket } from '../examples/bad-day/market.js';
import { cockatielMarket } from './storms/cockatiel-market.js';
import { mixture } from './storms/mixture.js';
import { quantile } from './storms/quantile.js';

/** BENCH_SEEDS: how many, one after the other. BENCH_DAYS: scenarios by name, `mixture`, or `all`. */
const seeds = Array.from({ length: Number(process.env['BENCH_SEEDS'] ?? 1) }, (_, index) => index + 1);
const withPhases = Object.keys(builtInScenarios).filter((name) => builtInScenarios[name]?.phases?.length);
const wanted = process.env['BENCH_DAYS'] ?? 'mixture';
const scenarios = wanted === 'all' ? [...withPhases, 'mixture'] : wanted.split(',');

const own = 'weex-resilience';
const ways: Readonly<Record<string, (exchange: SimulatedExchange) => OpenMarket | Promise<OpenMarket>>> = {
  [own]: (exchange) => openClientMarket(exchange, new PolicyRegistry()),
  cockatiel: (exchange) => cockatielMarket(openAxiosMarket(plain(exchange))),
  [axiosRetryName]: (exchange) => openAxiosRetryMarket(plain(exchange)),
  [axiosName]: (exchange) => openAxiosMarket(plain(exchange)),
};

function plain({ url, credentials }: SimulatedExchange): Parameters<typeof openAxiosMarket>[0] {
  return { url, credentials, timeoutMs: 5_000 };
}

function scenarioOf(name: string, seed: number): Scenario {
  const scenario = name === 'mixture' ? mixture(seed) : builtInScenarios[name];
  if (!scenario)
    throw new RangeError(`There is no scenario '${name}': known are ${withPhases.join(', ')}, mixture`);
  return scenario;
}

/** How often the exchange began to refuse for more than one request. */
function bansOf({ requests }: Day): number {
  const refused = requests.filter(({ fault, status }) => status === 429 && fault === undefined);
  return refused.filter(({ at }, index) => index === 0 || at - (refused[index - 1]?.at ?? 0) > 10_000).length;
}

for (const name of scenarios) {
  const days = new Map<string, Day[]>(Object.keys(ways).map((way) => [way, []]));
  for (const seed of seeds) {
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    // Side by side, so that whatever slows the machine slows all of them.
    const run = Object.entries(ways).map(async ([way, openMarket]) => {
      const day = await runDay({ name: way, scenario: scenarioOf(name, seed), seed, signal, openMarket });
      days.get(way)?.push(day);
    });
    await Promise.all(run);
  }
  report(name, days);
}
process.exit(0);

function report(name: string, days: ReadonlyMap<string, readonly Day[]>): void {
  const peers = [...days.keys()].filter((way) => way !== own);
  const table: Record<string, Record<string, string | number>> = {};
  for (const [way, all] of days) {
    const total = (pick: (day: Day) => number): number => all.reduce((sum, day) => sum + pick(day), 0);
    table[way] = {
      'orders wanted': total(({ audit }) => audit.wanted),
      'stand once': total(({ audit }) => audit.once),
      'of what could be placed, median': shareOf(all).toFixed(3),
      'second orders': total(({ audit }) => audit.duplicates),
      misreported: total(({ audit }) => audit.wronglyReported),
      'most bans': Math.max(...all.map(bansOf)),
    };
  }
  const best = (seed: number): number =>
    Math.max(...peers.map((way) => days.get(way)?.[seed]?.audit.once ?? 0));
  const behind = seeds.filter((_, seed) => (days.get(own)?.[seed]?.audit.once ?? 0) < best(seed));
  console.log(
    `${name}, ${seeds.length} seeds: ${own} places less than the best peer in ${behind.length} of them`,
  );
  console.table(table);
}

function shareOf(days: readonly Day[]): number {
  return quantile(
    days.map(({ audit, placeable }) => audit.once / Math.max(1, placeable)),
    0.5,
  );
}
