import type { SimulatedRequest } from '../simulated-request.js';
import type { RehearsedIntent } from './intent-book.js';
import type { Happened } from './mishaps.js';
import { type RehearseOptions, type ResolvedRehearsal, resolveRehearsal } from './rehearsal-options.js';
import type { RehearsalScenario } from './rehearsal-scenario.js';
import { type InvariantResult, type RehearsalRun, runOnce } from './run-once.js';
import { shrink } from './shrink.js';
import type { RehearsedCancel } from './cancel-watch.js';
import type { RehearsedCall } from './world.js';

/** The result of a rehearsal. */
export interface Rehearsal {
  readonly seed: number | string;
  /** What happened, one line each, with its time in milliseconds: the same text for the same seed. */
  readonly trace: string;
  /** The orders that the program wanted, and those that exist. */
  readonly intents: readonly RehearsedIntent[];
  /** Each invariant, with the cases in which it is broken. */
  readonly invariants: readonly InvariantResult[];
  /** Every request that the exchange received. */
  readonly requests: readonly SimulatedRequest[];
  /** The calls under policies of this library. */
  readonly calls: readonly RehearsedCall[];
  /** Every cancel, with its retries: a call under a policy, or requests of the program. */
  readonly cancels: readonly RehearsedCancel[];
  /** What went wrong, in order. */
  readonly events: readonly Happened[];
  /** From the start of the program to its return, in milliseconds of the rehearsal. */
  readonly virtualMs: number;
  /** How long its days last, in milliseconds of the rehearsal. */
  readonly lengthMs: number;
  /** Present if an invariant is broken. */
  readonly failure?: RehearsalFailure;
}

/** A broken invariant, and how to reproduce it. */
export interface RehearsalFailure {
  readonly seed: number | string;
  readonly invariant: string;
  readonly message: string;
  /** When it happened in the shortest scenario, in milliseconds since the rehearsal started. */
  readonly atMs: number;
  /** The trace of the shortest scenario around that time. */
  readonly trace: string;
  /** The shortest scenario found that fails in the same way, for `rehearse` with this seed. */
  readonly scenario: RehearsalScenario;
  /** How many things must go wrong. */
  readonly events: number;
  /** How many rehearsals the search took. */
  readonly runs: number;
  /**
   * Whether it failed again; `undefined` if `shrinkRuns` is 0. `false`: the program keeps state between two
   * rehearsals, for example in a module, or waits for something outside them.
   */
  readonly happensAgain: boolean | undefined;
}

// The process has a single time: rehearsals take turns.
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a program together with a simulated network, exchange and clock under one seed: a bad day takes a fraction
 * of a second, and the same seed repeats it exactly.
 *
 * The program is a function. It talks to a simulated WEEX through axios or a `WeexClient`; nothing leaves the
 * process. While it runs, `Date`, timers, `performance.now`, `Math.random` and the random sources of `node:crypto`
 * are those of the rehearsal, in the whole process. So rehearsals take turns, and nothing else should run at the
 * same time. Time advances when every promise has settled and the work of threads is done; connections are refused.
 *
 * After a crash nothing that the program waits for ever arrives, and `run` is called again: state kept outside
 * `run` and `journal` survives, so there should be none. `run` must return when `signal` aborts.
 *
 * If an invariant is broken, the rehearsal is repeated with fewer and fewer faults, and `failure` has the shortest
 * scenario that still fails.
 *
 * @throws TypeError if an option is invalid, listing every fault; an Error if axios is not installed.
 * @example
 * ```ts
 * import { WeexClient } from 'weex-resilience/client';
 * import { rehearse } from 'weex-resilience/testing';
 *
 * const { failure, intents } = await rehearse({
 *   seed: 7,
 *   days: 1,
 *   async run({ exchange, journal, signal }) {
 *     const { credentials, url } = exchange;
 *     const client = new WeexClient({ ...credentials, journal, baseUrls: { spot: url, contract: url } });
 *     await client.recoverIntents();
 *     const order = { symbol: 'BTCUSDT', side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '0.001' } as const;
 *     await client.contract.placeOrder(order, { signal }).catch(() => undefined);
 *     await client.close();
 *   },
 * });
 * console.log(intents.length, failure?.message);
 * ```
 */
export async function rehearse(options: RehearseOptions): Promise<Rehearsal> {
  const resolved = resolveRehearsal(options);
  const turn = last.then(() => runAll(resolved));
  last = turn.catch(() => undefined);
  return turn;
}

async function runAll(options: ResolvedRehearsal): Promise<Rehearsal> {
  // A peer dependency, loaded only when a rehearsal runs.
  // oxlint-disable-next-line no-restricted-imports
  const axios = await import('axios');
  const runAgain = (changed: ResolvedRehearsal): Promise<RehearsalRun> => runOnce(changed, axios);
  const run = await runAgain(options);
  const { facts, invariants, trace, virtualMs } = run;
  const result: Rehearsal = {
    seed: options.seed,
    trace,
    intents: facts.intents,
    invariants,
    requests: facts.requests,
    calls: facts.calls,
    cancels: facts.cancels,
    events: facts.happened,
    virtualMs,
    lengthMs: facts.lengthMs,
  };
  const broken = invariants.find(({ holds }) => !holds);
  return broken ? { ...result, failure: await explain(options, run, broken.name, runAgain) } : result;
}

async function explain(
  options: ResolvedRehearsal,
  failing: RehearsalRun,
  invariant: string,
  runAgain: (options: ResolvedRehearsal) => Promise<RehearsalRun>,
): Promise<RehearsalFailure> {
  const { breach, happensAgain, run, runs, scenario } = await shrink({
    options,
    failing,
    invariant,
    runAgain,
  });
  const atMs = breach.atMs ?? run.virtualMs;
  return {
    seed: options.seed,
    invariant,
    message: breach.message,
    atMs,
    trace: run.traceAround(atMs),
    scenario,
    events: scenario.events?.length ?? run.facts.happened.length,
    runs,
    happensAgain,
  };
}
