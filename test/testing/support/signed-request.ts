import { createHmac } from 'node:crypto';
import { type Agent, request } from 'node:http';
import type { SimulatedExchange } from '../../../src/testing/index.js';

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON. */
  readonly json: ReturnType<typeof JSON.parse>;
}

/** What tests change about a request. */
export interface RequestTweaks {
  readonly timestamp?: number;
  readonly headers?: Record<string, string | undefined>;
  readonly timeoutMs?: number;
  readonly agent?: Agent;
}

/** Sends a request to a simulated exchange, signed as the exchange asks for it. */
export function send(
  { url, credentials }: Pick<SimulatedExchange, 'url' | 'credentials'>,
  method: string,
  target: string,
  body?: unknown,
  tweaks: RequestTweaks = {},
): Promise<Reply> {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const timestamp = String(tweaks.timestamp ?? Date.now());
  const sign = createHmac('sha256', credentials.secretKey)
    .update(timestamp + method + target + text)
    .digest('base64');
  const headers = {
    'ACCESS-KEY': credentials.apiKey,
    'ACCESS-SIGN': sign,
    'ACCESS-PASSPHRASE': credentials.passphrase,
    'ACCESS-TIMESTAMP': timestamp,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(text)),
    ...tweaks.headers,
  };
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url + target,
      { method, headers: sent, agent: tweaks.agent ?? false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const received = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: received,
            get json() {
              return JSON.parse(received);
            },
          });
        });
      },
    );
    if (tweaks.timeoutMs)
      outgoing.setTimeout(tweaks.timeoutMs, () => outgoing.destroy(new Error('timed out')));
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

let lastId = 0;

/** A limit order on the contract market that the market does not reach. */
export function restingOrder(
  changes: Record<string, unknown> = {},
): Record<string, unknown> & { newClientOrderId: string } {
  lastId += 1;
  return {
    symbol: 'BTCUSDT',
    side: 'BUY',
    positionSide: 'LONG',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.001',
    price: '50000',
    newClientOrderId: `test-${lastId}`,
    ...changes,
  };
}
