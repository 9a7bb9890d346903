import http from 'node:http';
import net from 'node:net';
import { replaceMembers } from './replace-members.js';

/** Who answers in place of the network. */
export interface SocketHost {
  /** A connection that is not made; returns what the program gets instead. */
  readonly refuse: (address: string) => Error;
}

/**
 * Refuses every connection during a rehearsal, new ones and those that are kept alive; returns a function that undoes
 * it.
 */
export function blockNetwork(current: () => SocketHost | undefined): () => void {
  // Called with the `this` that they were called with.
  // oxlint-disable-next-line unbound-method
  const connect = net.Socket.prototype.connect as (...args: unknown[]) => net.Socket;
  // oxlint-disable-next-line unbound-method
  const { addRequest } = http.Agent.prototype as unknown as Agent;
  const realFetch = globalThis.fetch;
  const undo = [
    replaceMembers(net.Socket.prototype, {
      connect(this: net.Socket, ...args: unknown[]): net.Socket {
        const host = current();
        return host ? this.destroy(host.refuse(addressOf(args))) : connect.apply(this, args);
      },
    }),
    replaceMembers(http.Agent.prototype, {
      addRequest(this: Agent, request: Unconnected, ...args: unknown[]): void {
        const host = current();
        if (host) request.onSocket(null, host.refuse(`${request.protocol}//${request.host}`));
        else addRequest.call(this, request, ...args);
      },
    }),
    replaceMembers(globalThis, {
      async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
        const host = current();
        if (!host) return realFetch(input, init);
        const address = new URL(input instanceof Request ? input.url : input).origin;
        throw new TypeError('fetch failed', { cause: host.refuse(address) });
      },
    }),
  ];
  return () => {
    for (const bringBack of undo) bringBack();
  };
}

interface Agent {
  addRequest(request: Unconnected, ...args: unknown[]): void;
}

/** A request as its agent sees it: it is given a socket, or the reason why there is none. */
type Unconnected = Omit<http.ClientRequest, 'onSocket'> & { onSocket(socket: null, error: Error): void };

/** Where a call of `connect` goes, in the forms that Node takes. */
function addressOf(args: readonly unknown[]): string {
  // The library of Node itself passes its arguments on as one list.
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) {
    const { host = 'localhost', path, port } = first as net.TcpSocketConnectOpts & { path?: string };
    return path ?? `${host}:${port}`;
  }
  return typeof second === 'string' ? `${second}:${String(first)}` : String(first);
}
