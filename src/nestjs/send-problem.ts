import type { ServerResponse } from 'node:http';
import type { ProblemDetails } from './problem-details.js';

/** A Fastify reply. */
interface Reply {
  readonly raw: ServerResponse;
  code(status: number): this;
  headers(values: Record<string, string>): this;
  send(body: string): unknown;
}

/** Answers an HTTP request. If part of an answer was already sent, the connection is closed. */
export function sendProblem(response: ServerResponse | Reply, problem: ProblemDetails): void {
  const reply = 'raw' in response ? response : undefined;
  const raw = reply?.raw ?? (response as ServerResponse);
  if (raw.headersSent) {
    raw.destroy();
    return;
  }
  const { status, retryAfterMs } = problem;
  const headers = {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    ...(retryAfterMs !== undefined && { 'retry-after': `${Math.ceil(retryAfterMs / 1_000)}` }),
  };
  const body = JSON.stringify(problem);
  if (reply) {
    reply.code(status).headers(headers).send(body);
    return;
  }
  raw.statusCode = status;
  for (const [name, value] of Object.entries(headers)) raw.setHeader(name, value);
  raw.end(body);
}
