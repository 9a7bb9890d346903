import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { currentCallContext } from '../core/context/call-context.js';
import { checkOptions } from '../core/options/check-options.js';
import { callback, hasMethods, mayHaveOptions, option, optionTable } from '../core/options/option-table.js';
import { type Clock, systemClock } from '../core/time/clock.js';

/** How a client order id is generated; all fields are optional. */
export interface MintOptions {
  /** The start of the id: 0 to 8 letters or digits, to recognise a program's own orders. Default `'wr'`. */
  readonly prefix?: string | undefined;
  /** The source of the time in the id. Default: the system clock. */
  readonly clock?: Pick<Clock, 'now'> | undefined;
  /** Returns numbers from 0 up to, but not including, 1. Default: the random source of `node:crypto`. */
  readonly random?: (() => number) | undefined;
}

const timeLength = 9;
const sequenceLength = 3;
const randomLength = 16;
const sequenceLimit = 36 ** sequenceLength;

/**
 * Returns a client order id that no other order has, in this process or any other, before or after a restart.
 *
 * Call it once per intent, and send the same id however often the request is repeated: two ids are two orders. The
 * id is 28 lower-case letters and digits after the prefix, so at most 36, which every market of WEEX accepts: the
 * contract API accepts 1 to 36 characters of letters, digits and `. : / _ -`, the spot API refuses special
 * characters. Ids with the same prefix sort by the time of their creation, even within a millisecond and if the
 * clock is set back; 82 bits are random.
 *
 * Inside a call with `idempotent: true` or `effect: 'read'` it throws: such a call is repeated whatever its
 * outcome, and each attempt would place a new order.
 *
 * @throws RangeError if `prefix` is longer than 8 characters or contains anything but letters and digits; TypeError
 * inside a call that may be repeated.
 * @example
 * ```ts
 * import { mintClientOrderId } from 'weex-resilience';
 *
 * const newClientOrderId = mintClientOrderId({ prefix: 'grid7' });
 * console.log(newClientOrderId.length); // 33
 * ```
 */
export function mintClientOrderId(options: MintOptions = {}): string {
  const { prefix = 'wr', clock = systemClock, random, ...unknown } = options;
  const isChecked = isPrefix(prefix) && mayHaveOptions(options) && Object.keys(unknown).length === 0;
  // The full check only creates the error; it would be too slow for the id of every order.
  if (!isChecked) checkOptions(table, options, 'mint a client order id');
  checkMayMint();
  minted += 1;
  const { ms, sequence } = nextMoment(clock);
  return `${prefix}${base36(ms, timeLength)}${base36(sequence, sequenceLength)}${randomDigits(random)}`;
}

const isPrefix = (text: string): boolean => /^[A-Za-z0-9]{0,8}$/.test(text);

const table = optionTable<MintOptions>({
  prefix: v.pipe(v.string('must be a string'), v.check(isPrefix, 'must be 0 to 8 letters or digits')),
  clock: option('an object with the method now', hasMethods('now')),
  random: callback,
});

let minted = 0;

/** How many ids this process has minted: the difference shows whether a function mints one. */
export function mintedIds(): number {
  return minted;
}

function checkMayMint(): void {
  for (let context = currentCallContext(); context; context = context.outer) {
    if (context.mayRepeat) throw mintsInRepeatable(context.operation);
  }
}

/** The error of a call that may be repeated and would order under another id each time. */
export function mintsInRepeatable(operation = 'the call'): TypeError {
  return new TypeError(
    `Cannot mint a client order id: ${operation} has idempotent: true or effect: 'read', so it is repeated whatever its ` +
      'outcome, and each attempt would place a new order. Mint the id before the call, or remove that option',
  );
}

interface Moment {
  ms: number;
  sequence: number;
}

// One per clock: a test's clock in the far future must not push the ids of the system clock there.
const moments: WeakMap<object, Moment> = new WeakMap();

function nextMoment(clock: Pick<Clock, 'now'>): Moment {
  const now = Math.floor(clock.now());
  let moment = moments.get(clock);
  if (!moment) moments.set(clock, (moment = { ms: -1, sequence: 0 }));
  if (now > moment.ms) {
    moment.ms = now;
    moment.sequence = 0;
  } else if (++moment.sequence === sequenceLimit) {
    moment.ms += 1;
    moment.sequence = 0;
  }
  return moment;
}

function randomDigits(random: (() => number) | undefined): string {
  if (random)
    return Array.from({ length: randomLength }, () => base36(Math.floor(random() * 36), 1)).join('');
  let digits = '';
  while (digits.length < randomLength) {
    // Bytes from 252 on are dropped, or the first four digits would come up more often than the others.
    for (const byte of randomBytes(randomLength)) if (byte < 252) digits += (byte % 36).toString(36);
  }
  return digits.slice(0, randomLength);
}

function base36(value: number, length: number): string {
  return value.toString(36).padStart(length, '0');
}
