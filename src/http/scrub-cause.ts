import type { AxiosRequestConfig } from 'axios';
import { isSecretName, redacted, redactText, redactValue } from '../errors/redact.js';
import { pathPart } from './read-only-requests.js';

/** Request headers that are known to be harmless; the values of all others are removed. */
const plainHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'access-timestamp',
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'host',
  'locale',
  'user-agent',
  'x-request-id',
]);

/** Fields in which clients keep what was sent: they are removed, because they contain the signed request as text. */
const transportFields: ReadonlySet<string> = new Set([
  'request',
  'req',
  'res',
  'socket',
  'agent',
  'options',
  'rawPacket',
]);

/** How deep a chain of causes is followed. */
const maxCauses = 8;

/**
 * Removes every secret from an error that becomes a `cause`: from its own fields and those of its causes. The error
 * stays the same object, with method, URL without query, status and the other harmless fields of its request and
 * answer. An error that cannot be changed is replaced by a copy.
 */
export function scrubCause(error: unknown, secrets: readonly string[], body: unknown): unknown {
  if (!(error instanceof Error)) return redactValue(error, secrets);
  return scrubError(error, { secrets, body, seen: new Map() });
}

interface Scrubbing {
  readonly secrets: readonly string[];
  readonly body: unknown;
  readonly seen: Map<Error, Error>;
}

function scrubError(error: Error, scrubbing: Scrubbing): Error {
  const { seen, secrets } = scrubbing;
  const done = seen.get(error);
  if (done || seen.size >= maxCauses) return done ?? new Error(redactText(error.message, secrets));
  seen.set(error, error);
  let stuck = false;
  let textChanged = false;
  for (const key of Reflect.ownKeys(error)) {
    if (key === 'stack') continue;
    const value = readSafely(error, key);
    if (key === 'config' || key === 'response') {
      // Most causes are never read: the copy is made on first read.
      if (isObject(value))
        stuck = !defineLazily(error, key, () => scrubField(key, value, scrubbing)) || stuck;
      continue;
    }
    const clean = scrubField(key, value, scrubbing);
    if (Object.is(clean, value)) continue;
    textChanged ||= typeof value === 'string';
    stuck = !replace(error, key, clean) || stuck;
  }
  // Only a text with a secret can have put one into the stack; reading a stack is costly.
  if (stuck || (textChanged && !scrubStack(error, secrets))) return copyOf(error, scrubbing);
  return error;
}

function defineLazily(error: Error, key: string, make: () => unknown): boolean {
  const enumerable = Object.prototype.propertyIsEnumerable.call(error, key);
  let made: { value: unknown } | undefined;
  return Reflect.defineProperty(error, key, {
    get: () => (made ??= { value: make() }).value,
    configurable: true,
    enumerable,
  });
}

function replace(error: Error, key: PropertyKey, value: unknown): boolean {
  const { writable, configurable, enumerable = true } = Reflect.getOwnPropertyDescriptor(error, key) ?? {};
  if (writable) return Reflect.set(error, key, value);
  return configurable
    ? Reflect.defineProperty(error, key, { value, configurable, enumerable, writable: true })
    : false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function scrubField(key: PropertyKey, value: unknown, scrubbing: Scrubbing): unknown {
  const { secrets } = scrubbing;
  if (typeof value === 'string') return redactText(value, secrets);
  if (!isObject(value)) return value;
  if (value instanceof Error) return scrubError(value, scrubbing);
  if (key === 'errors' && Array.isArray(value)) {
    return value.map((item: unknown) => scrubField('', item, scrubbing));
  }
  if (key === 'config') return plainConfig(value, secrets);
  if (key === 'response') return plainResponse(value as Record<string, unknown>, scrubbing);
  if (typeof key === 'string' && transportFields.has(key)) return plainRequest(value);
  if (value instanceof Map) {
    return new Map(Array.from(value, ([name, item]) => [name, scrubItem(name, item, secrets)] as const));
  }
  if (value instanceof Set) return new Set(Array.from(value, (item: unknown) => redactValue(item, secrets)));
  return isForeign(value) ? value : redactValue(value, secrets);
}

function scrubItem(name: unknown, value: unknown, secrets: readonly string[]): unknown {
  return typeof name === 'string' && isSecretName(name) ? redacted : redactValue(value, secrets);
}

/** The harmless parts of a request that are worth keeping. */
function plainConfig(config: AxiosRequestConfig, secrets: readonly string[]): Record<string, unknown> {
  const { method, url, baseURL, timeout, responseType, headers } = config;
  const { params, data } = config as { params?: unknown; data?: unknown };
  const plain: Record<string, unknown> = {
    method,
    url: url === undefined ? undefined : redactText(url.replace(/[?#][^]*$/, ''), secrets),
    baseURL: baseURL === undefined ? undefined : redactText(baseURL.replace(/[?#][^]*$/, ''), secrets),
    timeout,
    responseType,
    params: redactValue(params, secrets),
    data: redactValue(data, secrets),
    headers: plainRequestHeaders(headers, secrets),
  };
  return plain;
}

function plainRequestHeaders(headers: object | undefined, secrets: readonly string[]): object {
  // The prototype keeps `headers.get()` alive.
  const plain = Object.create(Object.getPrototypeOf(headers ?? {}) as object) as Record<string, unknown>;
  for (const [name, value] of Object.entries(headers ?? {})) {
    const harmless = plainHeaders.has(name.toLowerCase()) && typeof value !== 'object';
    plain[name] = harmless ? redactValue(value, secrets) : redacted;
  }
  return plain;
}

function plainResponse(response: Record<string, unknown>, scrubbing: Scrubbing): Record<string, unknown> {
  const { status, statusText, headers, config, request, duration } = response;
  return {
    status,
    statusText: redactValue(statusText, scrubbing.secrets),
    headers: plainAnswerHeaders(headers as object | undefined, scrubbing.secrets),
    data: scrubbing.body,
    config: config ? plainConfig(config, scrubbing.secrets) : undefined,
    request: plainRequest(request),
    ...(duration === undefined ? {} : { duration }),
  };
}

function plainAnswerHeaders(headers: object | undefined, secrets: readonly string[]): object {
  const plain = Object.create(Object.getPrototypeOf(headers ?? {}) as object) as Record<string, unknown>;
  for (const [name, value] of Object.entries(headers ?? {})) {
    plain[name] = isSecretName(name) ? redacted : redactValue(value, secrets);
  }
  return plain;
}

function plainRequest(request: unknown): unknown {
  if (typeof request !== 'object' || request === null) return undefined;
  const { method, path, host, protocol } = request as Record<string, unknown>;
  return {
    method: asText(method),
    path: typeof path === 'string' ? pathPart(path) : undefined,
    host: asText(host),
    protocol: asText(protocol),
  };
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Whether an instance of a foreign class can be kept: not if it can read or write a stream. */
function isForeign(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null || Array.isArray(value);
  const { pipe, write } = plain ? {} : (value as { pipe?: unknown; write?: unknown });
  return !plain && typeof pipe !== 'function' && typeof write !== 'function';
}

function scrubStack(error: Error, secrets: readonly string[]): boolean {
  const { stack } = error;
  if (typeof stack !== 'string') return true;
  const clean = redactText(stack, secrets);
  return clean === stack || Reflect.set(error, 'stack', clean);
}

function copyOf(error: Error, scrubbing: Scrubbing): Error {
  const copy = Object.create(Object.getPrototypeOf(error) as object) as Error & Record<string, unknown>;
  for (const key of Object.getOwnPropertyNames(error)) {
    const value = readSafely(error, key);
    const clean =
      key === 'stack' ? redactText(String(value), scrubbing.secrets) : scrubField(key, value, scrubbing);
    const enumerable = Reflect.getOwnPropertyDescriptor(error, key)?.enumerable ?? false;
    Object.defineProperty(copy, key, { value: clean, configurable: true, writable: true, enumerable });
  }
  scrubbing.seen.set(error, copy);
  return copy;
}

function readSafely(error: Error, key: PropertyKey): unknown {
  try {
    return (error as unknown as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}
