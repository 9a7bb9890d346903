import type { Agent, AgentOptions } from 'node:http';
import type { InternalAxiosRequestConfig } from 'axios';

interface Runtime {
  readonly Deno?: object;
  readonly process?: { getBuiltinModule?(name: string): { readonly Agent: typeof Agent } | undefined };
}

/**
 * Deno itself resends a request, even an order, if a connection that it had used before closes without an answer.
 * On a new connection it does not. An agent of another class, for a proxy, is kept.
 */
export function giveOwnConnection(
  config: InternalAxiosRequestConfig,
  { Deno, process }: Runtime = globalThis,
): void {
  if (!Deno) return;
  for (const [key, name] of [
    ['httpAgent', 'node:http'],
    ['httpsAgent', 'node:https'],
  ] as const) {
    const module = process?.getBuiltinModule?.(name);
    const given = config[key] as { readonly options?: AgentOptions } | undefined;
    const isPlain = given === undefined || Object.getPrototypeOf(given) === module?.Agent.prototype;
    if (!module || !isPlain) continue;
    config[key] = new module.Agent({ ...given?.options, keepAlive: false });
  }
}
