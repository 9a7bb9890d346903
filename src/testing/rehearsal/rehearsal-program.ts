import type { AxiosInstance } from 'axios';
import type { Clock } from '../../core/time/clock.js';
import type { IntentJournal } from '../../orders/index.js';
import type { ExchangeCredentials } from '../exchange/authentication.js';
import type { IntentReport } from './intent-book.js';

/** The context that a program receives in a rehearsal. */
export interface RehearsalContext {
  /** The address of the exchange, and the credentials to sign requests. It answers only axios. */
  readonly exchange: { readonly url: string; readonly credentials: ExchangeCredentials };
  /**
   * An instance of axios with the address of the exchange as its base. Instances that the program makes with
   * `axios.create`, and every `WeexClient`, use the same network.
   */
  readonly axios: AxiosInstance;
  /**
   * The clock of the rehearsal, to pass to policies. `Date.now()` is this time plus the steps by which the machine's
   * clock was set.
   */
  readonly clock: Clock;
  /** Returns a number from 0 up to 1, from the seed. `Math.random` is seeded as well. */
  readonly random: () => number;
  /** Aborts when the last day ends: the program should return then. */
  readonly signal: AbortSignal;
  /** A journal on a disk that survives crashes. An intent settled in it counts as reported. */
  readonly journal: IntentJournal;
  /** Reports what became of an order, so that it is compared with what the exchange has. */
  readonly report: (clientOrderId: string, outcome: IntentReport) => void;
  /** Adds a line to the trace. */
  readonly log: (text: string) => void;
  /** How often the program was started before: 0, and one more after each crash. */
  readonly crashes: number;
}

/** A program under test. It is started again after each crash, and returns when `signal` aborts. */
export type RehearsalProgram = (context: RehearsalContext) => unknown;
