import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { replaceMembers } from './replace-members.js';
import { createRandomSources, createWebRandomSources } from './world-chance.js';
import { blockNetwork } from './world-sockets.js';
import { createThreadWork } from './world-threads.js';
import { createTimers, type TimerHost } from './world-timers.js';

/** The replacements for the time, the random sources and the network of a process. */
export interface WorldTime extends TimerHost {
  /** Milliseconds since the rehearsal started: `performance.now()`. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970 on the system clock, including its changes: `Date.now()`. */
  readonly wallMs: () => number;
  /** From 0 to below 1: `Math.random()`. */
  readonly random: () => number;
  /**
   * The same for the random sources of `node:crypto`, separately: a module that draws from them on first use does
   * so once per process, not once per rehearsal.
   */
  readonly randomBits: () => number;
  /** Called for a refused connection; returns the error for the program. */
  readonly refuse: (address: string) => Error;
  /** Called when the program ends its process; never returns. */
  readonly exit: (code: unknown) => never;
}

/** The current rehearsal. */
let current: WorldTime | undefined;
let uninstall: (() => void) | undefined;

/**
 * Switches a process to the time of a rehearsal: `Date`, `performance.now`, timers, `AbortSignal.timeout`,
 * `Math.random`, the random sources of `node:crypto`, the work of threads and connections. This also affects code
 * that imported these by name, and code that took one of them during a rehearsal keeps a working one afterwards.
 *
 * @returns A function that restores the real ones.
 */
export function enterWorldTime(time: WorldTime): () => void {
  const remove = uninstall ? () => {} : install();
  current = time;
  return () => {
    current = undefined;
    remove();
  };
}

/**
 * Permanently installs replacements that follow the time of a rehearsal while one runs, and the real one otherwise:
 * for a process that only rehearses, before it loads the program, so that what the program reads at load follows
 * too.
 */
export function installWorldTime(): void {
  uninstall ??= install();
}

function install(): () => void {
  const now = (): WorldTime | undefined => current;
  const made = createTimers(now);
  const undo = [
    replaceMembers(globalThis, { ...made.globals, Date: worldDate() }),
    replaceMembers(timers, made.globals),
    replaceMembers(timersPromises, made.promises),
    replaceMembers(performance, { now: () => current?.monotonicMs() ?? realNow() }),
    replaceMembers(process, processTime()),
    replaceMembers(AbortSignal, { timeout: made.abortAfter }),
    replaceMembers(Math, { random: () => current?.random() ?? realRandom() }),
    replaceMembers(crypto, createRandomSources(now)),
    replaceMembers(globalThis.crypto, createWebRandomSources(now)),
    ...createThreadWork(now).map(({ target, members }) => replaceMembers(target, members)),
    blockNetwork(now),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const bringBack of undo.toReversed()) bringBack();
    syncBuiltinESMExports();
  };
}

const realNow = performance.now.bind(performance);
const realRandom = Math.random.bind(Math);
const RealDate = Date;

function worldDate(): DateConstructor {
  const now = (): number => (current ? Math.floor(current.wallMs()) : RealDate.now());
  return new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: (target) => Reflect.construct(target, [now()]).toString(),
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  });
}

/** The functions of the process for time, and to end it. */
function processTime(): object {
  const real = {
    exit: process.exit.bind(process),
    hrtime: process.hrtime.bind(process),
    bigint: process.hrtime.bigint.bind(process.hrtime),
    uptime: process.uptime.bind(process),
  };
  const nanoseconds = (): bigint | undefined =>
    current && BigInt(Math.round(current.monotonicMs() * 1_000_000));
  const hrtime = (since?: [number, number]): [number, number] => {
    const at = nanoseconds();
    if (at === undefined) return real.hrtime(since);
    const passed = since ? at - (BigInt(since[0]) * 1_000_000_000n + BigInt(since[1])) : at;
    return [Number(passed / 1_000_000_000n), Number(passed % 1_000_000_000n)];
  };
  return {
    hrtime: Object.assign(hrtime, { bigint: () => nanoseconds() ?? real.bigint() }),
    uptime: () => (current ? current.monotonicMs() / 1_000 : real.uptime()),
    exit: (code?: number | string) => (current ? current.exit(code) : real.exit(code)),
  };
}
