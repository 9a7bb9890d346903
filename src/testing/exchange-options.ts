import * as v from 'valibot';
import { readOptions } from '../core/options/read-options.js';
import type { ExchangeCredentials } from './exchange/authentication.js';
import type { DuplicatePolicy } from './exchange/order-book.js';
import type { ExchangeLimits, WindowLimit } from './exchange/rate-limits.js';
import { parseUnits } from './exchange/units.js';
import { type Clock, systemClock } from '../core/time/clock.js';
import type { Scenario } from './scenario.js';
import type { ResolvedStreamFaults, StreamFaults } from './stream-faults.js';
import { resolveScenario } from './scenario-source.js';
import { amount, check, durationMs, inputError, known, problemText, text } from './schema-parts.js';
import { randomAt } from './seeded-random.js';
import type { SimulatedRequest } from './simulated-request.js';

/** Options of a simulated exchange; all are optional. */
export interface ExchangeOptions {
  /** The name of a built-in scenario, a scenario object, or the YAML or JSON text of one. Default `'calm'`. */
  readonly scenario?: string | Scenario | undefined;
  /** Determines prices, ids and all random choices. Default 1. */
  readonly seed?: number | string | undefined;
  /** Default 0: a free port. */
  readonly port?: number | undefined;
  readonly limits?:
    | {
        /** Weight of an address on one market. Default 500 in 10 s, as measured; `false`: no limit. */
        readonly weight?: WindowLimit | readonly WindowLimit[] | false | undefined;
        /** Orders of the account on one market. Default 300 in 60 s; `false`: no limit. */
        readonly orders?: WindowLimit | readonly WindowLimit[] | false | undefined;
        /** How long a 429 lasts after a limit was passed. Default 10,000, as documented. */
        readonly banMs?: number | undefined;
        /**
         * What `exchangeInfo` says about the limits. `'exact'`: the limits in force. `'misleading'`: as the contract
         * market was seen to publish them, with minutes instead of seconds and without order limits. Default
         * `'exact'`.
         */
        readonly published?: 'exact' | 'misleading' | undefined;
      }
    | undefined;
  /** The initial balances, as decimal strings by asset. */
  readonly balances?:
    | {
        readonly spot?: Readonly<Record<string, string>> | undefined;
        /** USDT. */
        readonly contract?: string | undefined;
      }
    | undefined;
  /** Default: generated from the seed. */
  readonly credentials?: ExchangeCredentials | undefined;
  /**
   * What the contract market does with an order whose client id belongs to an open order; the exchange does not
   * document it. Default `'accept'`, the hardest case for a client: a second order.
   */
  readonly duplicateClientOrderIds?: DuplicatePolicy | undefined;
  /** What goes wrong with the frames of the private streams. Default: nothing. */
  readonly stream?: StreamFaults | undefined;
  /** The clock. Default: the system clock. */
  readonly clock?: Clock | undefined;
  /** Called for every request once its outcome is known; errors that it throws are ignored. */
  readonly onRequest?: ((request: SimulatedRequest) => void) | undefined;
}

/** The options with all defaults filled in. */
export interface ResolvedExchangeOptions {
  readonly scenario: Scenario;
  readonly seed: number | string;
  readonly port: number;
  readonly limits: ExchangeLimits;
  /** In parts of 10^-8. */
  readonly balances: { readonly spot: Readonly<Record<string, number>>; readonly contract: number };
  readonly credentials: ExchangeCredentials;
  readonly duplicates: DuplicatePolicy;
  readonly stream: ResolvedStreamFaults;
  readonly clock: Clock;
  readonly onRequest: (request: SimulatedRequest) => void;
}

const windowLimit = v.strictObject({ limit: amount, windowMs: durationMs }, known);
const windowLimits = v.union(
  [windowLimit, v.array(windowLimit), v.literal(false)],
  'expected { limit, windowMs }, a list of them, or false',
);
const share = v.pipe(
  v.number('expected a number from 0 to 1'),
  v.minValue(0, 'expected a number from 0 to 1'),
  v.maxValue(1, 'expected a number from 0 to 1'),
);
const decimal = v.pipe(
  v.string('expected a decimal number as a string'),
  v.check((value) => typeof parseUnits(value, 8) === 'number', 'expected a decimal number as a string'),
);
const fn = v.function('expected a function');
const optionsSchema = v.strictObject(
  {
    scenario: v.optional(v.any()),
    seed: v.optional(v.union([v.pipe(v.number(), v.finite()), v.string()], 'expected a number or a string')),
    port: v.optional(
      v.pipe(
        v.number('expected a port from 0 to 65535'),
        v.integer('expected a port from 0 to 65535'),
        v.minValue(0, 'expected a port from 0 to 65535'),
        v.maxValue(65_535, 'expected a port from 0 to 65535'),
      ),
    ),
    limits: v.optional(
      v.strictObject(
        {
          weight: v.optional(windowLimits),
          orders: v.optional(windowLimits),
          banMs: v.optional(durationMs),
          published: v.optional(v.picklist(['exact', 'misleading'], "expected 'exact' or 'misleading'")),
        },
        known,
      ),
    ),
    balances: v.optional(
      v.strictObject(
        { spot: v.optional(v.record(v.string(), decimal)), contract: v.optional(decimal) },
        known,
      ),
    ),
    credentials: v.optional(v.strictObject({ apiKey: text, secretKey: text, passphrase: text }, known)),
    duplicateClientOrderIds: v.optional(
      v.picklist(['accept', 'reject', 'return-existing'], "expected 'accept', 'reject' or 'return-existing'"),
    ),
    stream: v.optional(
      v.strictObject(
        {
          drop: v.optional(share),
          gap: v.optional(share),
          duplicate: v.optional(share),
          delayMs: v.optional(durationMs),
        },
        known,
      ),
    ),
    clock: v.optional(v.looseObject({ now: fn, setTimeout: fn, clearTimeout: fn }, known)) as v.GenericSchema<
      unknown,
      Clock | undefined
    >,
    onRequest: v.optional(fn) as v.GenericSchema<unknown, ((request: SimulatedRequest) => void) | undefined>,
  },
  known,
);

const usualSpot = { USDT: '1000000', BTC: '10', ETH: '200', SOL: '5000', DOGE: '2000000' };

/** Checks the options and fills in the defaults; throws a TypeError that lists every fault. */
export function resolveExchangeOptions(given: ExchangeOptions): ResolvedExchangeOptions {
  const options: ExchangeOptions = readOptions(given, Object.keys(optionsSchema.entries));
  const checked = check(optionsSchema as v.GenericSchema<unknown, ExchangeOptions>, options);
  if ('problems' in checked) {
    throw inputError('the options of the simulated exchange', checked.problems.map(problemText));
  }
  const {
    seed = 1,
    port = 0,
    limits = {},
    balances = {},
    stream = {},
    credentials,
    onRequest,
  } = checked.output;
  // Used as it is: a clock may be an instance of a class.
  const { clock } = options;
  return {
    scenario: resolveScenario(checked.output.scenario ?? 'calm'),
    seed,
    port,
    limits: {
      weight: eachWindow(limits.weight, { limit: 500, windowMs: 10_000 }),
      orders: eachWindow(limits.orders, { limit: 300, windowMs: 60_000 }),
      banMs: limits.banMs ?? 10_000,
      published: limits.published ?? 'exact',
    },
    balances: {
      spot: Object.fromEntries(
        Object.entries(balances.spot ?? usualSpot).map(([asset, held]) => [asset, toParts(held)]),
      ),
      contract: toParts(balances.contract ?? '1000000'),
    },
    credentials: credentials ?? makeCredentials(seed),
    duplicates: checked.output.duplicateClientOrderIds ?? 'accept',
    stream: {
      drop: stream.drop ?? 0,
      gap: stream.gap ?? 0,
      duplicate: stream.duplicate ?? 0,
      delayMs: stream.delayMs ?? 0,
    },
    clock: clock ?? systemClock,
    onRequest: onRequest ? guarded(onRequest) : () => {},
  };
}

function eachWindow(
  given: WindowLimit | readonly WindowLimit[] | false | undefined,
  usual: WindowLimit,
): readonly WindowLimit[] | false {
  return given === false ? false : [given ?? usual].flat();
}

function toParts(decimalText: string): number {
  return Number(parseUnits(decimalText, 8));
}

function makeCredentials(seed: number | string): ExchangeCredentials {
  const letters = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      Math.floor(randomAt(seed, name, index) * 36).toString(36),
    ).join('');
  return {
    apiKey: `weex_${letters('apiKey', 32)}`,
    secretKey: letters('secretKey', 64),
    passphrase: letters('passphrase', 16),
  };
}

function guarded(listener: (request: SimulatedRequest) => void): (request: SimulatedRequest) => void {
  return (request) => {
    try {
      listener(request);
    } catch {
      // A listener must not affect the exchange.
    }
  };
}
