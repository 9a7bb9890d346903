import type { Fault, FaultEffect, FaultKind } from './fault.js';
import type { Scenario } from './scenario.js';

/** One recorded request, to a simulated exchange or the real one. */
export interface TrafficRecord {
  /** When it was sent, in milliseconds on any scale. */
  readonly at: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The HTTP status; `undefined` if no answer came. */
  readonly status?: number | undefined;
  /** The code in the body of a refusal. */
  readonly code?: number | string | undefined;
  /** How long the answer took, in milliseconds. */
  readonly durationMs?: number | undefined;
  /** Whether the exchange executed it, if that is known. */
  readonly executed?: boolean | undefined;
  /** The kind of fault, if it is known more precisely than from the status. */
  readonly fault?: FaultKind | undefined;
}

/** Options of {@link scenarioFromTraffic}. */
export interface ScenarioFromTrafficOptions {
  /** Default `'recorded'`. */
  readonly name?: string | undefined;
  /** What the times of the scenario count from, on the scale of the records. Default 0. */
  readonly startedAt?: number | undefined;
  /** Failures of one kind at one endpoint that are at most this far apart are one fault. Default 1,000. */
  readonly gapMs?: number | undefined;
  /** An answer that took longer counts as delayed. Default 1,000. */
  readonly slowMs?: number | undefined;
}

/**
 * Creates a scenario from recorded traffic: each series of failures of one kind at one endpoint becomes a fault for
 * that time, with the observed probability. Statuses 429 and from 500, lost answers and slow ones count as
 * failures; a refusal that the client itself caused, such as a wrong signature, does not.
 *
 * Times are in milliseconds. Defaults: `name` `'recorded'`, `startedAt` 0, `gapMs` 1,000, `slowMs` 1,000.
 *
 * @example
 * ```ts
 * import { scenarioFromTraffic, startExchange } from 'weex-resilience/testing';
 *
 * const scenario = scenarioFromTraffic([
 *   { at: 0, method: 'GET', path: '/capi/v3/market/time', status: 200 },
 *   { at: 900, method: 'POST', path: '/capi/v3/order', status: 502 },
 *   { at: 1_400, method: 'POST', path: '/capi/v3/order' },
 * ]);
 * const exchange = await startExchange({ scenario, seed: 7 });
 * await exchange.close();
 * ```
 */
export function scenarioFromTraffic(
  traffic: readonly TrafficRecord[],
  { name = 'recorded', startedAt = 0, gapMs = 1_000, slowMs = 1_000 }: ScenarioFromTrafficOptions = {},
): Scenario {
  const byEndpoint = groupBy(traffic, ({ method, path }) => `${method} ${path.replace(/(?<=.)\/$/, '')}`);
  const faults: Fault[] = [];
  for (const [endpoint, unsorted] of byEndpoint) {
    const records = unsorted.toSorted((a, b) => a.at - b.at);
    const taken = new Set<TrafficRecord>();
    const failures = records.flatMap((record) => {
      const effect = effectOf(record, slowMs);
      return effect ? [{ record, effect }] : [];
    });
    for (const alike of groupBy(failures, ({ effect }) => signatureOf(effect)).values()) {
      for (const stretch of stretchesOf(alike, gapMs)) {
        faults.push(faultOf(endpoint, stretch, records, taken, startedAt));
        for (const { record } of stretch) taken.add(record);
      }
    }
  }
  return { name, faults: faults.toSorted((a, b) => (a.fromMs ?? 0) - (b.fromMs ?? 0)) };
}

interface Failure {
  readonly record: TrafficRecord;
  readonly effect: FaultEffect;
}

type EffectByKind = Readonly<Partial<Record<FaultKind, (record: TrafficRecord) => FaultEffect>>>;

const effectByKind: EffectByKind = {
  'lost-reply': () => ({ kind: 'lost-reply' }),
  reset: () => ({ kind: 'reset' }),
  hang: ({ executed }) => (executed ? { kind: 'hang', executed } : { kind: 'hang' }),
  'truncated-body': () => ({ kind: 'truncated-body' }),
  'malformed-json': () => ({ kind: 'malformed-json' }),
  'rate-limit': () => ({ kind: 'rate-limit' }),
  maintenance: () => ({ kind: 'maintenance' }),
  'proxy-html': ({ status, executed }) => ({ kind: 'proxy-html', status, ...(executed ? { executed } : {}) }),
  'server-error': ({ status, executed }) => ({
    kind: 'server-error',
    status,
    ...(executed ? { executed } : {}),
  }),
  refusal: ({ status, code }) => ({ kind: 'refusal', status, ...(code === undefined ? {} : { code }) }),
};

function effectOf(record: TrafficRecord, slowMs: number): FaultEffect | undefined {
  const { fault, status, code, durationMs = 0, executed } = record;
  const known = fault && effectByKind[fault];
  if (known) return known(record);
  if (status === undefined) return executed ? { kind: 'lost-reply' } : { kind: 'reset' };
  if (status === 429) return { kind: 'rate-limit' };
  if (status >= 500)
    return code === undefined ? { kind: 'server-error', status } : { kind: 'refusal', status, code };
  return durationMs >= slowMs ? { kind: 'delay', delayMs: durationMs } : undefined;
}

// Delays of any length count as the same kind.
function signatureOf(effect: FaultEffect): string {
  return effect.kind === 'delay' ? effect.kind : JSON.stringify(effect);
}

function stretchesOf(failures: readonly Failure[], gapMs: number): Failure[][] {
  const stretches: Failure[][] = [];
  for (const failure of failures) {
    const last = stretches.at(-1);
    const previous = last?.at(-1);
    if (last && previous && failure.record.at - previous.record.at <= gapMs) last.push(failure);
    else stretches.push([failure]);
  }
  return stretches;
}

// Faults are tried one after the other, so a request that an earlier one hits does not reach this one.
function faultOf(
  endpoint: string,
  stretch: readonly Failure[],
  records: readonly TrafficRecord[],
  taken: ReadonlySet<TrafficRecord>,
  startedAt: number,
): Fault {
  const first = stretch[0]?.record.at ?? 0;
  const last = stretch.at(-1)?.record.at ?? 0;
  const meanwhile = records.filter((record) => record.at >= first && record.at <= last && !taken.has(record));
  const probability = Math.round((100 * stretch.length) / meanwhile.length) / 100;
  return {
    ...averageOf(stretch),
    endpoint,
    fromMs: Math.max(0, first - startedAt),
    untilMs: Math.max(0, last - startedAt) + 1,
    ...(probability < 1 ? { probability } : {}),
  };
}

function averageOf(stretch: readonly Failure[]): FaultEffect {
  const delays = stretch.flatMap(({ effect }) => (effect.kind === 'delay' ? [effect.delayMs] : []));
  if (delays.length === 0) return stretch[0]?.effect ?? { kind: 'reset' };
  const least = Math.min(...delays);
  return { kind: 'delay', delayMs: least, jitterMs: Math.max(...delays) - least };
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
