import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instrumentWeexResilience, type Instrumentation } from '../../src/otel/index.js';
import { createFakeClock } from '../../src/testing/index.js';
import { hasPrometheus, Prometheus } from './prometheus.js';
import { ScrapedMeter } from './scraped-meter.js';
import { Trader } from './trading.js';

const read = (name: string): string =>
  readFileSync(new URL(`../../dashboards/${name}`, import.meta.url), 'utf8');

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}
const dashboard = JSON.parse(read('weex-resilience.json')) as Dashboard;
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }): [string, string] => [title, withVariables(expr)]),
);
const alerts = parse(read('alerts.yml')) as {
  groups: { rules: { alert: string; expr: string }[] }[];
};

/** As Grafana would fill them in. */
function withVariables(expr: string): string {
  return expr.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h').replaceAll('$policy', '.*');
}

/** The metrics that a query names. */
function selectors(expr: string): string[] {
  return expr.match(/weex_resilience_\w+(\{[^}]*\})?|\{__name__[^}]*\}/g) ?? [];
}

describe.skipIf(!hasPrometheus)('the queries of dashboards/, run against a real Prometheus', () => {
  let meter: ScrapedMeter;
  let instrumentation: Instrumentation;
  let prometheus: Prometheus;
  beforeAll(async () => {
    meter = await ScrapedMeter.start();
    instrumentation = instrumentWeexResilience({ meter: meter.meter, tracer: false });
    await liveThrough();
    prometheus = await Prometheus.start(meter.port);
    await prometheus.until(() => prometheus.query('rate(weex_resilience_orders_total[1m])'));
  });
  afterAll(async () => {
    await prometheus.stop();
    instrumentation.dispose();
    await meter.close();
  });

  it.each(queries)('%s: %s', async (_title, query) => {
    expect(await prometheus.query(query), query).not.toEqual([]);
  });

  it('each variable has values to choose from', async () => {
    const asked = dashboard.templating.list
      .map(({ query }) =>
        /^label_values\((\w+), (\w+)\)$/.exec(typeof query === 'string' ? query : query.query),
      )
      .filter((match) => match !== null);
    expect(asked).toHaveLength(1);
    for (const [, metric = '', label = ''] of asked)
      expect(await prometheus.labelValues(label, metric)).toEqual(
        expect.arrayContaining(['contract.orders']),
      );
  });

  it.each(
    alerts.groups.flatMap(({ rules }) => rules.map(({ alert, expr }): [string, string] => [alert, expr])),
  )('the alert %s queries existing series', async (_alert, expr) => {
    await prometheus.query(expr);
    const named = selectors(expr);
    expect(named.length).toBeGreaterThan(0);
    for (const selector of named) expect(await prometheus.query(selector), selector).not.toEqual([]);
  });
});

/** Everything that a metric tells of happens once. */
async function liveThrough(): Promise<void> {
  const clock = createFakeClock();
  const trader = new Trader(clock);
  const done = async (...calls: Promise<unknown>[]): Promise<void> => {
    await clock.advance(120_000);
    await Promise.all(calls);
  };
  await done(trader.order(), trader.ticker(), trader.ticker(), trader.ticker(), trader.ticker());
  trader.next.ticker = 'down';
  for (let count = 0; count < 10; count += 1) await done(trader.ticker());
  trader.next.ticker = 'ban';
  const banned = trader.ticker();
  await clock.advance(500);
  trader.next.ticker = 'fine';
  await done(banned, trader.ticker());
  trader.next.order = 'lost';
  await done(trader.order());
  trader.next.order = 'down';
  const orders = [1, 2, 3].map(() => trader.order());
  await clock.advance(2_000);
  await Promise.all(orders);
  trader.next.order = 'refused';
  await trader.order();
}
