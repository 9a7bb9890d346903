import type { AxiosRequestConfig } from 'axios';
import { isSecretName } from '../errors/redact.js';

/** Shorter values are left alone: to blank every `12` would blank prices too. */
const minimumLength = 4;

/**
 * The secrets that a request carries, as they are and as they look in a URL, in JSON and in a `Basic` header: what
 * an answer or a message may echo. Longest first, so that no part of one stays.
 */
export function requestSecrets(config: AxiosRequestConfig): readonly string[] {
  const found: string[] = [];
  addNamed(found, config.headers);
  addNamed(found, config.params);
  addAuth(found, config.auth);
  if (typeof config.proxy === 'object') addAuth(found, config.proxy?.auth);
  addQuery(found, config.url);
  addUserInfo(found, config.url);
  addUserInfo(found, config.baseURL);
  addBody(found, config.data);
  return found.length === 0 ? found : withVariants(found);
}

function withVariants(found: readonly string[]): readonly string[] {
  const all = new Set<string>();
  for (const secret of found) {
    if (secret.length < minimumLength) continue;
    all.add(secret).add(encode(secret)).add(JSON.stringify(secret).slice(1, -1));
  }
  return [...all].toSorted((a, b) => b.length - a.length);
}

function addNamed(found: string[], fields: unknown): void {
  if (typeof fields !== 'object' || fields === null) return;
  if (fields instanceof URLSearchParams) {
    for (const [name, value] of fields) if (isSecretName(name)) found.push(value);
    return;
  }
  for (const name of Object.keys(fields)) {
    const value = (fields as Record<string, unknown>)[name];
    if (!isSecretName(name) || value === null || value === undefined) continue;
    if (typeof value === 'object') addAll(found, value, 0);
    else
      found.push(
        String(value),
        ...String(value)
          .split(/^(?:Basic|Bearer) /)
          .slice(1),
      );
  }
}

function addAll(found: string[], value: unknown, depth: number): void {
  if (typeof value === 'string' || typeof value === 'number') found.push(String(value));
  else if (typeof value === 'object' && value !== null && depth < 8) {
    for (const field of Object.values(value)) addAll(found, field, depth + 1);
  }
}

function addAuth(found: string[], auth: { username?: string; password?: string } | undefined): void {
  if (!auth) return;
  const { username = '', password = '' } = auth;
  found.push(username, password, Buffer.from(`${username}:${password}`).toString('base64'));
}

function addQuery(found: string[], url: string | undefined): void {
  const start = url?.indexOf('?') ?? -1;
  if (url && start !== -1) addNamed(found, new URLSearchParams(url.slice(start)));
}

function addUserInfo(found: string[], url: string | undefined): void {
  const user = url?.includes('@') ? /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)@/i.exec(url)?.[1] : undefined;
  if (user === undefined) return;
  for (const part of [user, ...user.split(':')]) found.push(part, decode(part));
}

function addBody(found: string[], data: unknown): void {
  if (typeof data === 'object') {
    addNamed(found, data);
    return;
  }
  if (typeof data !== 'string') return;
  if (data.startsWith('{')) {
    try {
      addDeep(found, JSON.parse(data), 0);
    } catch {
      // A body that is no JSON has no fields.
    }
  } else if (data.includes('=')) addNamed(found, new URLSearchParams(data));
}

function addDeep(found: string[], value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 8) return;
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
