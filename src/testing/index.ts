export { createSkippingClock } from '../context/skipping-clock.js';
export { createFakeClock } from './fake-clock.js';
export { parseScenario } from './parse-scenario.js';
export { scenarioFromTraffic } from './scenario-from-traffic.js';
export { builtInScenarios } from './scenarios/built-in-scenarios.js';
export { rehearsalInvariants } from './rehearsal/invariants.js';
export { rehearse } from './rehearsal/rehearse.js';
export { createRandom } from './seeded-random.js';
export { startExchange } from './start-exchange.js';

export type { ExchangeCredentials } from './exchange/authentication.js';
export type { DuplicatePolicy } from './exchange/order-book.js';
export type { WindowLimit } from './exchange/rate-limits.js';
export type {
  AlgoOrderType,
  AlgoStatus,
  SimulatedAlgoOrder,
  WorkingType,
} from './exchange/simulated-algo-order.js';
export type { OrderStatus, SimulatedOrder } from './exchange/simulated-order.js';
export type { Clock } from '../context/clock.js';
export type { SkippingClock } from '../context/skipping-clock.js';
export type { ExchangeOptions } from './exchange-options.js';
export type { FakeClock } from './fake-clock.js';
export type { Fault, FaultEffect, FaultKind, FaultScope } from './fault.js';
export type { PlannedFault, PlannedPhase, Scenario, ScenarioPhase } from './scenario.js';
export type { ScenarioFromTrafficOptions, TrafficRecord } from './scenario-from-traffic.js';
export type { SimulatedRequest } from './simulated-request.js';
export type { StreamFaults } from './stream-faults.js';
export type { SimulatedExchange } from './start-exchange.js';
export type { JournalEntry } from './rehearsal/durable-journal.js';
export type { IntentReport, RehearsedIntent } from './rehearsal/intent-book.js';
export type { Breach, RehearsalFacts, RehearsalInvariant } from './rehearsal/invariants.js';
export type { Happened } from './rehearsal/mishaps.js';
export type { NetworkMishap, RehearsalEvent, RequestPlace } from './rehearsal/rehearsal-event.js';
export type { RehearseOptions } from './rehearsal/rehearsal-options.js';
export type { RehearsalContext, RehearsalProgram } from './rehearsal/rehearsal-program.js';
export type { RehearsalNetwork, RehearsalScenario } from './rehearsal/rehearsal-scenario.js';
export type { Rehearsal, RehearsalFailure } from './rehearsal/rehearse.js';
export type { InvariantResult } from './rehearsal/run-once.js';
export type { RehearsedCancel } from './rehearsal/cancel-watch.js';
export type { RehearsedCall } from './rehearsal/world.js';
