import { costOfStep } from './call-steps.js';
import { clientState } from './client-state.js';
import type { Endpoint, Market } from './endpoint.js';

/** The options of every decorator of a client, besides its policy. */
export interface EndpointOptions {
  /** The name in errors, events and the ambient context: `contract.getTicker`. */
  readonly operation: string;
  readonly priority: Endpoint['priority'];
  readonly cost: number;
  readonly effect: Endpoint['effect'];
  readonly idempotent: boolean;
  /** The session needs the signal and the client order id of the call, whatever the program's default. */
  readonly ambient: true;
  /** The caller's signal, combined with the closing of the client. */
  readonly signal: (this: object) => AbortSignal | undefined;
}

/** Converts a row of the table of endpoints into options for `@Resilient`. */
export function endpointOptions(market: Market, operation: string, endpoint: Endpoint): EndpointOptions {
  const { priority, weight, orders, effect, whenUnknown } = endpoint;
  return {
    operation: `${market}.${operation}`,
    priority,
    // Orders are counted per account, everything else by its weight per address.
    cost: orders > 0 ? orders : weight,
    effect,
    idempotent: whenUnknown === 'send again' || (whenUnknown === 'look up' && orders === 0),
    ambient: true,
    signal() {
      return clientState(this).calls.starting;
    },
  };
}

/** The options of a method that is called in steps. */
export interface SteppedOptions extends Omit<EndpointOptions, 'cost'> {
  readonly cost: (...args: unknown[]) => number;
}

/** Lets each step take its own cost. */
export function steppedOptions({ cost, ...options }: EndpointOptions): SteppedOptions {
  return { ...options, cost: (...args) => costOfStep(args) ?? cost };
}
