import axios from 'axios';
import { attachWeexErrors, resilient } from 'weex-resilience';
import { WeexClient } from 'weex-resilience/client';
import { startExchange } from 'weex-resilience/testing';

// Orders whose answers are lost, on connections that were used before: the runtime itself must not send them again.

const order = /** @type {const} */ ({
  symbol: 'BTCUSDT',
  side: 'BUY',
  positionSide: 'LONG',
  type: 'MARKET',
  quantity: '0.001',
});

async function main() {
  const exchange = await startExchange();
  const client = new WeexClient({
    ...exchange.credentials,
    baseUrls: { spot: exchange.url, contract: exchange.url },
  });
  await client.contract.getTicker('BTCUSDT');
  exchange.inject({ kind: 'lost-reply', endpoint: 'placeOrder', count: 1 });
  await client.contract.placeOrder(order);
  await client.close();

  const http = axios.create({ baseURL: exchange.url });
  attachWeexErrors(http);
  await http.get('/capi/v3/market/time');
  exchange.inject({ kind: 'lost-reply', count: 1 });
  await resilient(() => http.post('/capi/v3/order', order), {})().catch(() => {});
  const sent = exchange.requests.filter(({ method }) => method === 'POST').length;
  await exchange.close();
  process.stdout.write(`${exchange.orders.length} order, ${sent} attempts\n`);
}

void main();
