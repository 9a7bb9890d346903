import type { AxiosInstance } from 'axios';
import type { Clock } from '../../context/clock.js';
import type { IntentJournal } from '../../orders/index.js';
import type { ExchangeCredentials } from '../exchange/authentication.js';
import type { IntentReport } from './intent-book.js';

/** What a program is given to run in a rehearsal. */
export interface RehearsalContext {
  /** Where the exchange is, and what requests are signed with. It answers axios alone. */
  readonly exchange: { readonly url: string; readonly credentials: ExchangeCredentials };
  /**
   * An instance of axios with the address of the exchange as its base. What the program itself makes by
   * `axios.create`, and a `WeexClient` that it makes, go the same way.
   */
  readonly axios: AxiosInstance;
  /**
   * The time of the rehearsal, to be given to policies. `Date.now()` is this time and the steps that the clock of the
   * machine was set by.
   */
  readonly clock: Clock;
  /** A number from 0 up to 1, from the seed. `Math.random` repeats as well. */
  readonly random: () => number;
  /** Aborts when the last day is over: time to return. */
  readonly signal: AbortSignal;
  /** On a disk that outlives crashes. What is settled in it counts as reported. */
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
