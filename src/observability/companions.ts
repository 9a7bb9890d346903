import { nextCallId } from './channels.js';
import { quietly } from './event-channel.js';

/**
 * Somebody who goes along with calls. It is for what an event cannot do: events may come in another async context
 * than the one that a call was made in, and they end before the method is called.
 */
export interface Companion {
  /** A call comes in. This runs where its caller called. `policy` is the one that it is made under. */
  begins?(callId: number, policy: object): void;
  /** Runs the method, or the lookup that follows it, and gives back what it gives. */
  runs?<Result>(callId: number, step: CallStep, work: () => Result): Result;
}

/** What a call runs: an attempt of its method, or the search for what became of one. */
export type CallStep = 'attempt' | 'lookup';

let company: readonly Companion[] = [];

/** Sends a companion along with every call from now on, until the function that comes back is called. */
export function accompany(companion: Companion): () => void {
  company = [...company, companion];
  return () => {
    company = company.filter((other) => other !== companion);
  };
}

/** Whether there are companions. Check this first: without any, a call costs nothing extra. */
export function isAccompanied(): boolean {
  return company.length > 0;
}

/** Tells the companions of a call, and gives back its number. */
export function beginAccompanied(policy: object): number {
  const callId = nextCallId();
  for (const companion of company) quietly(() => companion.begins?.(callId, policy));
  return callId;
}

/** Runs a step of a call within all companions: exactly once, even if one of them fails. */
export function runAccompanied<Result>(callId: number, step: CallStep, work: () => Result): Result {
  let run = work;
  for (const companion of company) {
    const inner = run;
    if (companion.runs) run = () => runWithin(companion, callId, step, inner);
  }
  return run();
}

function runWithin<Result>(companion: Companion, callId: number, step: CallStep, work: () => Result): Result {
  let settled: (() => Result) | undefined;
  const once = (): Result => {
    if (settled) return settled();
    try {
      const result = work();
      settled = () => result;
    } catch (error) {
      settled = () => {
        throw error;
      };
    }
    return settled();
  };
  try {
    companion.runs?.(callId, step, once);
  } catch {
    // What the method threw is thrown below; what a companion throws does not affect the call.
  }
  return settled ? settled() : work();
}
