import type { AxiosResponseTransformer, InternalAxiosRequestConfig } from 'axios';
import { LosslessNumber, parse, stringify } from 'lossless-json';
import { isHarmless, markHarmless } from './raw-body.js';

/** Shorter numbers are never beyond 2^53. */
const minDigits = 16;

/** A number with that many digits at the start of a value. */
const longInteger = /(?:^|[:[,])\s*-?\d{16}/;

/** The given transforms and their wrapped versions: an additional function would cost more than this lookup. */
const wrapped: WeakMap<AxiosResponseTransformer, AxiosResponseTransformer> = new WeakMap();

/** Makes the answer to this request keep integers beyond 2^53 as strings. */
export function keepLosslessIds(config: InternalAxiosRequestConfig): void {
  const { responseType, transformResponse: given } = config;
  if (responseType && responseType !== 'json') return;
  const [first, ...others] = Array.isArray(given) ? given : given ? [given] : [];
  config.transformResponse = [first ? wrap(first) : quoteLongIntegers, ...others];
}

function wrap(transform: AxiosResponseTransformer): AxiosResponseTransformer {
  const known = wrapped.get(transform);
  if (known) return known;
  const made: AxiosResponseTransformer = function transformResponse(data: unknown, headers, status): unknown {
    return transform.call(this, quoteLongIntegers(data), headers, status);
  };
  wrapped.set(transform, made);
  wrapped.set(made, made);
  if (isHarmless(transform)) markHarmless(made);
  return made;
}

/**
 * Puts quotes around the integers beyond 2^53 in a JSON text. Anything that is not a string or not JSON is returned
 * unchanged, so the transforms of axios and of the caller see their usual input.
 */
function quoteLongIntegers(data: unknown): unknown {
  if (typeof data !== 'string' || !hasLongDigits(data) || !longInteger.test(data)) return data;
  try {
    return stringify(parse(data, undefined, quoteUnsafe)) ?? data;
  } catch {
    return data;
  }
}

/** Checks only every sixteenth character: that many digits cannot hide in between. Most texts end here. */
function hasLongDigits(text: string): boolean {
  for (let at = minDigits - 1; at < text.length; at += minDigits) {
    if (!isDigit(text.charCodeAt(at))) continue;
    // So many digits extend at least eight places to one side.
    const left = isDigit(text.charCodeAt(at - 4)) && isDigit(text.charCodeAt(at - 8));
    if (!left && !(isDigit(text.charCodeAt(at + 4)) && isDigit(text.charCodeAt(at + 8)))) continue;
    let start = at;
    while (start > 0 && isDigit(text.charCodeAt(start - 1))) start -= 1;
    let end = at + 1;
    while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
    if (end - start >= minDigits) return true;
  }
  return false;
}

function isDigit(charCode: number): boolean {
  return charCode >= 48 && charCode <= 57;
}

function quoteUnsafe(text: string): unknown {
  const unsafe = /^-?\d{16,}$/.test(text) && !Number.isSafeInteger(Number(text));
  return unsafe ? text : new LosslessNumber(text);
}
