import type { IncomingHttpHeaders } from 'node:http';
import type { WebSocket } from 'ws';
import {
  WEEXAuthenticationError,
  WEEXNetworkError,
  WEEXRateLimitError,
  WEEXRequestError,
} from '../errors/index.js';
import { redactText, redactValue } from '../errors/redact.js';
import { requestSecrets } from '../http/request-secrets.js';
import { parseRetryAfter } from '../http/retry-after.js';
import { parseFrame, text } from './stream-frames.js';

/** The options of a connection. */
export interface StreamSocketOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly channels: readonly string[];
  /** Called with every frame of a channel, and its text. */
  readonly onFrame: (frame: Readonly<Record<string, unknown>>, json: string) => void;
}

/** A connection that has subscribed. */
export interface StreamSocket {
  /** Resolves with the reason once it is over. */
  readonly over: Promise<WEEXNetworkError>;
  close(): void;
}

/** The exchange pings once a minute: after a silence this long the connection is dead, whatever TCP says. */
const longestSilenceMs = 150_000;
const longestHandshakeMs = 10_000;
const subscriptionId = 1;

/**
 * Connects, subscribes and answers pings.
 *
 * @throws WEEXAuthenticationError if the exchange refuses the handshake with 401 or 403, WEEXRequestError if it
 * refuses a channel, WEEXRateLimitError at 429; a WEEXNetworkError for everything else, and the reason of `signal`.
 */
export async function openStreamSocket(
  options: StreamSocketOptions,
  signal: AbortSignal,
): Promise<StreamSocket> {
  // Loaded only by programs that open a stream.
  const { WebSocket: Client } = await import('ws');
  signal.throwIfAborted();
  const socket = new Client(options.url, {
    headers: { 'User-Agent': 'weex-resilience', ...options.headers },
    followRedirects: false,
    // The policy may have no timeout.
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
      // If the closing frame is not answered, the connection is not waited for.
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
  { channels, headers, onFrame }: StreamSocketOptions,
  over: Promise<WEEXNetworkError>,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    void over.then(reject);
    socket.once('unexpected-response', (_request, { headers: told, statusCode = 0 }) => {
      reject(refusal(statusCode, told));
      socket.terminate();
    });
    let lastId = subscriptionId;
    const send = (frame: object): void => socket.send(JSON.stringify(frame));
    socket.once('open', () => send({ id: lastId, method: 'SUBSCRIBE', params: channels }));
    socket.on('message', (data) => {
      const json = String(data);
      const frame = parseFrame(json);
      if (!frame) return;
      if ('result' in frame) {
        // A refusal without an id says that a message could not be read: it may be this one.
        if (text(frame['id'] ?? subscriptionId) !== String(subscriptionId)) return;
        signal.removeEventListener('abort', stop);
        if (frame['result'] === true) resolve();
        else reject(refusedChannels(frame, requestSecrets({ headers })));
      } else if (frame['type'] === 'ping' || frame['event'] === 'ping') {
        lastId += 1;
        send({ id: lastId, method: 'PONG' });
      } else if (typeof frame['e'] === 'string') onFrame(frame, json);
    });
  });
}

/** A refusal of the request itself will be the same when repeated; any other may not. An answer may contain the key. */
function refusedChannels(frame: Readonly<Record<string, unknown>>, secrets: readonly string[]): Error {
  const message = redactText(`Cannot subscribe: ${text(frame['msg'])}`, secrets);
  const data = redactValue(frame, secrets);
  return text(frame['msg']).startsWith('INVALID_ARGUMENT')
    ? new WEEXRequestError(message, { data })
    : new WEEXNetworkError(message, { data });
}

function refusal(status: number, headers: IncomingHttpHeaders): Error {
  const message = `Cannot open the order stream: the handshake was refused with ${status}`;
  if (status === 429) {
    const retryAfter = parseRetryAfter(headers['retry-after'], headers.date);
    return new WEEXRateLimitError(message, { code: status, retryAfter });
  }
  // The page of a firewall or a cache in front of the exchange says nothing about the key.
  const isOfExchange = !/html/i.test(headers['content-type'] ?? '');
  return (status === 401 || status === 403) && isOfExchange
    ? new WEEXAuthenticationError(message, { code: status, reason: 'credentials' })
    : new WEEXNetworkError(message, { code: status });
}
