export { createFakeClock } from './fake-clock.js';
export { parseScenario } from './parse-scenario.js';
export { scenarioFromTraffic } from './scenario-from-traffic.js';
export { builtInScenarios } from './scenarios/built-in-scenarios.js';
export { createRandom } from './seeded-random.js';
export { startExchange } from './start-exchange.js';

export type { ExchangeCredentials } from './exchange/authentication.js';
export type { DuplicatePolicy } from './exchange/order-book.js';
export type { WindowLimit } from './exchange/rate-limits.js';
export type { OrderStatus, SimulatedOrder } from './exchange/simulated-order.js';
export type { Clock } from '../context/clock.js';
export type { ExchangeOptions } from './exchange-options.js';
export type { FakeClock } from './fake-clock.js';
export type { Fault, FaultEffect, FaultKind, FaultScope } from './fault.js';
export type { PlannedFault, PlannedPhase, Scenario, ScenarioPhase } from './scenario.js';
export type { ScenarioFromTrafficOptions, TrafficRecord } from './scenario-from-traffic.js';
export type { SimulatedRequest } from './simulated-request.js';
export type { SimulatedExchange } from './start-exchange.js';
