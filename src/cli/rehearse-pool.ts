import { Worker } from 'node:worker_threads';
import { loadBot, rehearseSeed, type SeedOptions, type SeedResult } from './rehearse-seed.js';

/** What a pool of threads works on. */
export interface PoolOptions extends SeedOptions {
  readonly seeds: Iterable<number>;
  /** How many threads; 1: this one. */
  readonly workers: number;
  readonly onResult: (result: SeedResult) => void;
}

/** Rehearses seeds, each thread one after the other: the time of a thread can be that of one rehearsal only. */
export async function rehearseSeeds({ onResult, seeds, workers, ...options }: PoolOptions): Promise<void> {
  // Also where threads do the work: what cannot be loaded shall fail once, and here.
  const bot = await loadBot(options.bot);
  const queue = seeds[Symbol.iterator]();
  if (workers > 1) {
    await Promise.all(Array.from({ length: workers }, () => work(options, queue, onResult)));
    return;
  }
  for (let next = queue.next(); !next.done; next = queue.next()) {
    // oxlint-disable-next-line no-await-in-loop
    onResult(await rehearseSeed(bot, options, next.value));
  }
}

function work(
  options: SeedOptions,
  queue: Iterator<number>,
  onResult: (result: SeedResult) => void,
): Promise<void> {
  const worker = new Worker(new URL('./rehearse-worker.js', import.meta.url), {
    workerData: options,
    // A rehearsal throws away most of what it makes: fewer, larger collections.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const seed = queue.next();
      if (seed.done) void worker.terminate().then(() => resolve());
      // A thread has no origin, other than a window.
      // oxlint-disable-next-line require-post-message-target-origin
      else worker.postMessage(seed.value);
    };
    worker.on('error', reject);
    worker.on('message', (result: SeedResult) => {
      onResult(result);
      next();
    });
    next();
  });
}
