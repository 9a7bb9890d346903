import axios from 'axios';
import { attachWeexErrors, Resilient } from 'weex-resilience';
import { startExchange } from 'weex-resilience/testing';

class Prices {
  attempts = 0;
  private readonly http;

  constructor(url: string) {
    this.http = axios.create({ baseURL: url });
    attachWeexErrors(this.http);
  }

  @Resilient({ retry: { maxRetries: 2, backoff: { initialDelayMs: 1, maxDelayMs: 1 } } }, { effect: 'read' })
  async ticker(): Promise<unknown> {
    this.attempts += 1;
    return (await this.http.get('/capi/v3/market/time')).data;
  }
}

export async function attempts(): Promise<number> {
  const faults = [{ kind: 'server-error', status: 503, count: 1 }] as const;
  const exchange = await startExchange({ scenario: { name: 'once', faults } });
  const prices = new Prices(exchange.url);
  await prices.ticker();
  await exchange.close();
  return prices.attempts;
}
