import type { CallContext } from '../../core/context/call-context.js';
import { WEEXOutcomeUnknownError } from '../../errors/index.js';
import { isInDoubt } from '../rules/in-doubt.js';

/**
 * Prevents a foreign policy from resending what may have been executed: such a policy repeats whatever its own
 * filter matches. One per call; every repetition goes through {@link RepeatCheck.run}.
 */
export class RepeatCheck {
  readonly #operation: string | undefined;
  readonly #mayRepeat: boolean;
  #running = 0;
  #held: { readonly error: unknown } | undefined;

  constructor(operation: string | undefined, mayRepeat: boolean) {
    this.#operation = operation;
    this.#mayRepeat = mayRepeat;
  }

  /** Runs one attempt, or throws if the outcome of an earlier one is in doubt. */
  async run<Value>(context: CallContext, send: () => PromiseLike<Value> | Value): Promise<Value> {
    if (this.#mayRepeat) return send();
    if (this.#held) throw this.#held.error;
    if (this.#running > 0) throw this.#stillRuns();
    this.#running += 1;
    try {
      return await send();
    } catch (error) {
      if (isInDoubt(error, context.sent, undefined)) this.#held = { error };
      throw error;
    } finally {
      this.#running -= 1;
    }
  }

  #stillRuns(): WEEXOutcomeUnknownError {
    const what = this.#operation ?? 'the call';
    return new WEEXOutcomeUnknownError(
      `Cannot send ${what} again: its last attempt is still running, and its outcome is unknown.  ` +
        "Set orderSafety, effect: 'read' or idempotent: true for the call",
    );
  }
}
