import {
  type AnyWEEXError,
  isWEEXError,
  PortfolioError,
  RiskManagementError,
  TradingStrategyError,
  type WEEXAuthenticationError,
  WEEXError,
  WEEXSystemError,
} from 'weex-resilience';

// Compiled, never run: every line that must not compile says why.

export function told(error: unknown): string | undefined {
  if (!isWEEXError(error)) return undefined;
  const base: WEEXError = error;
  switch (error.kind) {
    case 'authentication': {
      const narrowed: WEEXAuthenticationError = error;
      return narrowed.reason ?? error.reason;
    }
    case 'timeout':
      return error.scope;
    case 'circuit-open':
      return error.policy;
    case 'trading-strategy':
      return error.strategyName;
    case 'risk-management':
      return error.riskType;
    case 'portfolio':
      return error.portfolioValue.toFixed(2);
    case 'system':
      // @ts-expect-error a policy is named by the errors of a policy only
      return error.policy;
    case 'unknown':
      // @ts-expect-error nothing is known of it but what every error has
      return error.reason;
    // @ts-expect-error there is no such kind
    case 'limit':
      return undefined;
    case 'order':
      return error.reason;
    case 'outcome-unknown':
      return error.clientOrderId;
    case 'rate-limit':
      return error.limitType;
    case 'bulkhead-full':
    case 'network':
    case 'request':
      return base.name;
  }
}

class OwnError extends WEEXError {
  readonly own: number = 1;
}
class OwnSystemError extends WEEXSystemError {
  readonly own: number = 1;
}

export function ownClasses(error: unknown, own: OwnError): number {
  if (isWEEXError(own)) return own.own;
  if (isWEEXError(error) && error instanceof OwnError) return error.own;
  if (isWEEXError(error) && error instanceof OwnSystemError) return error.own + (error.service?.length ?? 0);
  return 0;
}

export function everyOne(error: AnyWEEXError): WEEXError {
  return error;
}

export const made: readonly WEEXError[] = [
  new TradingStrategyError(undefined, { strategyName: 'grid', code: 7 }),
  new RiskManagementError('too much', { riskType: 'position', cause: new Error('why') }),
  new PortfolioError('odd', { portfolioValue: 0 }),
  // @ts-expect-error which strategy failed is to be said
  new TradingStrategyError('failed'),
  // @ts-expect-error which rule was violated is to be said
  new RiskManagementError('too much', {}),
  // @ts-expect-error the value is a number
  new PortfolioError('odd', { portfolioValue: '0' }),
];
