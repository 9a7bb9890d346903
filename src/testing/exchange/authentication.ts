import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './refusal.js';

/** The credentials with which a client signs its requests. */
export interface ExchangeCredentials {
  readonly apiKey: string;
  readonly secretKey: string;
  readonly passphrase: string;
}

/** What the signature covers. */
export interface SignedParts {
  readonly method: string;
  /** The path with the query, exactly as it was sent. */
  readonly target: string;
  readonly body: string;
}

const longestDifferenceMs = 30_000;

const headerCodes = [
  ['access-key', -1040],
  ['access-sign', -1041],
  ['access-timestamp', -1042],
  ['access-passphrase', -1049],
] as const;

/** Throws the exchange's refusal if headers, clock or signature are not valid. */
export function authenticate(
  headers: IncomingHttpHeaders,
  parts: SignedParts,
  credentials: ExchangeCredentials,
  nowMs: number,
): void {
  for (const [header, code] of headerCodes) {
    if (!headers[header]) throw new Refusal(401, code, `Header '${header.toUpperCase()}' is required.`);
  }
  if (parts.body !== '' && !headers['content-type']?.includes('application/json')) {
    throw new Refusal(400, -1045, "Content type must be 'application/json'.");
  }
  const timestamp = String(headers['access-timestamp']);
  if (!/^\d{13}$/.test(timestamp)) {
    throw new Refusal(400, -1043, "Header 'ACCESS-TIMESTAMP' must be milliseconds of 13 digits.");
  }
  if (headers['access-key'] !== credentials.apiKey) throw new Refusal(401, -1044, 'Invalid ACCESS_KEY.');
  if (headers['access-passphrase'] !== credentials.passphrase) {
    throw new Refusal(401, -1049, 'The API key or the passphrase is incorrect.');
  }
  if (Math.abs(nowMs - Number(timestamp)) > longestDifferenceMs) {
    throw new Refusal(400, -1046, 'The request timestamp is outside of the 30 second window.');
  }
  const payload = timestamp + parts.method + parts.target + parts.body;
  const expected = createHmac('sha256', credentials.secretKey).update(payload).digest('base64');
  if (headers['access-sign'] !== expected) throw new Refusal(401, -1047, 'Signature verification failed.');
}
