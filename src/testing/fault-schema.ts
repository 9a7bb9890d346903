import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as v from 'valibot';
import { endpointNamesText, isEndpointName } from './exchange/endpoints.js';
import type { Fault } from './fault.js';
import { amount, durationMs, known, share, text } from './schema-parts.js';

const scope = {
  endpoint: v.optional(
    v.pipe(
      v.union([text, v.array(text)], 'expected a name or a list of names'),
      v.check((given) => [given].flat().every(isEndpointName), `expected ${endpointNamesText}`),
    ),
  ),
  fromMs: v.optional(durationMs),
  untilMs: v.optional(durationMs),
  probability: v.optional(share),
  skip: v.optional(amount),
  count: v.optional(amount),
};
const status = v.optional(
  v.pipe(
    v.number('expected an HTTP status'),
    v.integer('expected an HTTP status'),
    v.minValue(200, 'expected an HTTP status from 200 to 599'),
    v.maxValue(599, 'expected an HTTP status from 200 to 599'),
  ),
);
const executed = v.optional(v.boolean('expected true or false'));
const retryAfterSeconds = v.optional(amount);

function areHeaders(headers: Readonly<Record<string, string>>): boolean {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return true;
  } catch {
    return false;
  }
}

const kind = <Kind extends string, Entries extends v.ObjectEntries>(name: Kind, entries: Entries) =>
  v.strictObject({ kind: v.literal(name), ...scope, ...entries }, known);

const variants = v.variant(
  'kind',
  [
    kind('lost-reply', {}),
    kind('reset', {}),
    kind('hang', { executed }),
    kind('delay', { delayMs: durationMs, jitterMs: v.optional(durationMs), executed }),
    kind('slow-body', { durationMs }),
    kind('truncated-body', {}),
    kind('malformed-json', {}),
    kind('rate-limit', { banMs: v.optional(durationMs), restarts: executed, retryAfterSeconds }),
    kind('server-error', { status, executed }),
    kind('proxy-html', { status, executed }),
    kind('refusal', { status, code: v.optional(v.union([v.number(), text])), message: v.optional(text) }),
    kind('maintenance', { retryAfterSeconds }),
    kind('respond', {
      status: v.nonOptional(status),
      headers: v.optional(
        v.pipe(v.record(v.string(), v.string()), v.check(areHeaders, 'expected valid HTTP headers')),
      ),
      body: v.optional(v.unknown()),
      executed,
    }),
    kind('clock-skew', { skewMs: v.pipe(v.number('expected a number of milliseconds'), v.finite()) }),
    kind('late-visibility', { delayMs: durationMs }),
    kind('tight-limits', { weight: v.optional(amount), orders: v.optional(amount) }),
  ],
  (issue) => `expected a fault with one of these kinds: ${issue.expected.replaceAll('"', "'")}`,
);

/** The schema of a fault; its messages say what is wrong. */
export const faultSchema: v.GenericSchema<unknown, Fault> = v.pipe(
  variants,
  v.check(
    ({ fromMs, untilMs }) => fromMs === undefined || untilMs === undefined || fromMs < untilMs,
    'fromMs must be less than untilMs',
  ),
);
