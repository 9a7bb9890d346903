import { createHash } from 'node:crypto';
import type { Intent } from './intent-journal.js';

const version = 1;

/** An intent as text, with a version and a checksum over it. */
export function encodeIntent(intent: Intent): string {
  const text = JSON.stringify(intent);
  return JSON.stringify({ version, checksum: checksumOf(text), intent: text });
}

/** The intent in a text, or `undefined` if it is damaged. Older texts without a checksum are read too. */
export function decodeIntent(text: string | undefined): Intent | undefined {
  if (text === undefined) return undefined;
  try {
    const stored = JSON.parse(text) as { version?: unknown; checksum?: unknown; intent?: unknown };
    if (stored.version === undefined) return intentOf(stored);
    if (stored.version !== version || typeof stored.intent !== 'string') return undefined;
    if (stored.checksum !== checksumOf(stored.intent)) return undefined;
    return intentOf(JSON.parse(stored.intent));
  } catch {
    return undefined;
  }
}

function intentOf(value: unknown): Intent | undefined {
  const intent = value as Partial<Intent> | null;
  if (typeof intent?.clientOrderId !== 'string' || !Array.isArray(intent.args)) return undefined;
  return typeof intent.begunAt === 'number' && typeof intent.sentAt === 'number'
    ? (intent as Intent)
    : undefined;
}

function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
