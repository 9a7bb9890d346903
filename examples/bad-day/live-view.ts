import type { PolicyRegistry } from 'weex-resilience';
import { createLogUpdate } from 'log-update';
import type { CallStatistics } from './call-statistics.js';
import type { RunningDay } from './day.js';

/** Options of the live view during the day. */
export interface LiveViewOptions {
  readonly day: RunningDay;
  readonly statistics: CallStatistics;
  readonly registry: PolicyRegistry;
  readonly output: NodeJS.WriteStream;
}

/**
 * Shows phase, progress, circuits and counts until it is stopped: in place on a terminal, otherwise a line from
 * time to time.
 */
export function showLive(options: LiveViewOptions): () => void {
  const { columns, isTTY } = options.output;
  // A terminal without a size, as in some containers, shows nothing in place.
  return isTTY && columns > 0 ? updateInPlace(options) : writeLines(options);
}

function updateInPlace(options: LiveViewOptions): () => void {
  const update = createLogUpdate(options.output);
  const timer = setInterval(() => update(screen(options)), 100);
  return () => {
    clearInterval(timer);
    update.clear();
    update.done();
  };
}

const lineEveryMs = 5_000;

function writeLines(options: LiveViewOptions): () => void {
  let shownPhase: string | undefined;
  let shownAtMs = 0;
  const timer = setInterval(() => {
    const elapsedMs = options.day.elapsedMs();
    const phase = phaseName(options);
    if (phase === shownPhase && elapsedMs - shownAtMs < lineEveryMs) return;
    [shownPhase, shownAtMs] = [phase, elapsedMs];
    options.output.write(`${line(options)}\n`);
  }, 100);
  return () => clearInterval(timer);
}

function screen(options: LiveViewOptions): string {
  const { day } = options;
  const done = Math.min(1, day.elapsedMs() / day.lengthMs);
  const bar = '█'.repeat(Math.round(done * 40)).padEnd(40, '░');
  return [
    `${bar} ${seconds(day.elapsedMs())} of ${seconds(day.lengthMs)}`,
    `phase     ${phaseName(options)}`,
    `circuits  ${circuits(options)}`,
    `calls     ${calls(options)}`,
    `orders    ${orders(options)}`,
  ].join('\n');
}

function line(options: LiveViewOptions): string {
  const { day } = options;
  const facts = [phaseName(options).padEnd(16), circuits(options), calls(options), orders(options)];
  return `${seconds(day.elapsedMs()).padStart(6)}  ${facts.join('  |  ')}`;
}

function phaseName({ day }: LiveViewOptions): string {
  return day.exchange.phase()?.name ?? 'closing';
}

/** The state of each policy's circuit, or the worst one if it has several. */
function circuits({ registry }: LiveViewOptions): string {
  const used = registry.names().filter((name) => name.startsWith('contract.'));
  const states = used.flatMap((name) => {
    const { circuitBreaker } = registry.get(name).snapshot();
    if (!circuitBreaker) return [];
    const all = [circuitBreaker.common, ...Object.values(circuitBreaker.keys)].map(({ state }) => state);
    const state = all.find((one) => one === 'open') ?? all.find((one) => one !== 'closed') ?? 'closed';
    return [`${name.replace('contract.', '')} ${state}`];
  });
  return states.join(', ');
}

function calls({ statistics }: LiveViewOptions): string {
  const methods = [...statistics.methods.values()];
  const sum = (pick: (method: (typeof methods)[number]) => number): number =>
    methods.reduce((total, method) => total + pick(method), 0);
  const waiting = statistics.load.at(-1)?.waiting ?? 0;
  return `${sum((m) => m.calls)} calls, ${sum((m) => m.retries)} retries, ${sum((m) => m.failed)} failed, ${waiting} waiting`;
}

function orders({ day }: LiveViewOptions): string {
  const count = (report: string): number => day.intents.filter((intent) => intent.report === report).length;
  return `${day.intents.length} wanted, ${count('placed')} placed, ${count('not placed')} not placed, ${count('unknown')} open`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
