import { createHash } from 'node:crypto';
import type { RedisPort } from './redis-client.js';

/** Runs a script by its digest; a server that does not know it, new or restarted, is sent the whole of it. */
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

/** What Redis or its client said, without what was sent: clients add the command, which may hold a password. */
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
