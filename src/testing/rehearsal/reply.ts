import type { Reply } from '../exchange/connection.js';

/** Called during a reply. */
export interface ReplyEvents {
  /** Runs something in the next turn. */
  readonly later: (fn: () => void) => void;
  /** The whole answer has been sent. */
  readonly ended: (status: number, headers: Readonly<Record<string, string>>, body: string) => void;
  /** The connection breaks before the answer is complete. */
  readonly broken: () => void;
}

/** A response without a socket. `destroyed` is set from outside when the client has gone. */
export interface SocketlessReply extends Reply {
  destroyed: boolean;
}

/** Creates the response that the simulated exchange writes to. */
export function createReply({ broken, ended, later }: ReplyEvents): SocketlessReply {
  let head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
  const pieces: Uint8Array[] = [];
  const reply: SocketlessReply = {
    destroyed: false,
    socket: { resetAndDestroy: () => reply.destroy() },
    writeHead(status, headers) {
      const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
      head = { status, headers: Object.fromEntries(entries) as Record<string, string> };
    },
    flushHeaders() {},
    write(piece, done) {
      pieces.push(piece);
      if (done) later(done);
    },
    end(body) {
      const text = body ?? Buffer.concat(pieces).toString();
      ended(head?.status ?? 200, head?.headers ?? {}, text);
    },
    destroy() {
      if (reply.destroyed) return;
      reply.destroyed = true;
      broken();
    },
  };
  return reply;
}
