import crypto from 'node:crypto';
import type { EventLoop } from './event-loop.js';

/** The source of random numbers of a rehearsal. */
export interface ChanceHost {
  readonly loop: EventLoop;
  readonly owner: () => object;
  /** From 0 to below 1. */
  readonly randomBits: () => number;
}

type Done<Value> = (error: null, value: Value) => void;
type Current = () => ChanceHost | undefined;

const real = {
  randomBytes: crypto.randomBytes,
  randomInt: crypto.randomInt,
  randomUUID: crypto.randomUUID,
  randomFill: crypto.randomFill,
  randomFillSync: crypto.randomFillSync,
};
const realWeb = {
  randomUUID: globalThis.crypto.randomUUID.bind(globalThis.crypto),
  getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto),
};

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

function bytesOf(values: ArrayBufferView | ArrayBuffer, offset = 0, size?: number): Uint8Array {
  if (values instanceof ArrayBuffer) return new Uint8Array(values, offset, size);
  return new Uint8Array(values.buffer, values.byteOffset + offset, size ?? values.byteLength - offset);
}

/** The random sources of `node:crypto`: those of the current rehearsal, and the real ones outside one. */
export function createRandomSources(current: Current): object {
  const answer = <Value>(
    host: ChanceHost,
    value: Value,
    done: Done<Value> | undefined,
  ): Value | undefined => {
    if (!done) return value;
    host.loop.set(() => done(null, value), 0, host.owner());
    return undefined;
  };
  const sources: Readonly<Record<keyof typeof real, (host: ChanceHost, ...args: never[]) => unknown>> = {
    randomBytes: (host, size: number, done?: Done<Buffer>) => {
      const bytes = Buffer.alloc(size);
      fill(bytes, host.randomBits);
      return answer(host, bytes, done);
    },
    randomInt: (host, least: number, most?: number | Done<number>, done?: Done<number>) => {
      const [from, to] = typeof most === 'number' ? [least, most] : [0, least];
      const value = from + Math.floor(host.randomBits() * (to - from));
      return answer(host, value, typeof most === 'function' ? most : done);
    },
    randomUUID: ({ randomBits }) => makeUuid(randomBits),
    randomFillSync: (host, values: ArrayBufferView | ArrayBuffer, offset?: number, size?: number) => {
      fill(bytesOf(values, offset, size), host.randomBits);
      return values;
    },
    randomFill: (host, values: ArrayBufferView | ArrayBuffer, ...rest: unknown[]) => {
      const [offset, size] = rest.filter((one) => typeof one === 'number');
      fill(bytesOf(values, offset, size), host.randomBits);
      return answer(host, values, rest.at(-1) as Done<unknown>);
    },
  };
  return Object.fromEntries(
    Object.entries(sources).map(([name, source]) => [
      name,
      (...args: never[]): unknown => {
        const host = current();
        return host
          ? source(host, ...args)
          : (real[name as keyof typeof real] as (...args: never[]) => unknown)(...args);
      },
    ]),
  );
}

/** The same for `globalThis.crypto`. */
export function createWebRandomSources(current: Current): object {
  return {
    randomUUID: () => {
      const host = current();
      return host ? makeUuid(host.randomBits) : realWeb.randomUUID();
    },
    getRandomValues: (values: Uint8Array<ArrayBuffer>) => {
      const host = current();
      if (!host) return realWeb.getRandomValues(values);
      fill(bytesOf(values), host.randomBits);
      return values;
    },
  };
}
