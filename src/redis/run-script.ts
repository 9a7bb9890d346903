import { createHash } from 'node:crypto';
import type { RedisPort } from './redis-client.js';

/**
 * Runs a script by its digest; a server that does not have it, because it is new or restarted, receives the whole
 * script.
 */
export async function runScript(
  port: RedisPort,
  script: string,
  key: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  const rest = ['1', key, ...args.map(String)];
  try {
    return await port.command('EVALSHA', digestOf(script), ...rest);
  } catch (error) {
    if (!startsWith(error, 'NOSCRIPT')) throw error;
    return port.command('EVAL', script, ...rest);
  }
}

/** Whether Redis answered with this kind of error. */
export function startsWith(error: unknown, kind: string): boolean {
  return error instanceof Error && error.message.startsWith(kind);
}

/** The message of Redis or its client without the command: clients add it, and it may contain a password. */
export function withoutCommand(error: unknown): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return Object.assign(new Error(message), { name });
}

const digests = new Map<string, string>();

function digestOf(script: string): string {
  const digest = digests.get(script) ?? createHash('sha1').update(script).digest('hex');
  digests.set(script, digest);
  return digest;
}
