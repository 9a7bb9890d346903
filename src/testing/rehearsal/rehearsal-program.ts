import type { AxiosInstance } from 'axios';
import type { Clock } from '../../core/time/clock.js';
import type { IntentJournal } from '../../orders/index.js';
import type { ExchangeCredentials } from '../exchange/authentication.js';
import type { IntentReport } from './intent-book.js';

/** The context that a program receives in a rehearsal. */
export interface RehearsalContext {
  /** The URL of the exchange, and the credentials to sign requests. It is reachable only with axios. */
  readonly exchange: { readonly url: string; readonly credentials: ExchangeCredentials };
  /**
   * An axios instance with the URL of the exchange as its base. Instances that the program creates with
   * `axios.create`, and every `WeexClient`, use the same network.
   */
  readonly axios: AxiosInstance;
  /**
   * The clock of the rehearsal, to pass to policies. `Date.now()` is this time plus the changes made to the system
   * clock.
   */
  readonly clock: Clock;
  /** Returns a number from 0 up to, but not including, 1, from the seed. `Math.random` is seeded too. */
  readonly random: () => number;
  /** Aborts when the last day ends: the program should then return. */
  readonly signal: AbortSignal;
  /** A journal on a disk that survives crashes. An intent settled in it counts as reported. */
  readonly journal: IntentJournal;
  /** Reports the outcome of an order, which is then compared with what the exchange has. */
  readonly report: (clientOrderId: string, outcome: IntentReport) => void;
  /** Adds a line to the trace. */
  readonly log: (text: string) => void;
  /** How often the program was restarted: 0 at first, and one more after each crash. */
  readonly crashes: number;
}

/** A program under test. It is started again after each crash, and returns when `signal` aborts. */
export type RehearsalProgram = (context: RehearsalContext) => unknown;
