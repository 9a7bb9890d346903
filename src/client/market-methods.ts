import type { CallContext } from '../core/context/call-context.js';
import { Resilient, type ResilientDecorator } from '../decorators/index.js';
import {
  type EndpointOptions,
  endpointOptions,
  type SteppedOptions,
  steppedOptions,
} from './endpoint-options.js';
import type { Endpoint, Market } from './endpoint.js';
import { InClient, type InClientOptions } from './in-client.js';
import type { RequestParams } from './request-params.js';
import type { RestSession } from './rest-session.js';

/** The parts from which the methods of a market are declared and sent. */
export interface MarketMethods<Operation extends string> {
  /** The outer decorator: checks, and the closing of the client. */
  readonly Outer: (operation: Operation, options?: InClientOptions) => MethodDecorator;
  /** The policy and the options of a row of the table of endpoints. */
  readonly Call: (operation: Operation) => ResilientDecorator<EndpointOptions, never, CallContext>;
  /** Like `Call`, for a method that is called in steps. */
  readonly Steps: (operation: Operation) => ResilientDecorator<SteppedOptions, never, CallContext>;
  /** The name of an operation's policy and its options, for methods with further options. */
  readonly policyOf: (operation: Operation) => string;
  readonly optionsOf: (operation: Operation) => EndpointOptions;
  /** Sends one request over the session of a client. */
  readonly send: <Answer>(self: object, operation: Operation, params?: RequestParams) => Promise<Answer>;
}

const sessions: WeakMap<object, RestSession> = new WeakMap();

/** Sets the session over which the methods of an object send. */
export function setSession(self: object, session: RestSession): void {
  sessions.set(self, session);
}

/** The session that the methods of an object send over. */
export function sessionOf(self: object): RestSession {
  return sessions.get(self) as RestSession;
}

/** Creates the declarations of a market from its table of endpoints. */
export function marketMethods<Operation extends string>(
  market: Market,
  endpoints: Readonly<Record<Operation, Endpoint>>,
): MarketMethods<Operation> {
  const optionsOf = (operation: Operation): EndpointOptions =>
    endpointOptions(market, operation, endpoints[operation]);
  return {
    Outer: (operation, options) => InClient(`${market}.${operation}`, options),
    Call: (operation) => Resilient(endpoints[operation].policy, optionsOf(operation)),
    Steps: (operation) => Resilient(endpoints[operation].policy, steppedOptions(optionsOf(operation))),
    policyOf: (operation) => endpoints[operation].policy,
    optionsOf,
    send: (self, operation, params) =>
      sessionOf(self).send(`${market}.${operation}`, endpoints[operation], params),
  };
}
