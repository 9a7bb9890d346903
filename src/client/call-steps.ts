import { currentCallContext } from '../core/context/call-context.js';
import { instanceRegistry } from '../decorators/instance-registry.js';
import { WEEXTimeoutError } from '../errors/index.js';
import { clientState } from './client-state.js';
import type { Around } from './in-client.js';

/** Makes one step under the policy of the method: it takes its own permits, and is repeated by itself. */
export type TakeStep = <Value>(cost: number, run: () => Promise<Value>) => Promise<Value>;

/** What a call that is made in steps does. */
export interface SteppedCall {
  readonly self: object;
  readonly args: readonly unknown[];
  readonly step: TakeStep;
}

/** A part of a call, usually one request, and what it costs. */
interface Step {
  readonly cost: number;
  readonly run: () => Promise<StepResult>;
}

class StepResult {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** What the fallback of a policy returned in place of a step. */
class StandIn extends Error {
  readonly value: unknown;

  constructor(value: unknown) {
    super('A fallback answered');
    this.value = value;
  }
}

/** The step for which a method is called, by the options in its last argument. */
const stepOf: WeakMap<object, Step> = new WeakMap();

/** The operation under which order safety looks up an order. */
export const lookupOperation = 'orderSafety.find';

/** Whether the current code runs for a lookup of order safety. */
export function isInLookup(): boolean {
  for (let context = currentCallContext(); context; context = context.outer)
    if (context.operation === lookupOperation) return true;
  return false;
}

/**
 * Makes a call in steps, each of which is a call of the method under its policy: so a call of many requests takes the
 * permits of each when it is its turn, instead of exceeding the limit with all of them. The deadline of the policy
 * also holds for the steps together, except in a lookup of order safety, which has its own. What a fallback returns
 * for a step is the result of the call. `named` is the number of the method's parameters before its options.
 */
export function inSteps(
  policyName: string,
  named: number,
  work: (call: SteppedCall) => Promise<unknown>,
): Around {
  return ({ args, operation, proceed, self }) => {
    const { calls } = clientState(self);
    // All steps are one call of the client, which waits for it when it is closed.
    return calls.run(operation, args, () => {
      const deadline = new StepsDeadline(self, policyName);
      const take = takerOf({ args, proceed, named, caller: calls.starting, deadline });
      return finish(work({ self, args, step: take }), deadline);
    });
  };
}

function takerOf({
  args,
  caller,
  deadline,
  named,
  proceed,
}: Pick<Parameters<Around>[0], 'args' | 'proceed'> & {
  readonly caller: AbortSignal | undefined;
  readonly deadline: StepsDeadline;
  readonly named: number;
}): TakeStep {
  const isLookup = isInLookup();
  const own = new WeakSet<object>();
  let steps = 0;
  return async <Value>(cost: number, run: () => Promise<Value>) => {
    // The first step has the whole deadline of the policy anyway.
    const end = steps === 0 || isLookup ? undefined : deadline.signal;
    // The number is part of what distinguishes the steps for the policy.
    const options = { step: steps, signal: end && caller ? AbortSignal.any([end, caller]) : (end ?? caller) };
    steps += 1;
    stepOf.set(options, {
      cost,
      async run() {
        const result = new StepResult(await run());
        own.add(result);
        return result;
      },
    });
    const result = await proceed([...Array.from({ length: named }, (_, index) => args[index]), options]);
    // An earlier answer, which a policy may keep, proves nothing to a lookup.
    const isUsable = result instanceof StepResult && (!isLookup || own.has(result));
    if (!isUsable) throw new StandIn(result);
    return result.value as Value;
  };
}

async function finish(work: Promise<unknown>, deadline: StepsDeadline): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StandIn)) throw error;
    if (error.value instanceof StepResult)
      throw new Error('Cannot use an earlier answer for a lookup', { cause: error });
    return error.value;
  } finally {
    deadline.stop();
  }
}

/** The body of a method that is called in steps: the step for which it is called. */
export function runStep<Result>(options: unknown): Promise<Result> {
  return (stepOf.get(options as object) as Step).run() as Promise<Result>;
}

/** What the step costs for which a method is called. */
export function costOfStep(args: readonly unknown[]): number | undefined {
  const options = args.at(-1);
  return typeof options === 'object' && options !== null ? stepOf.get(options)?.cost : undefined;
}

/** Ends the steps of a call together once the deadline of its policy is over. */
class StepsDeadline {
  readonly #self: object;
  readonly #policyName: string;
  readonly #startedAt = performance.now();
  #end: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(self: object, policyName: string) {
    this.#self = self;
    this.#policyName = policyName;
  }

  /** Created for the second step, because most calls have one. */
  get signal(): AbortSignal {
    if (this.#end) return this.#end.signal;
    const end = (this.#end = new AbortController());
    const policy = instanceRegistry(this.#self)?.get(this.#policyName);
    const { deadlineMs } = policy?.describe().options ?? {};
    if (deadlineMs === undefined) return end.signal;
    const message = `Call of policy '${this.#policyName}' took longer than its deadline of ${deadlineMs} ms`;
    const leftMs = this.#startedAt + deadlineMs - performance.now();
    this.#timer = setTimeout(
      () => end.abort(new WEEXTimeoutError(message, { scope: 'deadline' })),
      Math.max(0, leftMs),
    );
    return end.signal;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
