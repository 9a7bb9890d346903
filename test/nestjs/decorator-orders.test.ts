import {
  applyDecorators,
  Body,
  type CallHandler,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  HttpCode,
  Inject,
  Injectable,
  type NestInterceptor,
  Param,
  ParseIntPipe,
  type PipeTransform,
  Post,
  Query,
  SetMetadata,
  Sse,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { map, type Observable, of } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NotResilient, Resilient, resilienceContext } from '../../src/index.js';
import { ResilienceModule } from '../../src/nestjs/index.js';
import { type App, moduleOf, startApp } from './start-app.js';

@Injectable()
class RoleGuard implements CanActivate {
  constructor(@Inject(Reflector) readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const role = this.reflector.get<string>('role', context.getHandler());
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return role !== undefined && headers['x-role'] === role;
  }
}

@Injectable()
class Stamp implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const handler = context.getHandler().name;
    return next.handle().pipe(map((value: object) => ({ ...value, handler })));
  }
}

@Injectable()
class Upper implements PipeTransform {
  transform(value: unknown): unknown {
    return typeof value === 'string' ? value.toUpperCase() : value;
  }
}

/** What a handler has beside its route: each must act whatever stands above and below @Resilient. */
const extras = [
  UseGuards(RoleGuard),
  SetMetadata('role', 'trader'),
  UseInterceptors(Stamp),
  UsePipes(Upper),
  Header('x-kind', 'order'),
  HttpCode(207),
];

// Every place that @Resilient can have among the route and the six others, for two routes.
const places = Array.from({ length: extras.length + 2 }, (_, place) => place);
const combinations = places.flatMap((place) => [
  ['stacked', place] as const,
  ['applyDecorators', place] as const,
]);

type AnyDecorator = MethodDecorator & ClassDecorator;

/** One after the other from the bottom up, as the compiler does. */
function stacked(...decorators: MethodDecorator[]): MethodDecorator {
  return (target, method, descriptor) =>
    decorators.toReversed().reduce((last, decorator) => decorator(target, method, last) ?? last, descriptor);
}

const ways = {
  stacked,
  applyDecorators: (...decorators: MethodDecorator[]): MethodDecorator =>
    applyDecorators(...(decorators as AnyDecorator[])),
};

function handlerDecorators(way: keyof typeof ways, place: number, route: MethodDecorator): MethodDecorator {
  const all = [route, ...extras];
  const resilient = Resilient('orders', { effect: 'read' }) as unknown as MethodDecorator;
  return ways[way](...all.slice(0, place), resilient, ...all.slice(place));
}

function controllerWith(way: keyof typeof ways, place: number): new () => object {
  @Controller(`${way}-${place}`)
  class Orders {
    async read(id: number, filter: string): Promise<object> {
      return { id, filter, attempt: resilienceContext()?.attempt, own: this instanceof Orders };
    }

    async write(order: { symbol: string }): Promise<object> {
      return { symbol: order.symbol, attempt: resilienceContext()?.attempt };
    }
  }
  decorate(Orders, 'read', handlerDecorators(way, place, Get(':id')), [
    Param('id', ParseIntPipe),
    Query('filter'),
  ]);
  decorate(Orders, 'write', handlerDecorators(way, place, Post()), [Body()]);
  return Orders;
}

/** As the compiler applies decorators to a method, its parameters first. */
function decorate(
  target: new () => object,
  method: string,
  decorator: MethodDecorator,
  parameters: readonly ParameterDecorator[],
): void {
  const prototype = target.prototype as Record<string, unknown>;
  for (const [index, parameter] of parameters.entries()) parameter(prototype, method, index);
  const descriptor = Object.getOwnPropertyDescriptor(prototype, method) ?? {};
  const changed = decorator(prototype, method, descriptor) ?? descriptor;
  Object.defineProperty(prototype, method, changed);
}

@Resilient('orders', { effect: 'read' })
@Controller('whole-above')
class WholeAbove {
  @Get(':id')
  @UseGuards(RoleGuard)
  @SetMetadata('role', 'trader')
  async read(@Param('id', ParseIntPipe) id: number): Promise<object> {
    return { id, attempt: resilienceContext()?.attempt };
  }

  @Get('plain/:id')
  @NotResilient()
  async plain(@Param('id', ParseIntPipe) id: number): Promise<object> {
    return { id, attempt: resilienceContext()?.attempt };
  }

  @Sse('stream/events')
  events(): Observable<{ data: string }> {
    return of({ data: 'one' });
  }
}

@Controller('whole-below')
@Resilient('orders', { effect: 'read' })
class WholeBelow extends WholeAbove {
  @Get('own/:id')
  async own(@Param('id', ParseIntPipe) id: number): Promise<object> {
    return this.read(id);
  }

  @Get('over/:id')
  override async plain(@Param('id', ParseIntPipe) id: number): Promise<object> {
    return super.plain(id);
  }
}

const root = moduleOf({
  imports: [ResilienceModule.forRoot({ policies: { orders: { retry: { maxRetries: 1 } } } })],
  controllers: [...combinations.map(([way, place]) => controllerWith(way, place)), WholeAbove, WholeBelow],
});

describe.each(['express', 'fastify'] as const)(
  '@Resilient among the decorators of a handler on %s',
  (platform) => {
    let app: App;
    beforeAll(async () => {
      app = await startApp(root, platform);
    });
    afterAll(() => app.close());

    const headers = { 'x-role': 'trader', 'content-type': 'application/json' };
    const get = async (path: string, role = 'trader') =>
      fetch(`${app.url}/${path}`, { headers: { 'x-role': role } });

    it.each(combinations)(
      '%s in place %i loses no route, guard, pipe, interceptor or header',
      async (way, place) => {
        const path = `${way}-${place}`;
        const read = await get(`${path}/7?filter=open`);
        expect([read.status, read.headers.get('x-kind'), await read.json()]).toEqual([
          207,
          'order',
          { id: 7, filter: 'OPEN', attempt: 0, own: true, handler: 'read' },
        ]);
        expect((await get(`${path}/7`, 'guest')).status).toBe(403);
        expect((await get(`${path}/seven`)).status).toBe(400);
        const body = JSON.stringify({ symbol: 'BTCUSDT' });
        const write = await fetch(`${app.url}/${path}`, { method: 'POST', headers, body });
        expect([write.status, await write.json()]).toEqual([
          207,
          { symbol: 'BTCUSDT', attempt: 0, handler: 'write' },
        ]);
        const guest = await fetch(`${app.url}/${path}`, { method: 'POST', body, headers: {} });
        expect(guest.status).toBe(403);
      },
    );

    it.each(['whole-above', 'whole-below'])('on a class, %s, loses none either', async (path) => {
      expect(await (await get(`${path}/7`)).json()).toEqual({ id: 7, attempt: 0 });
      expect((await get(`${path}/7`, 'guest')).status).toBe(403);
      expect((await get(`${path}/seven`)).status).toBe(400);
      expect(await (await get(`${path}/stream/events`)).text()).toContain('data: one');
    });

    it('leaves out a handler that is marked so', async () => {
      expect(await (await get('whole-above/plain/7')).json()).toEqual({ id: 7 });
    });

    it('covers what a subclass adds and overrides', async () => {
      expect(await (await get('whole-below/own/7')).json()).toEqual({ id: 7, attempt: 0 });
      expect(await (await get('whole-below/over/7')).json()).toEqual({ id: 7, attempt: 0 });
    });
  },
);
