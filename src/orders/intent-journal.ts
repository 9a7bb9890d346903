/** One thing that somebody wants the exchange to do once, however many requests it takes. */
export interface Intent {
  /** The id under which it can be looked up, the same on every attempt. */
  readonly clientOrderId: string;
  /** The name of the method or operation, where one was given. */
  readonly operation?: string | undefined;
  /** What the method was called with. It must survive `JSON.stringify` to be of use after a restart. */
  readonly args: readonly unknown[];
  /** When it was begun, in milliseconds since 1970. */
  readonly begunAt: number;
  /** When it was last sent, in milliseconds since 1970; absent while it was never sent. */
  readonly sentAt?: number | undefined;
}

/** How an intent ended. */
export type IntentOutcome = 'executed' | 'not-executed';

/**
 * A memory of intents: what was wanted, what was sent, what came of it. A call waits for `sent` before it sends, so
 * that a process that dies at any moment finds after its restart every order that may stand.
 *
 * Every method may be called for many intents at once. A method that throws before the first send ends the call,
 * and nothing is sent.
 */
export interface IntentJournal {
  /** Writes down that `intent` is about to be sent: `sentAt` says when. Resolves once that is as safe as it gets. */
  sent(intent: Intent): Promise<void>;
  /** Forgets an intent whose outcome is known. */
  settled(clientOrderId: string, outcome: IntentOutcome): Promise<void>;
  /** The intents that were sent and not settled, oldest first. */
  open(): Promise<readonly Intent[]>;
}
