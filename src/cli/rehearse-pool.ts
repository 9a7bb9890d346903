import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromChild, ToChild } from './rehearse-child.js';
import { failedSeed, type SeedOptions, type SeedResult } from './rehearse-seed.js';
import { UsageError } from './usage-error.js';

/** What a pool of processes works on. */
export interface PoolOptions extends SeedOptions {
  readonly seeds: Iterable<number>;
  /** How many processes. */
  readonly workers: number;
  /** How long a process may do nothing but one thing: then it is taken for an endless loop. */
  readonly patienceMs: number;
  readonly onResult: (result: SeedResult) => void;
}

/**
 * Rehearses seeds, each process one after the other: the time of a process can be that of one rehearsal only, and what
 * a program does to its process, it does not do to the others. A seed that ends its process has failed.
 */
export async function rehearseSeeds(options: PoolOptions): Promise<void> {
  const queue = options.seeds[Symbol.iterator]();
  const children = new Set<ChildProcess>();
  try {
    await Promise.all(Array.from({ length: options.workers }, () => work(options, queue, children)));
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

async function work(
  options: PoolOptions,
  queue: Iterator<number>,
  children: Set<ChildProcess>,
): Promise<void> {
  for (let next = queue.next(); !next.done; next = queue.next()) {
    // A process that is lost is followed by another one, as long as there are seeds.
    // oxlint-disable-next-line no-await-in-loop
    await runChild(options, next.value, queue, children);
  }
}

function runChild(
  { onResult, patienceMs, seeds: _seeds, workers: _workers, ...options }: PoolOptions,
  first: number,
  queue: Iterator<number>,
  children: Set<ChildProcess>,
): Promise<void> {
  const { bot } = options;
  const child = fork(fileURLToPath(new URL('./rehearse-child.js', import.meta.url)), {
    // A rehearsal discards most of what it allocates: fewer, larger collections are faster.
    execArgv: [...process.execArgv, '--max-semi-space-size=32'],
  });
  children.add(child);
  const send = (message: ToChild): void => void child.send(message);
  let seed: number | undefined;
  let heardAt = performance.now();
  let stuck = false;
  return new Promise((resolve, reject) => {
    const watch = setInterval(() => {
      if (performance.now() - heardAt < patienceMs) return;
      stuck = true;
      child.kill('SIGKILL');
    }, 250);
    const end = (settle: () => void): void => {
      clearInterval(watch);
      children.delete(child);
      child.removeAllListeners();
      child.kill('SIGKILL');
      settle();
    };
    const next = (): void => {
      const following = queue.next();
      seed = following.done ? undefined : following.value;
      if (seed === undefined) end(resolve);
      else send({ seed });
    };
    const listeners: { readonly [Type in FromChild['type']]: (message: never) => void } = {
      beat: () => undefined,
      loaded: () => send({ seed: (seed = first) }),
      refused: ({ isUsage, message }: Extract<FromChild, { type: 'refused' }>) =>
        end(() => reject(isUsage ? new UsageError(message) : new Error(message))),
      result: ({ result }: Extract<FromChild, { type: 'result' }>) => {
        onResult(result);
        next();
      },
    };
    child.on('message', (message: FromChild) => {
      // While the program is loaded, a beat does not say that it ever will be.
      if (seed !== undefined || message.type !== 'beat') heardAt = performance.now();
      listeners[message.type](message as never);
    });
    child.on('error', (error) => end(() => reject(error)));
    child.on('exit', (status, signal) => {
      const seconds = Math.round(patienceMs / 1_000);
      const how = stuck
        ? `blocked its process for ${seconds} s: an endless loop`
        : `has ended its process (${status === null ? signal : `exit status ${status}`})`;
      if (seed === undefined) {
        const why = stuck
          ? `it did not load within ${seconds} s; does it wait at its top level?`
          : `it ${how}`;
        end(() => reject(new UsageError(`Cannot load the program ${bot}: ${why}`)));
        return;
      }
      onResult(failedSeed(seed, options, `the program ${how}`));
      end(resolve);
    });
    send({ options });
  });
}
