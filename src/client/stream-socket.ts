import type { WebSocket } from 'ws';
import { WEEXAuthenticationError, WEEXNetworkError, WEEXRequestError } from '../errors/index.js';
import { parseFrame } from './stream-frames.js';

/** What a connection is made with. */
export interface StreamSocketOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly channels: readonly string[];
  readonly onFrame: (frame: Readonly<Record<string, unknown>>) => void;
}

/** A connection that has subscribed. */
export interface StreamSocket {
  /** Resolves with the reason once it is over. */
  readonly over: Promise<WEEXNetworkError>;
  close(): void;
}

/** The exchange pings once a minute: after so long a silence the connection is dead, whatever TCP says. */
const longestSilenceMs = 150_000;
const longestHandshakeMs = 10_000;

/**
 * Connects, subscribes and answers pings.
 *
 * @throws WEEXAuthenticationError where the handshake is refused with 401 or 403, WEEXRequestError where a channel is;
 * a WEEXNetworkError for everything else, and the reason of `signal`.
 */
export async function openStreamSocket(
  options: StreamSocketOptions,
  signal: AbortSignal,
): Promise<StreamSocket> {
  // Only who opens a stream loads it.
  const { WebSocket: Client } = await import('ws');
  signal.throwIfAborted();
  const socket = new Client(options.url, {
    headers: { 'User-Agent': 'weex-resilience', ...options.headers },
    followRedirects: false,
    // The policy may have no timeout of its own.
    handshakeTimeout: longestHandshakeMs,
  });
  const over = untilOver(socket);
  try {
    await subscribed(socket, options, over, signal);
  } catch (error) {
    socket.terminate();
    throw error;
  }
  return {
    over,
    close() {
      socket.close();
      // Whoever does not answer the closing frame is not waited for.
      socket.terminate();
    },
  };
}

function untilOver(socket: WebSocket): Promise<WEEXNetworkError> {
  return new Promise((resolve) => {
    let cause: unknown;
    let silence: NodeJS.Timeout | undefined;
    const hear = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.terminate(), longestSilenceMs);
    };
    hear();
    socket.on('message', hear);
    socket.on('error', (error) => (cause = error));
    socket.once('close', (code) => {
      clearTimeout(silence);
      resolve(new WEEXNetworkError(`The order stream was cut with code ${code}`, { cause }));
    });
  });
}

function subscribed(
  socket: WebSocket,
  { channels, onFrame }: StreamSocketOptions,
  over: Promise<WEEXNetworkError>,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    void over.then(reject);
    socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
      reject(refusal(statusCode));
      socket.terminate();
    });
    let lastId = 1;
    const send = (frame: object): void => socket.send(JSON.stringify(frame));
    socket.once('open', () => send({ id: lastId, method: 'SUBSCRIBE', params: channels }));
    socket.on('message', (data) => {
      const frame = parseFrame(String(data));
      if (!frame) return;
      if ('result' in frame) {
        signal.removeEventListener('abort', stop);
        if (frame['result'] === true) resolve();
        else reject(new WEEXRequestError(`Cannot subscribe: ${String(frame['msg'])}`, { data: frame }));
      } else if (frame['type'] === 'ping' || frame['event'] === 'ping') {
        lastId += 1;
        send({ id: lastId, method: 'PONG' });
      } else if (typeof frame['e'] === 'string') onFrame(frame);
    });
  });
}

function refusal(status: number): Error {
  const message = `Cannot open the order stream: the handshake was refused with ${status}`;
  const details = { code: status };
  return status === 401 || status === 403
    ? new WEEXAuthenticationError(message, { ...details, reason: 'credentials' })
    : new WEEXNetworkError(message, details);
}
