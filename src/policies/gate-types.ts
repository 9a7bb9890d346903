import type { Waiter } from './wait-queue.js';

/** A call, or a queue of calls, that stands before the gate. */
export interface GateWaiter extends Waiter {
  /** The gate lets it through; the pass must be given back with the result. `false`: it could not go. */
  pass(pass: GatePass, now: number): boolean;
}

/** The right to go through while the gate is not quite open. */
export interface GatePass {
  readonly period: number;
}

/** What is told of a gate that closes. */
export interface GateCause {
  readonly error: unknown;
  /** The policy that met the answer. */
  readonly policy: string;
}

/** How the attempt behind a pass ended. `'nothing'`: it never reached the exchange, or gave up. */
export type PassResult = 'answered' | 'nothing';
