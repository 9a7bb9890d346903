import http from 'node:http';
import net from 'node:net';
import { replaceMembers } from './replace-members.js';

/** Answers in place of the network. */
export interface SocketHost {
  /** Called for a refused connection; returns the error for the program. */
  readonly refuse: (address: string) => Error;
}

/** Refuses every connection during a rehearsal, new and kept-alive ones; returns a function that undoes it. */
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

/** A request as its agent sees it: it receives a socket, or the reason why there is none. */
type Unconnected = Omit<http.ClientRequest, 'onSocket'> & { onSocket(socket: null, error: Error): void };

/** The address in a call of `connect`, in the forms that Node accepts. */
function addressOf(args: readonly unknown[]): string {
  // Node's own library passes its arguments as one list.
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) {
    const { host = 'localhost', path, port } = first as net.TcpSocketConnectOpts & { path?: string };
    return path ?? `${host}:${port}`;
  }
  return typeof second === 'string' ? `${second}:${String(first)}` : String(first);
}
