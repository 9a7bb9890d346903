import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** A comparison of several candidates that do the same work. */
export interface Comparison {
  readonly title: string;
  /** What is timed, by name: one call of the function, awaited if it returns a promise. */
  readonly cases: Readonly<Record<string, () => unknown>>;
  /** The case to which the ratios relate. */
  readonly baseline: string;
  /** Packages whose versions are printed with the figures. */
  readonly packages?: readonly string[] | undefined;
  /** Default: 61, or the environment's BENCH_ROUNDS. */
  readonly rounds?: number | undefined;
  /** How long one case runs in one round, in milliseconds. Default 5. */
  readonly roundMs?: number | undefined;
  /** What is measured: `'wall'`, the default, is elapsed time; `'cpu'` is the processor time of this process. */
  readonly measure?: 'wall' | 'cpu' | undefined;
}

/** The result for one case. */
export interface Measurement {
  readonly name: string;
  /** Median over the rounds, in nanoseconds. */
  readonly nsPerCall: number;
  /** Median over the rounds of this case's time divided by the baseline's in the same round. */
  readonly ratio: number;
  /** Half of the rounds had a ratio between these two. */
  readonly quartiles: readonly [number, number];
}

/**
 * Times every case in every round, in an order that rotates by one per round, so that other activity on the machine
 * affects all of them alike. Prints a table and returns it. The absolute times are this machine's; the ratios are
 * the result.
 */
export async function compare(comparison: Comparison): Promise<readonly Measurement[]> {
  const { baseline, roundMs = 5, rounds = Number(process.env['BENCH_ROUNDS'] ?? 61) } = comparison;
  const trials: Trial[] = [];
  now = comparison.measure === 'cpu' ? cpuNow : wallNow;
  for (const [name, fn] of Object.entries(comparison.cases)) trials.push(await prepare(name, fn, roundMs));

  globalThis.gc?.();
  // Not between the rounds: a full collection without a call in progress makes V8 discard optimized code.
  for (let round = 0; round < rounds; round += 1) {
    for (let place = 0; place < trials.length; place += 1) {
      await runOnce(trials[(round + place) % trials.length] as Trial);
    }
  }

  const against = trials.find((trial) => trial.name === baseline);
  if (!against) throw new Error(`Cannot compare: no case is named "${baseline}"`);
  const measurements = trials.map(({ name, nsPerCall }): Measurement => {
    const ratios = nsPerCall.map((time, round) => time / (against.nsPerCall[round] as number));
    return {
      name,
      nsPerCall: quantile(nsPerCall, 0.5),
      ratio: quantile(ratios, 0.5),
      quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    };
  });
  print(comparison, measurements, rounds);
  return measurements;
}

interface Trial {
  readonly name: string;
  readonly fn: () => unknown;
  readonly time: (fn: () => unknown, calls: number) => number | Promise<number>;
  /** How many calls fill a round. */
  readonly calls: number;
  /** One figure per round. */
  readonly nsPerCall: number[];
}

async function prepare(name: string, fn: () => unknown, roundMs: number): Promise<Trial> {
  const first = fn();
  const time = isThenable(first) ? timeAsync : timeSync;
  await first;
  const roundNs = roundMs * 1e6;
  let calls = 1;
  // Growing until a round is full also warms up. Twice, because the optimizer may have changed the speed meanwhile.
  for (let full = 0; full < 2; ) {
    const ns = await time(fn, calls);
    full = ns < roundNs ? 0 : full + 1;
    if (full === 0) calls = Math.ceil(calls * Math.min(10, Math.max(1.2, roundNs / ns)));
  }
  return { name, fn, time, calls, nsPerCall: [] };
}

async function runOnce({ fn, time, calls, nsPerCall }: Trial): Promise<void> {
  nsPerCall.push((await time(fn, calls)) / calls);
}

const wallNow = (): bigint => process.hrtime.bigint();
const cpuNow = (): bigint => {
  const { user, system } = process.cpuUsage();
  return BigInt(user + system) * 1_000n;
};
let now = wallNow;

async function timeAsync(fn: () => unknown, calls: number): Promise<number> {
  const start = now();
  for (let call = 0; call < calls; call += 1) await fn();
  return Number(now() - start);
}

// Outlives the loop, so that the optimizer cannot drop the work as unused.
const sink: { last: unknown } = { last: undefined };

function timeSync(fn: () => unknown, calls: number): number {
  const start = now();
  for (let call = 0; call < calls; call += 1) sink.last = fn();
  return Number(now() - start);
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] as number;
  const high = sorted[Math.ceil(position)] as number;
  return low + (high - low) * (position - Math.floor(position));
}

function print(comparison: Comparison, measurements: readonly Measurement[], rounds: number): void {
  const versions = (comparison.packages ?? []).map((name) => `${name} ${versionOf(name)}`);
  const header = ['', 'one call', `time / ${comparison.baseline}`, 'middle half of rounds'];
  const rows = measurements.map(({ name, nsPerCall, ratio, quartiles: [low, high] }) => [
    name,
    formatTime(nsPerCall),
    ratio.toFixed(2),
    `${low.toFixed(2)} to ${high.toFixed(2)}`,
  ]);
  console.log(`\n${comparison.title}`);
  console.log([`Node ${process.version}`, ...versions, cpus()[0]?.model ?? process.arch].join(', '));
  for (const line of align([header, ...rows])) console.log(`  ${line}`);
  console.log(
    `  median of ${rounds} interleaved rounds${comparison.measure === 'cpu' ? ', processor time' : ''}`,
  );
}

/** Columns of equal width: the first to the left, the others to the right. */
function align(table: readonly (readonly string[])[]): string[] {
  const widthOf = (column: number) => Math.max(...table.map((row) => row[column]?.length ?? 0));
  return table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widthOf(0)) : cell.padStart(widthOf(column))))
      .join('   '),
  );
}

function formatTime(ns: number): string {
  if (ns >= 1e6) return `${(ns / 1e6).toFixed(2)} ms`;
  return ns >= 1e4 ? `${(ns / 1e3).toFixed(1)} µs` : `${ns.toFixed(0)} ns`;
}

function versionOf(name: string): string {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
