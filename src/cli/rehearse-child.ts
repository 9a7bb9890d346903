import { installWorldTime } from '../testing/rehearsal/world-time.js';
import { loadBot, rehearseSeed, type SeedOptions, type SeedResult } from './rehearse-seed.js';
import { UsageError } from './usage-error.js';

/** Messages to a child process of `weex-resilience rehearse`: first the options, then one seed after the other. */
export type ToChild = { readonly options: SeedOptions } | { readonly seed: number };

/** Its answers. A beat only shows that it is not stuck. */
export type FromChild =
  | { readonly type: 'beat' }
  | { readonly type: 'loaded' }
  | { readonly type: 'refused'; readonly message: string; readonly isUsage: boolean }
  | { readonly type: 'result'; readonly result: SeedResult };

const beatMs = 500;

const tell = (message: FromChild): void => void process.send?.(message);
const exit = process.exit.bind(process);
// Before the program is loaded, so that what it takes from Node at the top level is that of the rehearsal.
setInterval(() => tell({ type: 'beat' }), beatMs).unref();
installWorldTime();

let rehearseOne: Promise<(seed: number) => Promise<SeedResult>> | undefined;
const refuse = (error: unknown): void => {
  const isUsage = error instanceof UsageError;
  const text = error instanceof Error ? (isUsage ? error.message : error.stack) : String(error);
  tell({ type: 'refused', message: text ?? '', isUsage });
};

process.on('message', (message: ToChild) => {
  if ('options' in message) {
    const { options } = message;
    if (!options.keepStacks) Error.stackTraceLimit = 0;
    rehearseOne = loadBot(options.bot).then((bot) => (seed) => rehearseSeed(bot, options, seed));
    rehearseOne.then(() => tell({ type: 'loaded' }), refuse);
    return;
  }
  rehearseOne
    ?.then((rehearse) => rehearse(message.seed))
    .then((result) => tell({ type: 'result', result }), refuse);
});
process.on('disconnect', () => exit());
