import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { startExchange } from 'weex-resilience/testing';
import { AppModule } from './app-module.js';

// A trading service over the simulated exchange. Try:
//   curl http://127.0.0.1:3000/prices/BTCUSDT
//   curl http://127.0.0.1:3000/health
//   curl -H 'content-type: application/json' http://127.0.0.1:3000/orders \
//     -d '{"symbol":"BTCUSDT","side":"BUY","quantity":"0.01","price":"50000"}'
const exchange = await startExchange({ scenario: 'bad-day' });
const app = await NestFactory.create(
  AppModule.with({
    exchangeUrl: exchange.url,
    ...exchange.credentials,
    maxQuantity: 1,
    drainMs: 5_000,
  }),
);
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 3_000), '127.0.0.1');
console.log(`The exchange is at ${exchange.url}, the service at ${await app.getUrl()}`);
