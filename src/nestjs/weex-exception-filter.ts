import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger, Optional } from '@nestjs/common';
import { throwError } from 'rxjs';
import { checkOptions, optionFault, type OptionFault } from '../core/options/check-options.js';
import { option, optionTable } from '../core/options/option-table.js';
import { isWEEXError, type WEEXError } from '../errors/weex-error.js';
import type { WEEXErrorKind } from '../errors/weex-error-kind.js';
import { isRecord } from './check-options.js';
import { type ProblemDetails, problemAnswers, problemDetails } from './problem-details.js';
import { sendProblem } from './send-problem.js';

/** Options of a {@link WeexExceptionFilter}. */
export interface WeexExceptionFilterOptions {
  /** HTTP statuses, 400 to 599, that replace the usual ones. */
  readonly statuses?: Readonly<Partial<Record<WEEXErrorKind, number>>> | undefined;
}

/** The class for NestJS's `instanceof` check; it also matches errors of another copy of this package. */
// oxlint-disable-next-line typescript/no-extraneous-class
class OfAnyCopy {
  static [Symbol.hasInstance](value: unknown): boolean {
    return isWEEXError(value);
  }
}

const table = optionTable<WeexExceptionFilterOptions>({
  statuses: option('an object of HTTP statuses by kind', isRecord),
});

function wrongStatuses({ statuses = {} }: WeexExceptionFilterOptions): OptionFault[] {
  const wrong = Object.entries(isRecord(statuses) ? statuses : {}).filter(
    ([kind, status]) =>
      !Object.hasOwn(problemAnswers, kind) ||
      !(Number.isInteger(status) && Number(status) >= 400 && Number(status) < 600),
  );
  if (wrong.length === 0) return [];
  const received = wrong.map(([kind, status]) => `${kind}: ${status}`).join(', ');
  const kinds = Object.keys(problemAnswers).join(', ');
  return [optionFault('statuses', `must be 400 to 599 for ${kinds}, received ${received}`, false)];
}

/** No module provides it, so NestJS leaves the parameter `undefined`. */
const optionsByHand = Symbol('WeexExceptionFilterOptions');

/**
 * Answers the application's callers when a handler throws a `WEEXError`.
 *
 * Over HTTP, on Express and Fastify, the body is `application/problem+json`: 429 for a rate limit, 503 for a
 * failing exchange, an open circuit and a full bulkhead, each with `Retry-After`; 504 for a timeout, 502 if the
 * exchange was not reached or refused the application's own credentials, 409 if it is unknown whether an order was
 * executed, 422 for a wrong request and a refused order. A gateway sends the same to its client as the event
 * `exception`, a microservice fails with it, and a GraphQL error has it in `extensions.problem`.
 *
 * Keys, addresses and what the exchange said about the application's credentials are not disclosed; refused
 * credentials and unknown outcomes are logged. Every other exception is left to the next filter.
 *
 * To set options, create the filter yourself: `useFactory: () => new WeexExceptionFilter({ statuses })`. If NestJS
 * creates it, as below or through `@UseFilters(WeexExceptionFilter)`, it has no options.
 *
 * @throws RangeError if a status is not an integer from 400 to 599, or its name is not an error kind; TypeError for
 * unknown options.
 * @example
 * ```ts
 * import { APP_FILTER } from '@nestjs/core';
 * import { Module } from '@nestjs/common';
 * import { WeexExceptionFilter } from 'weex-resilience/nestjs';
 *
 * @Module({ providers: [{ provide: APP_FILTER, useClass: WeexExceptionFilter }] })
 * export class AppModule {}
 * ```
 */
@Catch(OfAnyCopy)
export class WeexExceptionFilter implements ExceptionFilter<WEEXError> {
  readonly #logger = new Logger('WeexExceptionFilter');
  readonly #statuses: Readonly<Partial<Record<string, number>>>;

  // Without the token NestJS would look for a provider of the parameter's type, which is an interface.
  constructor(@Optional() @Inject(optionsByHand) options: WeexExceptionFilterOptions = {}) {
    this.#statuses = {
      ...checkOptions(table, options, 'create WeexExceptionFilter', wrongStatuses).statuses,
    };
  }

  catch(error: WEEXError, host: ArgumentsHost): unknown {
    const problem = problemDetails(error, this.#statuses[error.kind]);
    if (logged.has(error.kind)) this.#logger.error(lineOf(error));
    switch (host.getType<string>()) {
      case 'http':
        sendProblem(host.switchToHttp().getResponse(), problem);
        return undefined;
      case 'ws':
        sendTo(host.switchToWs().getClient(), problem);
        return undefined;
      case 'rpc':
        return throwError(() => message(problem));
      default:
        // A GraphQL resolver fails with the error that its filter returns.
        return Object.assign(new Error(problem.detail), {
          extensions: {
            code: problem.title.toUpperCase().replaceAll(' ', '_'),
            http: { status: problem.status },
            problem,
          },
        });
    }
  }
}

// Details that callers are not told, or that an operator must follow up.
function lineOf(error: WEEXError & { readonly clientOrderId?: string | undefined }): string {
  const facts = [
    ...(error.code === undefined ? [] : [`code ${error.code}`]),
    ...(error.clientOrderId === undefined ? [] : [`clientOrderId ${error.clientOrderId}`]),
  ];
  return `${error.name}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}: ${error.message}`;
}

const logged: ReadonlySet<WEEXErrorKind> = new Set<WEEXErrorKind>(['authentication', 'outcome-unknown']);

/** The format in which Nest's own filters report an error to gateways and microservices. */
function message(problem: ProblemDetails): { status: 'error'; message: string; problem: ProblemDetails } {
  return { status: 'error', message: problem.detail, problem };
}

interface GatewayClient {
  readonly readyState?: number;
  send?(text: string): void;
  emit?(event: string, data: unknown): void;
}

/** Plain WebSockets only have messages; a Socket.IO client sends events with `emit`. */
function sendTo(client: GatewayClient, problem: ProblemDetails): void {
  const event = 'exception';
  const data = message(problem);
  if (typeof client.readyState === 'number') client.send?.(JSON.stringify({ event, data }));
  else client.emit?.(event, data);
}
