/** What the page shows, as plain data: what `/events` sends. Times are in milliseconds since 1970. */
export interface DashboardState {
  readonly title: string;
  readonly pid: number;
  /** Since when the program is watched, and when this was read. */
  readonly since: number;
  readonly at: number;
  readonly totals: Readonly<Totals>;
  readonly traffic: TrafficState;
  readonly policies: readonly PolicyState[];
  /** The latest first. */
  readonly failures: readonly FailureState[];
  readonly decisions: readonly DecisionState[];
  /** The oldest first. */
  readonly doubts: readonly DoubtState[];
  /** How many more doubts there were than are remembered. */
  readonly forgottenDoubts: number;
  /** Since when the processes of the account cannot reach each other; absent while they can. */
  readonly coordinatorLostAt?: number;
}

/** Totals since the page was started. */
export interface Totals {
  calls: number;
  succeeded: number;
  failed: number;
  /** Given up by their callers. */
  aborted: number;
  retries: number;
  /** Attempts that the library rejected: nothing was sent. */
  refused: number;
  ordersExecuted: number;
  ordersNotExecuted: number;
  ordersUnknown: number;
}

/** What became of calls. */
export type CallOutcome = 'succeeded' | 'failed' | 'aborted';

/** What failures have in common. */
export type FailureFamily = 'limited' | 'silent' | 'broken' | 'refused' | 'local' | 'unknown';

/** The last minutes in equal steps. */
export interface TrafficState {
  readonly from: number;
  readonly stepMs: number;
  readonly calls: readonly Readonly<Record<CallOutcome, number>>[];
  readonly failures: readonly Readonly<Record<FailureFamily, number>>[];
  /** Attempts that run and calls that wait: the most of each step. */
  readonly load: readonly Readonly<Load>[];
}

/** How much is going on at a moment. */
export interface Load {
  running: number;
  waiting: number;
}

/** What keeps calls of a policy away, the worst first. */
export type AdmissionState = 'isolated' | 'open' | 'half-open' | 'cool-down' | 'free';

/** What the policies of a name are doing. A part that is off is not named. */
export interface PolicyState {
  readonly name: string;
  readonly admission: AdmissionState;
  /** How the admission was over the last minutes; each state lasts until the next. */
  readonly admissions: readonly { readonly at: number; readonly admission: AdmissionState }[];
  /** How many circuits there are, and those that are not closed. */
  readonly circuits?: number;
  readonly notClosed?: readonly CircuitState[];
  readonly running?: number;
  readonly waiting?: number;
  readonly coolDownMs?: number;
  readonly waitingForCoolDown?: number;
  readonly permitsUsed?: number;
  readonly permits?: number;
  readonly retriesLeft?: number;
}

/** A circuit that is not closed. */
export interface CircuitState {
  /** Absent for the one of calls without a key. */
  readonly key?: string;
  readonly state: 'open' | 'half-open' | 'isolated';
  readonly trialInMs?: number;
}

/** Failures of one operation, class and code, or with one message if they have no code of the exchange. */
export interface FailureState {
  /** The policy if the call has no operation. */
  readonly operation: string;
  readonly type: string;
  readonly code?: number | string;
  readonly message: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** What to do about it. */
  readonly advice: string;
}

/** Something that the library did. */
export interface DecisionState {
  readonly text: string;
  readonly count: number;
  readonly last: number;
}

/** A call of which it is not known, or not known yet, whether it was executed. */
export interface DoubtState {
  readonly clientOrderId?: string;
  readonly operation: string;
  readonly symbol?: string;
  readonly since: number;
  /** `'looking-up'`: the library is finding out. `'unknown'`: it could not, and a person has to. */
  readonly state: 'looking-up' | 'unknown';
  readonly advice: string;
}
