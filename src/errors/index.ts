export { createCatalogue } from './catalogue.js';
export { defaultCatalogue, v2Catalogue, v3Catalogue, weexClientCatalogue } from './catalogues.js';
export { explainCode } from './explain-code.js';
export { handlersByType } from './handlers-by-type.js';
export { matchError, matchSettled } from './match-error.js';
export { isWEEXError, WEEXError } from './weex-error.js';
export { PortfolioError } from './portfolio-error.js';
export { RiskManagementError } from './risk-management-error.js';
export { TradingStrategyError } from './trading-strategy-error.js';
export { WEEXAuthenticationError } from './weex-authentication-error.js';
export { WEEXBulkheadFullError } from './weex-bulkhead-full-error.js';
export { WEEXCircuitOpenError } from './weex-circuit-open-error.js';
export { WEEXNetworkError } from './weex-network-error.js';
export { WEEXOrderError } from './weex-order-error.js';
export { WEEXOutcomeUnknownError } from './weex-outcome-unknown-error.js';
export { WEEXRateLimitError } from './weex-rate-limit-error.js';
export { WEEXRequestError } from './weex-request-error.js';
export { WEEXSystemError } from './weex-system-error.js';
export { WEEXTimeoutError } from './weex-timeout-error.js';

export type { AnyWEEXError } from './any-weex-error.js';
export type { Catalogue, CodeDefinition, CodeExplanation, WEEXErrorClass } from './catalogue.js';
export type { AnyErrorClass, TypeHandler } from './handlers-by-type.js';
export type {
  CaseResult,
  ErrorCases,
  ErrorOfKind,
  ExhaustiveErrorCases,
  FulfilledCase,
  OnlyKinds,
  RootErrorKind,
} from './match-error.js';
export type { PortfolioErrorDetails } from './portfolio-error.js';
export type { RiskManagementErrorDetails } from './risk-management-error.js';
export type { TradingStrategyErrorDetails } from './trading-strategy-error.js';
export type { WEEXAuthenticationErrorDetails } from './weex-authentication-error.js';
export type { WEEXBulkheadFullErrorDetails } from './weex-bulkhead-full-error.js';
export type { WEEXCircuitOpenErrorDetails } from './weex-circuit-open-error.js';
export type { WEEXErrorDetails } from './weex-error.js';
export type { ExecutionStatus, SystemErrorKind, WEEXErrorKind } from './weex-error-kind.js';
export type { WEEXOrderErrorDetails } from './weex-order-error.js';
export type { WEEXOutcomeUnknownErrorDetails } from './weex-outcome-unknown-error.js';
export type { WEEXRateLimitErrorDetails } from './weex-rate-limit-error.js';
export type { WEEXSystemErrorDetails } from './weex-system-error.js';
export type { WEEXTimeoutErrorDetails } from './weex-timeout-error.js';
