import { parentPort, workerData } from 'node:worker_threads';
import { loadBot, rehearseSeed, type SeedOptions } from './rehearse-seed.js';

// One thread of `weex-resilience rehearse`: it is sent a seed, and answers with what came of it.
// A bad day is full of errors, and their stacks, which nobody sees, would take a quarter of its time.
Error.stackTraceLimit = 0;
const options = workerData as SeedOptions;
const bot = loadBot(options.bot);

parentPort?.on('message', (seed: number) => {
  void bot
    .then((loaded) => rehearseSeed(loaded, options, seed))
    // A port has no origin, other than a window.
    // oxlint-disable-next-line require-post-message-target-origin
    .then((result) => parentPort?.postMessage(result));
});
