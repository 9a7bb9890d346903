import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { createTimers, type TimerHost } from './world-timers.js';

/** What the time and the chance of a process are replaced by. */
export interface WorldTime extends TimerHost {
  /** Milliseconds since the rehearsal began: `performance.now()`. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970 on the clock of the machine, steps included: `Date.now()`. */
  readonly wallMs: () => number;
  /** From 0 to below 1: `Math.random()`. */
  readonly random: () => number;
  /**
   * The same for the random sources of `node:crypto`, apart from it: a module that draws from them when it is first
   * used does so once in a process, not once in a rehearsal.
   */
  readonly randomBits: () => number;
}

/**
 * Puts a process into the time of a rehearsal: `Date`, `performance.now`, timers, `AbortSignal.timeout`,
 * `Math.random` and the random sources of `node:crypto`. What imported these by name sees it as well.
 *
 * @returns A function that brings back the real ones.
 */
export function enterWorldTime(time: WorldTime): () => void {
  const made = createTimers(time);
  const undo = [
    replace(globalThis, { ...made.globals, Date: worldDate(time) }),
    replace(timers, made.globals),
    replace(timersPromises, made.promises),
    replace(performance, { now: () => time.monotonicMs() }),
    replace(AbortSignal, { timeout: made.abortAfter }),
    replace(Math, { random: () => time.random() }),
    replace(crypto, randomSources(time)),
    replace(globalThis.crypto, webRandomSources(time)),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const bringBack of undo) bringBack();
    syncBuiltinESMExports();
  };
}

/** Defines other values under names that an object has or inherits. */
function replace(target: object, values: object): () => void {
  const before = Object.keys(values).map(
    (name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const,
  );
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(target, name, descriptor);
      else Reflect.deleteProperty(target, name);
    }
  };
}

function worldDate(time: WorldTime): DateConstructor {
  const now = (): number => Math.floor(time.wallMs());
  return new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: (target) => Reflect.construct(target, [now()]).toString(),
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  });
}

function fill(bytes: Uint8Array, random: () => number): void {
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.floor(random() * 256);
}

function makeUuid(random: () => number): string {
  const bytes = new Uint8Array(16);
  fill(bytes, random);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

type Done<Value> = (error: null, value: Value) => void;

function randomSources({ randomBits: random, loop, owner }: WorldTime): object {
  const answer = <Value>(value: Value, done: Done<Value> | undefined): Value | undefined => {
    if (!done) return value;
    loop.set(() => done(null, value), 0, owner());
    return undefined;
  };
  return {
    randomBytes: (size: number, done?: Done<Buffer>) => {
      const bytes = Buffer.alloc(size);
      fill(bytes, random);
      return answer(bytes, done);
    },
    randomInt: (least: number, most?: number | Done<number>, done?: Done<number>) => {
      const [from, to] = typeof most === 'number' ? [least, most] : [0, least];
      return answer(from + Math.floor(random() * (to - from)), typeof most === 'function' ? most : done);
    },
    randomUUID: () => makeUuid(random),
  };
}

function webRandomSources({ randomBits: random }: WorldTime): object {
  return {
    randomUUID: () => makeUuid(random),
    getRandomValues: <Values extends ArrayBufferView>(values: Values): Values => {
      fill(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), random);
      return values;
    },
  };
}
