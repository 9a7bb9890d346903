import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instrumentWeexResilience } from '../../src/otel/index.js';
import { createFakeClock } from '../../src/testing/index.js';
import { hasPrometheus } from './prometheus.js';
import { ScrapedMeter } from './scraped-meter.js';
import { type Answer, Trader } from './trading.js';

const stepMs = 15_000;
/** The trouble begins after so many steps of calm unless told otherwise, and lasts for as many as each scenario says. */
const calmSteps = 20;
const steps = 60;

interface Scenario {
  readonly name: string;
  readonly meets: Partial<Record<'ticker' | 'order' | 'lookup', Answer>>;
  readonly tookMs?: number;
  /** How many prices are asked for at a time. */
  readonly tickers?: number;
  /** After so many steps the trouble begins. Default {@link calmSteps}. */
  readonly begins?: number;
  readonly lasts: number;
  readonly fires: readonly string[];
}

const scenarios: readonly Scenario[] = [
  { name: 'calm', meets: {}, lasts: 0, fires: [] },
  { name: 'a refused order', meets: { order: 'refused' }, lasts: 3, fires: [] },
  { name: 'one read that fails', meets: { ticker: 'down' }, lasts: 1, fires: [] },
  { name: 'a lost reply that is found', meets: { order: 'lost' }, lasts: 1, fires: [] },
  {
    name: 'a lost reply, and lookups that fail',
    meets: { order: 'lost', lookup: 'down' },
    lasts: 3,
    fires: ['WeexOutcomeUnknown'],
  },
  { name: 'an outage of orders', meets: { order: 'down' }, lasts: 8, fires: ['WeexOrderCircuitOpen'] },
  { name: 'one ban', meets: { ticker: 'ban' }, lasts: 1, fires: ['WeexBanned'] },
  { name: 'a start into a ban', meets: { ticker: 'ban' }, begins: 0, lasts: 1, fires: ['WeexBanned'] },
  {
    name: 'a start into an outage of reads',
    meets: { ticker: 'down' },
    tickers: 3,
    begins: 0,
    lasts: 1,
    fires: ['WeexRetriesAboveBudget'],
  },
  {
    name: 'limits that are met again and again',
    meets: { ticker: 'busy' },
    lasts: 40,
    fires: ['WeexCoolDownShare'],
  },
  {
    name: 'an outage of reads',
    meets: { ticker: 'down' },
    tickers: 3,
    lasts: 30,
    fires: ['WeexRetriesAboveBudget'],
  },
  { name: 'slow answers', meets: {}, tookMs: 12_000, lasts: 30, fires: ['WeexSlowCalls'] },
];

describe.skipIf(!hasPrometheus)('the alerts of dashboards/', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'weex-alerts-'));
    copyFileSync(new URL('../../dashboards/alerts.yml', import.meta.url), path.join(folder, 'alerts.yml'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(scenarios)('on $name: exactly $fires', async (scenario) => {
    const series = Object.entries(await liveThrough(scenario));
    for (const nameOf of [(name: string) => name, withUnit]) {
      const input = series.map(([name, values]) => ({ series: nameOf(name), values: values.join(' ') }));
      expect(fired(folder, input)).toEqual(scenario.fires);
    }
  });
});

/** What a Prometheus that scrapes every 15 seconds would read from a program that lives through the scenario. */
async function liveThrough({
  meets,
  tookMs = 200,
  tickers = 1,
  begins = calmSteps,
  lasts,
}: Scenario): Promise<Record<string, (number | '_')[]>> {
  const scraped = await ScrapedMeter.start();
  const instrumentation = instrumentWeexResilience({ meter: scraped.meter, tracer: false });
  const clock = createFakeClock();
  const trader = new Trader(clock);
  const calm = { ...trader.next };
  const series: Record<string, (number | '_')[]> = {};
  const calls: Promise<unknown>[] = [];
  for (let step = 0; step < steps; step += 1) {
    const isTroubled = step >= begins && step < begins + lasts;
    trader.next = isTroubled ? { ...calm, ...meets, tookMs } : calm;
    calls.push(trader.order());
    for (let count = 0; count < (isTroubled ? tickers : 1); count += 1) calls.push(trader.ticker());
    await clock.advance(stepMs);
    for (const { name, labels, value } of await scraped.samples()) {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
      const values = (series[`${name}{${pairs.join(',')}}`] ??= []);
      while (values.length < step) values.push('_');
      values.push(value);
    }
  }
  await clock.advance(120_000);
  await Promise.all(calls);
  instrumentation.dispose();
  await scraped.close();
  return series;
}

/** As the Collector would name it. */
function withUnit(series: string): string {
  return series.replace(
    /^(weex_resilience_\w+?_(?:duration|time))_(bucket|count|sum|total)\b/,
    '$1_seconds_$2',
  );
}

/** The alerts that fire at any moment, as `promtool` finds them. */
function fired(folder: string, input: readonly object[]): string[] {
  const file = path.join(folder, 'test.yml');
  const evalTime = `${(steps * stepMs) / 1_000}s`;
  const asked = (samples: readonly object[]) => ({
    rule_files: ['alerts.yml'],
    evaluation_interval: '15s',
    tests: [
      {
        interval: '15s',
        input_series: input,
        promql_expr_test: [
          {
            expr: `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${evalTime}]))`,
            eval_time: evalTime,
            exp_samples: samples,
          },
        ],
      },
    ],
  });
  writeFileSync(file, stringify(asked([{ labels: '{alertname="none"}', value: 0 }])));
  const { stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
  const got = /got: *(.*)/.exec(`${stdout}${stderr}`)?.[1] ?? `no answer of promtool: ${stdout}${stderr}`;
  return got === 'nil' ? [] : [...got.matchAll(/alertname="(\w+)"/g)].map(([, name = '']) => name);
}
