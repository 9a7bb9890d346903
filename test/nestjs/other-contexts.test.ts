import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type ArgumentsHost, Controller, UseFilters } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type ClientProxy,
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Transport,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  Resilient,
  WEEXAuthenticationError,
  type WEEXError,
  WEEXOrderError,
  WEEXRateLimitError,
} from '../../src/index.js';
import { ResilienceModule, WeexExceptionFilter } from '../../src/nestjs/index.js';
import { moduleOf, startApp } from './start-app.js';

const problem = {
  type: 'urn:weex-resilience:rate-limit',
  title: 'Too Many Requests',
  status: 429,
  detail: 'Too many requests to the exchange',
  code: 40029,
  retryAfterMs: 2_000,
};
const busy = () => new WEEXRateLimitError('secret words', { code: 40029, retryAfter: 2 });
const policies = { orders: {} };

describe('WeexExceptionFilter in a WebSocket gateway', () => {
  @WebSocketGateway({ path: '/orders' })
  @UseFilters(new WeexExceptionFilter())
  class Gateway {
    @SubscribeMessage('place')
    @Resilient('orders')
    async place(): Promise<never> {
      throw busy();
    }

    @Resilient('orders')
    @SubscribeMessage('echo')
    async echo(_client: unknown, data: unknown): Promise<{ event: string; data: unknown }> {
      return { event: 'echo', data };
    }
  }

  it('sends the client the event exception, and goes on', async () => {
    const root = moduleOf({ imports: [ResilienceModule.forRoot({ policies })], providers: [Gateway] });
    const { url, close } = await startApp(root, 'express', (app) =>
      app.useWebSocketAdapter(new WsAdapter(app)),
    );
    const socket = new WebSocket(`${url.replace('http', 'ws')}/orders`);
    const messages: unknown[] = [];
    await new Promise((resolve) => socket.once('open', resolve));
    for (const event of ['place', 'echo']) {
      const answer = new Promise<string>((resolve) =>
        socket.once('message', (data) => resolve(String(data))),
      );
      socket.send(JSON.stringify({ event, data: event }));
      messages.push(JSON.parse(await answer));
    }
    expect(messages).toEqual([
      { event: 'exception', data: { status: 'error', message: problem.detail, problem } },
      { event: 'echo', data: 'echo' },
    ]);
    socket.terminate();
    await close();
  });

  it('emits to a client of Socket.IO', () => {
    const emitted: unknown[] = [];
    const client = { emit: (...args: unknown[]) => emitted.push(args), send: () => emitted.push('sent') };
    new WeexExceptionFilter().catch(busy(), hostOf('ws', client));
    expect(emitted).toEqual([['exception', { status: 'error', message: problem.detail, problem }]]);
  });
});

describe('WeexExceptionFilter in a microservice', () => {
  @Controller()
  class OrdersController {
    readonly heard: unknown[] = [];

    @MessagePattern('place')
    @Resilient('orders')
    async place(): Promise<never> {
      throw busy();
    }

    @Resilient('orders')
    @MessagePattern('read')
    async read(symbol: string): Promise<string> {
      return symbol;
    }

    @EventPattern('note')
    @Resilient('orders')
    async note(data: unknown): Promise<void> {
      this.heard.push(data);
      throw new WEEXOrderError('refused');
    }
  }

  it('fails the message with the problem', async () => {
    const root = moduleOf({
      imports: [ResilienceModule.forRoot({ policies })],
      controllers: [OrdersController],
    });
    const port = await freePort();
    const options: MicroserviceOptions = {
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port },
    };
    const service = await NestFactory.createMicroservice<MicroserviceOptions>(root, {
      ...options,
      logger: false,
    });
    service.useGlobalFilters(new WeexExceptionFilter());
    await service.listen();
    const client: ClientProxy = ClientProxyFactory.create({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port },
    });
    const failure = await firstValueFrom(client.send('place', {})).catch((error: unknown) => error);
    expect(failure).toEqual({ status: 'error', message: problem.detail, problem });
    expect(await firstValueFrom(client.send<string>('read', 'BTCUSDT'))).toBe('BTCUSDT');
    await firstValueFrom(client.emit('note', 1), { defaultValue: undefined });
    expect(await firstValueFrom(client.send<string>('read', 'ETHUSDT'))).toBe('ETHUSDT');
    await client.close();
    await service.close();
  });
});

describe('WeexExceptionFilter in a GraphQL resolver', () => {
  it('returns an error with the problem as an extension, and nothing else of it', () => {
    const error = new WeexExceptionFilter().catch(busy(), hostOf('graphql')) as Error;
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      message: problem.detail,
      extensions: { code: 'TOO_MANY_REQUESTS', http: { status: 429 }, problem },
    });
  });

  it('does not disclose that credentials were refused', () => {
    const refused: WEEXError = new WEEXAuthenticationError('Invalid API key', { code: 40001 });
    const filter = new WeexExceptionFilter();
    const error = filter.catch(refused, hostOf('graphql')) as Error;
    expect(JSON.stringify(error)).not.toMatch(/authentication|40001|key/i);
  });
});

function hostOf(type: string, client?: unknown): ArgumentsHost {
  return { getType: () => type, switchToWs: () => ({ getClient: () => client }) } as unknown as ArgumentsHost;
}

/** NestJS tells the port that it took from version 11 on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
