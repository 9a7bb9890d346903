import { PolicyRegistry } from 'weex-resilience';
import { builtInScenarios, type Scenario, type SimulatedRequest } from 'weex-resilience/testing';
import {
  axiosName,
  axiosRetryName,
  openAxiosMarket,
  openAxiosRetryMarket,
} from '../examples/bad-day/axios-market.js';
import { openClientMarket } from '../examples/bad-day/client-market.js';
import type { ExchangeAddress, OpenMarket } from '../examples/bad-day/market.js';
import { type RehearsedTraffic, rehearseTraffic } from '../examples/bad-day/rehearsed-day.js';
import { cockatielMarket } from './storms/cockatiel-market.js';
import { mixture } from './storms/mixture.js';
import { quantile } from './storms/quantile.js';
import { softRefusals } from './storms/soft-refusals.js';
import { amongStrangers } from './storms/strangers.js';

/** BENCH_SEEDS: the number of seeds. BENCH_DAYS: scenarios by name, or `mixture` or `soft`, separated by commas. */
const seeds = Array.from({ length: Number(process.env['BENCH_SEEDS'] ?? 10) }, (_, index) => index + 1);
const withPhases = Object.keys(builtInScenarios).filter((name) => builtInScenarios[name]?.phases?.length);
const all = [...withPhases, 'mixture', 'soft'];
const scenarios = process.env['BENCH_DAYS']?.split(',') ?? all;

const own = 'weex-resilience';
const ways: Readonly<Record<string, (exchange: ExchangeAddress) => OpenMarket | Promise<OpenMarket>>> = {
  [own]: (exchange) => openClientMarket(exchange, new PolicyRegistry()),
  cockatiel: (exchange) => cockatielMarket(openAxiosMarket(plain(exchange))),
  [axiosRetryName]: (exchange) => openAxiosRetryMarket(plain(exchange)),
  [axiosName]: (exchange) => openAxiosMarket(plain(exchange)),
};

function plain(exchange: ExchangeAddress): Parameters<typeof openAxiosMarket>[0] {
  return { ...exchange, timeoutMs: 5_000 };
}

const ownScenarios: Readonly<Record<string, (seed: number) => Scenario>> = { mixture, soft: softRefusals };

function scenarioOf(name: string, seed: number): Scenario {
  const scenario = ownScenarios[name]?.(seed) ?? builtInScenarios[name];
  if (!scenario)
    throw new RangeError(`Cannot find the scenario '${name}': known names are ${all.join(', ')}`);
  return scenario;
}

/** A refusal after a pause as long as a ban counts as a new ban. */
const banMs = 10_000;

/** How many separate times the exchange started to refuse requests. */
function bansOf(requests: readonly SimulatedRequest[]): number {
  const refused = requests.filter(({ fault, status }) => status === 429 && fault === undefined);
  return refused.filter(({ at }, index) => index === 0 || at - (refused[index - 1]?.at ?? 0) > banMs).length;
}

/** Like {@link bansOf}, without bans that follow one of the scenario: any of its refusals may have started a ban. */
function ownBansOf(requests: readonly SimulatedRequest[], injectedMs: number): number {
  let injectedUntil = -Infinity;
  return bansOf(
    requests.filter(({ at, fault, status }) => {
      const isInjected = fault === 'rate-limit' || at < injectedUntil;
      if (status === 429 && isInjected) injectedUntil = at + injectedMs;
      return !isInjected;
    }),
  );
}

function longestInjectedMs({ phases = [] }: Scenario): number {
  const faults = phases.flatMap((phase) => phase.faults ?? []);
  return Math.max(0, ...faults.map((fault) => (fault.kind === 'rate-limit' ? (fault.banMs ?? 0) : 0)));
}

for (const name of scenarios) {
  const days = new Map<string, RehearsedTraffic[]>();
  for (const [way, openMarket] of Object.entries(ways)) {
    const rehearsed: RehearsedTraffic[] = [];
    for (const seed of seeds) {
      const open = name === 'mixture' ? amongStrangers(seed, openMarket) : openMarket;
      rehearsed.push(await rehearseTraffic(scenarioOf(name, seed), seed, open));
    }
    days.set(way, rehearsed);
  }
  report(name, days);
}

function report(name: string, days: ReadonlyMap<string, readonly RehearsedTraffic[]>): void {
  const table: Record<string, Record<string, string | number>> = {};
  for (const [way, each] of days) {
    const total = (pick: (day: RehearsedTraffic) => number): number =>
      each.reduce((sum, day) => sum + pick(day), 0);
    const shares = each.map(({ once, placeable }) => once / Math.max(1, placeable));
    table[way] = {
      wanted: total(({ wanted }) => wanted),
      placeable: total(({ placeable }) => placeable),
      'placed once': total(({ once }) => once),
      'of placeable: median': quantile(shares, 0.5).toFixed(3),
      worst: Math.min(...shares).toFixed(3),
      'second orders': total(({ duplicates }) => duplicates),
      misreported: total(({ wronglyReported }) => wronglyReported),
      'most bans': Math.max(...each.map(({ requests }) => bansOf(requests))),
      'most own': Math.max(
        ...each.map(({ requests, seed }) => ownBansOf(requests, longestInjectedMs(scenarioOf(name, seed)))),
      ),
      'cancel p50, p99 ms': cancels(each),
    };
  }
  const placed = (way: string, seed: number): number => days.get(way)?.[seed]?.once ?? 0;
  const peers = [...days.keys()].filter((way) => way !== own);
  const behind = seeds.filter(
    (_, seed) => placed(own, seed) < Math.max(...peers.map((way) => placed(way, seed))),
  );
  const where = behind.length > 0 ? ` (${behind.join(', ')})` : '';
  console.log(
    `${name}, ${seeds.length} seeds: ${own} places fewer orders than the best peer in ${behind.length} of them${where}`,
  );
  console.table(table);
}

/** How long successful cancels took. */
function cancels(days: readonly RehearsedTraffic[]): string {
  const took = days
    .flatMap(({ calls }) => calls)
    .filter(({ failure, operation }) => operation === 'cancelOrder' && failure === undefined)
    .map(({ tookMs }) => tookMs);
  return `${Math.round(quantile(took, 0.5))}, ${Math.round(quantile(took, 0.99))}`;
}
