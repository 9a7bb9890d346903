import type { InternalAxiosRequestConfig } from 'axios';
import { LosslessNumber, parse, stringify } from 'lossless-json';

/** A number of 16 digits or more after a colon, bracket or comma; most texts have none. */
const longInteger = /[:[,]\s*-?\d{16}/;

/** Makes the answer to this request keep whole numbers beyond 2^53 as strings. */
export function keepLosslessIds(config: InternalAxiosRequestConfig): void {
  const { responseType } = config;
  if (responseType && responseType !== 'json') return;
  const given = config.transformResponse;
  const transforms = Array.isArray(given) ? given : given ? [given] : [];
  if (!transforms.includes(quoteLongIntegers)) {
    config.transformResponse = [quoteLongIntegers, ...transforms];
  }
}

/**
 * Puts quotes round the whole numbers beyond 2^53 of a JSON text. What is no text or no JSON comes back as it is: the
 * transforms of axios and of the caller see what they always see.
 */
function quoteLongIntegers(data: unknown): unknown {
  if (typeof data !== 'string' || !longInteger.test(data)) return data;
  try {
    return stringify(parse(data, undefined, quoteUnsafe)) ?? data;
  } catch {
    return data;
  }
}

function quoteUnsafe(text: string): unknown {
  const unsafe = /^-?\d{16,}$/.test(text) && !Number.isSafeInteger(Number(text));
  return unsafe ? text : new LosslessNumber(text);
}
