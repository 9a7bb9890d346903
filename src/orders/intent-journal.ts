/** Something that the exchange must do exactly once, however many requests it takes. */
export interface Intent {
  /** The id for lookups, the same on every attempt. */
  readonly clientOrderId: string;
  /** The name of the method or operation, if given. */
  readonly operation?: string | undefined;
  /** The arguments of the method. Values that JSON cannot represent are lost in a durable journal. */
  readonly args: readonly unknown[];
  /** When the call started, in milliseconds since 1970; 0 if its record cannot be read. */
  readonly begunAt: number;
  /** When it was last about to be sent, in milliseconds since 1970. */
  readonly sentAt: number;
}

/** How an intent ended. */
export type IntentOutcome = 'executed' | 'not-executed';

/**
 * A record of intents: what was about to be sent, and what is settled. A call waits for `sent` before it sends, so
 * a program that dies at any moment can find every order that may exist after its restart: see `recoverIntents`.
 *
 * `createMemoryJournal` keeps it in this process; `openIntentJournal` of `weex-resilience/journal` on disk. Every
 * method may be called for many intents at once. If `sent` fails, the call rejects and nothing is sent.
 */
export interface IntentJournal {
  /** Records an intent. Resolves once it is as safe as this journal can make it. */
  sent(intent: Intent): PromiseLike<void> | void;
  /** Removes an intent whose outcome is known; called after the caller has the result. */
  settled(clientOrderId: string, outcome: IntentOutcome): PromiseLike<void> | void;
  /**
   * Returns the intents that were sent and not settled, oldest first. A journal shared by several processes takes
   * over what dead ones left, but only what `select` accepts.
   */
  open(select?: (intent: Intent) => boolean): PromiseLike<readonly Intent[]> | readonly Intent[];
  /**
   * Whether an intent was sent and not settled, in this run or an earlier one: a call with its id looks the order up
   * before it sends. Without this method `open` is called once, before the first call.
   */
  isOpen?(clientOrderId: string): PromiseLike<boolean> | boolean;
  /**
   * Whether this process may still settle an intent; called before the outcome is reported. Only a journal shared
   * by several processes has this method. Default: `true`.
   */
  isOwn?(clientOrderId: string): PromiseLike<boolean> | boolean;
  /**
   * Until when the order of a recorded intent may be sent, on the clock of `performance.now()`. Default: at any
   * time.
   */
  sendBefore?(): number | undefined;
}
