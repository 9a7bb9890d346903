import type { Catalogue, CodeExplanation, WEEXErrorClass } from '../errors/catalogue.js';
import { type CodeCategoryName, codeCategories } from '../errors/codes/code-categories.js';
import { WEEXError } from '../errors/weex-error.js';
import type { ExecutionStatus } from '../errors/weex-error-kind.js';
import { WEEXRateLimitError } from '../errors/weex-rate-limit-error.js';
import { decidingStatuses, httpStatusRow } from './http-statuses.js';
import { matchMessage, messageRules, orderMessageRules } from './message-rules.js';
import { isCancelRequest } from './read-only-requests.js';
import type { Refusal } from './refusal.js';
import type { TransportFailure } from './transport-failures.js';

/** What is known about a failure when it is classified. */
export interface FailureFacts {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly catalogue: Catalogue;
  /** The HTTP status, if an answer came. */
  readonly status: number | undefined;
  /** What the answer says about itself; empty if it contains nothing readable. */
  readonly refusal: Refusal;
  /** Why no whole answer came. */
  readonly transport: TransportFailure | undefined;
}

/** The classification of a failure. */
export interface Verdict {
  readonly type: WEEXErrorClass;
  readonly meaning: string;
  /** The outcome of the request if it was a write. */
  readonly executionStatus: ExecutionStatus;
  readonly reason?: string;
  readonly service?: string;
  readonly limitType?: string;
}

type Rule = (facts: FailureFacts, row: CodeExplanation | undefined) => Verdict | undefined;

/** The order of classification: the first rule that matches decides. */
const rules: readonly Rule[] = [
  byTransport,
  byDecidingStatus,
  byCode,
  byMessage,
  byCancelEndpoint,
  byCatchAllCode,
  byOrderFlag,
  byUnknownCode,
  byPage,
  byStatus,
];

/** Classifies a failure. Every failure has a classification. */
export function classify(facts: FailureFacts): Verdict {
  const { code } = facts.refusal;
  const row = code === undefined ? undefined : facts.catalogue.get(code);
  for (const rule of rules) {
    const verdict = rule(facts, row);
    if (verdict) return verdict;
  }
  return ofCategory('unknown', '');
}

function byTransport({ transport }: FailureFacts): Verdict | undefined {
  return transport;
}

function byDecidingStatus({ status }: FailureFacts, row: CodeExplanation | undefined): Verdict | undefined {
  const decided = status === undefined ? undefined : decidingStatuses.get(status);
  if (!decided) return undefined;
  const { type } = codeCategories[decided.category];
  // The code's row is more specific if it has the same class.
  if (row?.type === type) return row;
  const verdict = ofCategory(decided.category, decided.meaning);
  // Whatever produced the status, the exchange itself says that it does not know.
  return row?.executionStatus === 'unknown' ? { ...verdict, executionStatus: 'unknown' } : verdict;
}

function byCode({ refusal }: FailureFacts, row: CodeExplanation | undefined): Verdict | undefined {
  if (row) return row.catchAll ? undefined : row;
  const status = Number(refusal.code);
  return status >= 400 && status < 600 ? ofStatus(status) : undefined;
}

function byMessage({ refusal, catalogue }: FailureFacts): Verdict | undefined {
  const { level, message } = refusal;
  const rule = matchMessage(level === 'order' ? orderMessageRules : messageRules, message);
  if (rule) return ofCategory(rule.category, rule.meaning);
  return level === 'order' && message !== undefined ? catalogue.get(message) : undefined;
}

function byCancelEndpoint(facts: FailureFacts, row: CodeExplanation | undefined): Verdict | undefined {
  if (!row?.catchAll || !isCancelRequest(facts.method, facts.path)) return undefined;
  // Refusals come as 500; a 502, 503 or 504 means that the order was not looked for.
  if (facts.status !== undefined && facts.status > 500) return undefined;
  // It may also be the internal failure after which the code is named.
  return { ...ofCategory('not-found', 'The order does not exist'), executionStatus: 'unknown' };
}

function byCatchAllCode(
  { status = 200 }: FailureFacts,
  row: CodeExplanation | undefined,
): Verdict | undefined {
  // A code that says "unknown" is less specific than a status that says that the exchange failed.
  return row?.type === WEEXError && status >= 500 ? undefined : row;
}

function byOrderFlag({ refusal, status }: FailureFacts): Verdict | undefined {
  if (refusal.level !== 'order' || !isGood(status)) return undefined;
  return ofCategory('refused', 'The order is refused');
}

function byUnknownCode({ refusal, status }: FailureFacts): Verdict | undefined {
  if (!isGood(status)) return undefined;
  if (refusal.code !== undefined) return ofCategory('unknown', 'The code is not documented');
  return refusal.flagged ? ofCategory('request', 'The request is refused') : undefined;
}

/** A firewall or a proxy in front of the exchange knows nothing about keys, and may accept the next request. */
function byPage({ refusal, status }: FailureFacts): Verdict | undefined {
  if (!refusal.isPage || (status !== 401 && status !== 403)) return undefined;
  return ofCategory('system', 'A firewall or proxy refuses the request');
}

function byStatus({ status }: FailureFacts): Verdict | undefined {
  return status === undefined ? undefined : ofStatus(status);
}

/** A WebSocket frame or a bare body has no status: its content decides, as under 200. */
function isGood(status: number | undefined): boolean {
  return status === undefined || (status >= 200 && status < 300);
}

function ofStatus(status: number): Verdict {
  const { category, meaning, executionStatus } = httpStatusRow(status);
  const verdict = ofCategory(category, meaning);
  return executionStatus ? { ...verdict, executionStatus } : verdict;
}

function ofCategory(category: CodeCategoryName, meaning: string): Verdict {
  const { type, reason, executionStatus } = codeCategories[category];
  return {
    type,
    meaning,
    executionStatus,
    ...(reason === undefined ? {} : { reason }),
    ...(type === WEEXRateLimitError ? { limitType: 'requests' } : {}),
  };
}
