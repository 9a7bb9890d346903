import crypto from 'node:crypto';
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import zlib from 'node:zlib';
import type { TimerHost } from './world-timers.js';

type Call = (...args: unknown[]) => unknown;
type Members = Readonly<Record<string, unknown>>;
type Current = () => TimerHost | undefined;

/** Functions that take time on Node's threads, and none in a rehearsal: their names on each object. */
const files = [
  'access',
  'appendFile',
  'mkdir',
  'readFile',
  'readdir',
  'rename',
  'rm',
  'stat',
  'unlink',
  'writeFile',
];
const withCallback: readonly (readonly [target: object, names: readonly string[]])[] = [
  [crypto, ['hkdf', 'pbkdf2', 'scrypt']],
  [
    zlib,
    [
      'brotliCompress',
      'brotliDecompress',
      'deflate',
      'deflateRaw',
      'gunzip',
      'gzip',
      'inflate',
      'inflateRaw',
    ],
  ],
  [fs, files],
];
const withPromise: readonly (readonly [target: object, names: readonly string[]])[] = [
  [fsPromises, files],
  [
    globalThis.crypto.subtle,
    ['decrypt', 'deriveBits', 'deriveKey', 'digest', 'encrypt', 'exportKey', 'importKey', 'sign', 'verify'],
  ],
];

/**
 * Replacements for work that Node does on threads: the time of a rehearsal stops until the work is done, and work
 * ends in the order in which it started.
 */
export function createThreadWork(
  current: Current,
): readonly { readonly target: object; readonly members: Members }[] {
  return [
    ...withCallback.map(([target, names]) => ({ target, members: wrapAll(target, names, wrapCallback) })),
    ...withPromise.map(([target, names]) => ({ target, members: wrapAll(target, names, wrapPromise) })),
  ];

  function wrapCallback(real: Call): Call {
    return (...args) => {
      const host = current();
      const done = args.at(-1);
      if (!host || typeof done !== 'function') return real(...args);
      const work = new Promise<readonly unknown[]>((resolve) => {
        real(...args.slice(0, -1), (...results: unknown[]) => resolve(results));
      });
      inTurn(host, work, (results) => {
        try {
          (done as Call)(...results);
        } catch (error) {
          host.failed(error);
        }
      });
      return undefined;
    };
  }

  function wrapPromise(real: Call): Call {
    return (...args) => {
      const host = current();
      if (!host) return real(...args);
      const work = (real(...args) as Promise<unknown>).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      return new Promise((resolve, reject) => {
        // Rejects with whatever the work did.
        // oxlint-disable-next-line prefer-promise-reject-errors
        inTurn(host, work, (done) => ('error' in done ? reject(done.error) : resolve(done.value)));
      });
    };
  }
}

function inTurn<Result>(host: TimerHost, work: Promise<Result>, then: (result: Result) => void): void {
  host.loop.set(() => host.loop.holdFor(work.then(then)), 0, host.owner());
}

function wrapAll(target: object, names: readonly string[], wrap: (real: Call) => Call): Members {
  return Object.fromEntries(
    names.map((name) => [name, wrap((Reflect.get(target, name) as Call).bind(target))]),
  );
}
