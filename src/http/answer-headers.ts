import { headerEntries } from './headers.js';

/** What the headers of a failed answer say, apart from the usage of limits. */
export interface AnswerHeaders {
  retryAfter: string | undefined;
  date: string | undefined;
  requestId: string | undefined;
}

/** The headers in which exchanges, gateways and proxies put the id of a request, the most specific first. */
const idHeaders: ReadonlyMap<string, number> = new Map(
  [
    'x-request-id',
    'request-id',
    'x-trace-id',
    'x-correlation-id',
    'x-amzn-requestid',
    'x-amz-cf-id',
    'eagleeye-traceid',
    'cf-ray',
    'traceparent',
  ].map((name, rank) => [name, rank]),
);

/** Reads them all in one pass, with names in any case. */
export function readAnswerHeaders(headers: unknown): AnswerHeaders {
  const found: AnswerHeaders = { retryAfter: undefined, date: undefined, requestId: undefined };
  if (typeof headers !== 'object' || headers === null) return found;
  let bestRank = idHeaders.size;
  for (const [key, value] of headerEntries(headers)) {
    const name = key.toLowerCase();
    if (name === 'retry-after') found.retryAfter = textOf(value);
    else if (name === 'date') found.date = textOf(value);
    else {
      const rank = idHeaders.get(name) ?? bestRank;
      const id = rank < bestRank ? textOf(value) : undefined;
      if (!id) continue;
      bestRank = rank;
      found.requestId = id;
    }
  }
  return found;
}

function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return first === null || first === undefined ? undefined : String(first).trim();
}
