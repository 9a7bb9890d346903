import { type ArgumentCheck, checkOptions, refuseFaults } from './argument-checks.js';
import { costOfStep } from './call-steps.js';
import { clientState } from './client-state.js';

/** Runs around a call, outside its policy. */
export type Around = (call: {
  readonly self: object;
  readonly operation: string;
  readonly args: unknown[];
  /** Makes the call, under its policy. */
  readonly proceed: (args: unknown[]) => Promise<unknown>;
}) => Promise<unknown>;

/** What is done around every call of a method. */
export interface InClientOptions {
  /** Checks the arguments before anything is sent. */
  readonly check?: ArgumentCheck | undefined;
  readonly around?: Around | undefined;
}

type Method = (this: object, ...args: unknown[]) => Promise<unknown>;

/**
 * Makes the calls of a method, including its policy, part of its client: they are rejected when the client is
 * closed, waited for while it closes, and ended after that wait. Place it above `@Resilient`.
 */
export function InClient(operation: string, { check, around }: InClientOptions = {}): MethodDecorator {
  return (_target, _name, descriptor) => {
    const method = descriptor.value as Method;
    const holder = {
      async wrapper(this: object, ...given: unknown[]): Promise<unknown> {
        const { calls } = clientState(this);
        const args = given.map(plain);
        // The options are the last parameter of every method.
        refuseFaults(operation, [...(check?.(args, this) ?? []), ...checkOptions(args, method.length)]);
        const proceed = (changed: unknown[]): Promise<unknown> =>
          calls.run(operation, changed, () => method.apply(this, changed), costOfStep(changed) !== undefined);
        return around ? around({ self: this, operation, args, proceed }) : proceed(args);
      },
    };
    const wrapper = holder['wrapper'];
    const { name, length } = method;
    Object.defineProperties(wrapper, {
      name: { value: name, configurable: true },
      length: { value: length, configurable: true },
    });
    // So that the method's metadata is found on the wrapper.
    Object.setPrototypeOf(wrapper, method);
    return { ...descriptor, value: wrapper as never };
  };
}

/** An order of any class as plain fields: the caller may reuse it for the next one while this call still sends it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'object' && value !== null && !(value instanceof AbortSignal)
    ? { ...value }
    : value;
}
