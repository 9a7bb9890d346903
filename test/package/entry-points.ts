import { readFileSync } from 'node:fs';

interface EntryPoint {
  /** What a program writes after `from`. */
  readonly specifier: string;
  /** Packages that must not be loaded by it, by the start of their names. */
  readonly neverLoads: readonly string[];
  /** Rooms of this package that must not be loaded by it. */
  readonly neverLoadsRooms: readonly string[];
  /** Whether it needs packages that are optional peers. */
  readonly needsOptionalPeers: boolean;
  /** The package that it is made for, whose own doings on import are not ours. */
  readonly madeFor?: string;
}

const nest = ['@nestjs/'];
const redis = ['ioredis', 'rate-limiter-flexible'];
const telemetry = ['@opentelemetry/'];
const edges = ['nestjs', 'redis', 'otel', 'dashboard', 'drawing', 'cli'];

/** What every entry point must not load. A row for an entry point that package.json lacks, or the reverse, fails. */
const promises: Readonly<Record<string, Omit<EntryPoint, 'specifier'>>> = {
  '.': {
    neverLoads: [...nest, ...redis, ...telemetry],
    neverLoadsRooms: ['client', 'testing', ...edges],
    needsOptionalPeers: false,
  },
  './client': {
    neverLoads: [...nest, ...redis, ...telemetry],
    neverLoadsRooms: ['testing', ...edges],
    needsOptionalPeers: false,
  },
  './dashboard': {
    neverLoads: [...nest, ...redis, ...telemetry, 'axios', 'cockatiel'],
    neverLoadsRooms: ['client', 'orders', 'decorators', 'testing', 'nestjs', 'redis', 'otel', 'cli'],
    needsOptionalPeers: false,
  },
  './journal': {
    neverLoads: [...nest, ...redis, ...telemetry, 'axios', 'cockatiel'],
    neverLoadsRooms: ['client', 'http', 'policies', 'testing', ...edges],
    needsOptionalPeers: false,
  },
  './nestjs': {
    neverLoads: [
      ...redis,
      ...telemetry,
      '@nestjs/terminus',
      '@nestjs/axios',
      '@nestjs/event-emitter',
      'axios',
    ],
    neverLoadsRooms: ['client', 'testing', 'redis', 'otel', 'dashboard', 'cli'],
    needsOptionalPeers: true,
    madeFor: '@nestjs/core',
  },
  './otel': {
    neverLoads: [...nest, ...redis, 'axios', 'cockatiel'],
    neverLoadsRooms: [
      'client',
      'http',
      'orders',
      'decorators',
      'testing',
      'nestjs',
      'redis',
      'dashboard',
      'cli',
    ],
    needsOptionalPeers: true,
  },
  './redis': {
    neverLoads: [...nest, ...telemetry, ...redis, 'axios'],
    neverLoadsRooms: ['client', 'testing', 'nestjs', 'otel', 'dashboard', 'cli'],
    needsOptionalPeers: false,
  },
  './testing': {
    neverLoads: [...nest, ...redis, ...telemetry],
    neverLoadsRooms: ['client', ...edges],
    needsOptionalPeers: false,
  },
};

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  name: string;
  exports: Record<string, unknown>;
};
const published = Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json');

const unmatched = [
  ...published.filter((subpath) => !Object.hasOwn(promises, subpath)),
  ...Object.keys(promises).filter((subpath) => !published.includes(subpath)),
];
if (unmatched.length > 0)
  throw new Error(`Say in ${import.meta.url} what ${unmatched.join(', ')} must not load`);

export const entryPoints: readonly EntryPoint[] = Object.entries(promises).map(([subpath, promise]) => ({
  specifier: manifest.name + subpath.slice(1),
  ...promise,
}));
