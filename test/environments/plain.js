import axios from 'axios';
import { attachWeexErrors, resilient } from 'weex-resilience';
import { startExchange } from 'weex-resilience/testing';

async function main() {
  const faults = /** @type {const} */ ([{ kind: 'server-error', status: 503, count: 1 }]);
  const exchange = await startExchange({ scenario: { name: 'once', faults } });
  const http = axios.create({ baseURL: exchange.url });
  attachWeexErrors(http);
  let attempts = 0;
  const ticker = resilient(
    async () => {
      attempts += 1;
      return (await http.get('/capi/v3/market/time')).data;
    },
    { retry: { maxRetries: 2, backoff: { initialDelayMs: 1, maxDelayMs: 1 } } },
    { effect: 'read' },
  );
  await ticker();
  await exchange.close();
  process.stdout.write(`${attempts} attempts\n`);
}

void main();
