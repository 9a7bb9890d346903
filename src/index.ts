export {
  defaultCatalogue,
  explainCode,
  handlersByType,
  isWEEXError,
  matchError,
  matchSettled,
  PortfolioError,
  RiskManagementError,
  TradingStrategyError,
  v2Catalogue,
  v3Catalogue,
  WEEXAuthenticationError,
  WEEXBulkheadFullError,
  WEEXCircuitOpenError,
  weexClientCatalogue,
  WEEXError,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXOutcomeUnknownError,
  WEEXRateLimitError,
  WEEXRequestError,
  WEEXSystemError,
  WEEXTimeoutError,
} from './errors/index.js';
export { attachWeexErrors, batchOutcomes, toWeexError } from './http/index.js';
export { createPolicy, defaultRegistry, policies, PolicyRegistry } from './policies/index.js';
export {
  getResilienceMetadata,
  listResilientMethods,
  NotResilient,
  resilienceContext,
  resilient,
  Resilient,
  setDefaultAmbientContext,
  setInstanceRegistry,
} from './decorators/index.js';
export { createMemoryJournal, mintClientOrderId, recoverIntents, weexVenues } from './orders/index.js';
export { ErrorTracker, logErrors, logEvents, onResilienceEvent } from './observability/index.js';

export type {
  AnyWEEXError,
  Catalogue,
  CodeDefinition,
  CodeExplanation,
  ErrorCases,
  ErrorOfKind,
  ExecutionStatus,
  WEEXErrorDetails,
  WEEXErrorKind,
} from './errors/index.js';
export type { BatchOutcome, FailureContext, RateLimitUsage, WeexErrorsOptions } from './http/index.js';
export type {
  AnyPolicy,
  BulkheadOptions,
  CircuitBreakerOptions,
  CoolDownOptions,
  ErrorRule,
  ExecuteOptions,
  FallbackCall,
  Outcome,
  PolicyDescription,
  PolicyOptions,
  PolicyRegistryOptions,
  PolicySnapshot,
  Priority,
  RateLimitOptions,
  ResiliencePolicy,
  RetryOptions,
} from './policies/index.js';
export type {
  NotResilientDecorator,
  ResilienceMetadata,
  ResilientDecorator,
  ResilientOptions,
} from './decorators/index.js';
export type {
  Intent,
  IntentJournal,
  IntentOutcome,
  MintOptions,
  OrderSafety,
  RecoveredIntent,
  RecoverOptions,
  Venue,
} from './orders/index.js';
export type {
  ErrorOrigin,
  ErrorSummary,
  ErrorTrackerOptions,
  ErrorTrackerSnapshot,
  ListenOptions,
  LogEventsOptions,
  LogOptions,
  ResilienceEvent,
  ResilienceEventOf,
  ResilienceEventType,
  StructuredLogger,
} from './observability/index.js';
export type { CallContext } from './core/context/call-context.js';
export type { Clock } from './core/time/clock.js';
