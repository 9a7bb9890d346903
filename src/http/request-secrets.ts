import type { AxiosRequestConfig } from 'axios';
import { isSecretName, mayHoldSecret } from '../errors/redact.js';

/** Shorter values are not removed: blanking every `12` would blank prices too. */
const minimumLength = 4;

/** Deeper than any request to the exchange. */
const maxDepth = 8;

const none: readonly string[] = [];

const special = /[^\w.~-]/;
const escapedInJson = /["\\\p{Cc}\p{Cs}]/u;

/**
 * The secrets in a request, as they are and as they appear in a URL, in JSON and in a `Basic` header: what an
 * answer or a message may repeat. Longest first, so that no part of one remains.
 */
export function requestSecrets(config: AxiosRequestConfig): readonly string[] {
  const found: string[] = [];
  addNamed(found, config.headers);
  if (config.params) addNamed(found, config.params);
  if (config.auth) addAuth(found, config.auth);
  if (config.proxy && config.proxy.auth) addAuth(found, config.proxy.auth);
  addUrl(found, config.url);
  addUrl(found, config.baseURL);
  addBody(found, config.data);
  return found.length === 0 ? none : withVariants(found);
}

function withVariants(found: readonly string[]): readonly string[] {
  const all: string[] = [];
  for (const secret of found) {
    if (secret.length < minimumLength || all.includes(secret)) continue;
    all.push(secret);
    // Plain letters and digits look the same everywhere.
    if (!special.test(secret)) continue;
    all.push(encode(secret));
    if (escapedInJson.test(secret)) all.push(JSON.stringify(secret).slice(1, -1));
  }
  return all.length > 1 ? all.toSorted(byLength) : all;
}

function byLength(one: string, other: string): number {
  return other.length - one.length;
}

function addNamed(found: string[], fields: unknown): void {
  if (typeof fields !== 'object' || fields === null) return;
  if (fields instanceof URLSearchParams) {
    for (const [name, value] of fields) if (isSecretName(name)) found.push(value);
    return;
  }
  for (const name of Object.keys(fields)) {
    if (isSecretName(name)) addAll(found, (fields as Record<string, unknown>)[name], 0);
  }
}

function addAll(found: string[], value: unknown, depth: number): void {
  if (typeof value === 'string') {
    found.push(value);
    // `Basic abc`, `Bearer abc`, and cookies: `session=abc; theme=dark`.
    if (/[ =]/.test(value)) {
      for (const part of value.split(/[;,] ?/)) found.push(part.slice(part.search(/[ =]/) + 1));
    }
  } else if (typeof value === 'number') {
    found.push(String(value));
  } else if (typeof value === 'object' && value !== null && depth < maxDepth) {
    for (const field of Object.values(value)) addAll(found, field, depth + 1);
  }
}

function addAuth(
  found: string[],
  { username = '', password = '' }: { username?: string; password?: string },
): void {
  found.push(username, password, Buffer.from(`${username}:${password}`).toString('base64'));
}

function addUrl(found: string[], url: string | undefined): void {
  if (typeof url !== 'string') return;
  const query = url.indexOf('?');
  if (query !== -1) addNamed(found, new URLSearchParams(url.slice(query)));
  const user = url.includes('@') ? /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)@/i.exec(url)?.[1] : undefined;
  if (user === undefined) return;
  for (const part of [user, ...user.split(':')]) found.push(part, decode(part));
}

function addBody(found: string[], data: unknown): void {
  if (typeof data === 'object') {
    addDeep(found, data, 0);
    return;
  }
  if (typeof data !== 'string' || !mayHoldSecret(data)) return;
  if (/^\s*[{[]/.test(data)) {
    try {
      addDeep(found, JSON.parse(data), 0);
    } catch {
      // A body that is not JSON has no fields.
    }
  } else if (data.includes('=')) addNamed(found, new URLSearchParams(data));
}

function addDeep(found: string[], value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > maxDepth || ArrayBuffer.isView(value)) return;
  addNamed(found, value);
  for (const field of Object.values(value)) addDeep(found, field, depth + 1);
}

function encode(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half of a surrogate pair has no form in a URL.
    return text;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
