import type { DynamicModule, INestApplication, ModuleMetadata, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Module } from '@nestjs/common';

export type Platform = 'express' | 'fastify';

export interface App {
  readonly app: INestApplication;
  readonly url: string;
  close(): Promise<void>;
}

/** A real application on a port of 127.0.0.1. */
export async function startApp(
  root: Type | DynamicModule,
  platform: Platform = 'express',
  prepare: (app: INestApplication) => void = () => undefined,
): Promise<App> {
  const options = { logger: false, abortOnError: false } as const;
  const app =
    platform === 'express'
      ? await NestFactory.create(root, new ExpressAdapter(), options)
      : await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), options);
  prepare(app);
  await app.listen(0, '127.0.0.1');
  return { app, url: (await app.getUrl()).replace('[::1]', '127.0.0.1'), close: () => app.close() };
}

/** A module class of its own, as two applications may share everything but that. */
export function moduleOf(metadata: ModuleMetadata): Type {
  class TestModule {}
  Module(metadata)(TestModule);
  return TestModule;
}
