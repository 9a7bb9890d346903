import { nextCallId } from './channels.js';
import { quietly } from './event-channel.js';

/**
 * An object that accompanies calls. It does what events cannot do: events may arrive in another async context than
 * that of the call, and they end before the method is called.
 */
export interface Companion {
  /** Called when a call starts, in its caller's context. `policy` is the policy of the call. */
  begins?(callId: number, policy: object): void;
  /** Runs the method, or the lookup that follows it, and returns its result. */
  runs?<Result>(callId: number, step: CallStep, work: () => Result): Result;
}

/** What a call runs: an attempt of its method, or the search for the outcome of one. */
export type CallStep = 'attempt' | 'lookup';

let company: readonly Companion[] = [];

/** Lets a companion accompany every call from now on, until the returned function is called. */
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

/** Notifies the companions of a call, and returns its number. */
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
    // An error of the method is thrown below; an error of a companion does not affect the call.
  }
  return settled ? settled() : work();
}
