import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { checkOptions } from '../core/options/check-options.js';
import { isOneOf, option, optionTable } from '../core/options/option-table.js';
import { quietly } from '../observability/event-channel.js';
import { Gatherer } from './gatherer.js';
import { contentSecurityPolicy, dashboardPage } from './page.js';
import { sectionsOf } from './sections.js';
import { mostViewers, type Round, type ViewerKind, Viewers } from './viewers.js';

/** Options of {@link serveDashboard}. */
export interface DashboardOptions {
  /** The port, 0 to 65535; 0 takes a free one. Default 9339, where `npx weex-resilience watch` looks. */
  readonly port?: number | undefined;
  /**
   * The address of this machine on which to listen. Default `'127.0.0.1'`. No other is allowed, because there is no
   * password.
   */
  readonly host?: '127.0.0.1' | '::1' | undefined;
  /** What the page is headed with. Default: the name of the program's file. */
  readonly title?: string | undefined;
}

/** A page that is being served. */
export interface Dashboard {
  /** Its URL, for example `'http://127.0.0.1:9339/'`. */
  readonly url: string;
  /** Ends it: streams end, the port is free, nothing listens any more. A second call waits for the first. */
  close(): Promise<void>;
}

/** The default port of the page. */
export const defaultPort = 9_339;
const isPort = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535;
const table = optionTable<DashboardOptions>({
  port: option('a whole number from 0 to 65535', isPort),
  host: option('one of 127.0.0.1, ::1, because there is no password', isOneOf('127.0.0.1', '::1')),
  title: option('a non-empty string', (value) => typeof value === 'string' && value !== ''),
});
const streams: Readonly<Record<string, ViewerKind>> = { '/events': 'data', '/page-events': 'page' };
const everyMs = 1_000;
/** Connections that stay silent this long make room for others. */
const patience = {
  headersTimeout: 3_000,
  requestTimeout: 3_000,
  connectionsCheckingInterval: 1_000,
} as const;

/**
 * Serves a live page about every policy of the process on 127.0.0.1: calls and failures over time, circuits, queues,
 * permits, cool-downs, the last failures with advice, and the orders in doubt with what to do.
 *
 * It shows what has happened since it was called. It is read-only and contains no key, signature, passphrase or
 * answer, but it shows client order ids, operations and redacted messages to anybody who can log in to the machine.
 * From elsewhere, reach it through a tunnel (`ssh -L`). It keeps no process alive: a program that has nothing else to
 * do ends. Memory is bounded, whatever is called and however many viewers there are.
 *
 * @throws {TypeError} When an option is unknown or invalid.
 * @throws {Error} The promise rejects when the port cannot be opened, for example because it is in use.
 * @example
 * ```ts
 * import { serveDashboard } from 'weex-resilience/dashboard';
 *
 * const dashboard = await serveDashboard({ port: 0, title: 'grid bot' });
 * console.log(dashboard.url);
 * await dashboard.close();
 * ```
 */
export async function serveDashboard(options: DashboardOptions = {}): Promise<Dashboard> {
  const checked = checkOptions(table, options, 'serve the dashboard');
  const { host = '127.0.0.1', port = defaultPort, title = ownName() } = checked;
  const gatherer = new Gatherer(title, Date.now);
  const viewers = new Viewers();
  const server = createServer(patience, (request, response) => answer(request, response, gatherer, viewers));
  try {
    await listening(server, port, host);
  } catch (error) {
    gatherer.stop();
    throw new Error(`Cannot serve the dashboard at ${host}, port ${port}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const timer = setInterval(() => quietly(() => look(gatherer, viewers)), everyMs);
  // The page must neither keep the program alive nor end it.
  timer.unref();
  server.unref();
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(server),
    close: () =>
      (closed ??= new Promise<void>((resolve) => {
        clearInterval(timer);
        gatherer.stop();
        viewers.close();
        server.close(() => resolve());
        // The last messages of the streams are sent first.
        setImmediate(() => server.closeAllConnections());
      })),
  };
}

async function listening(server: Server, port: number, host: string): Promise<void> {
  // Far more than are served, so that further viewers get an answer that says so.
  server.maxConnections = 10 * mostViewers;
  // Viewers keep no process alive either.
  server.on('connection', (socket) => socket.unref());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A connection that cannot be accepted must not end a program that trades.
  server.on('error', () => undefined);
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  gatherer: Gatherer,
  viewers: Viewers,
): void {
  response.on('error', () => undefined);
  const path = request.url?.split('?', 1)[0] ?? '';
  const kind = Object.hasOwn(streams, path) ? streams[path] : undefined;
  const { host, 'sec-fetch-site': site = 'none' } = request.headers;
  // A foreign page may use a name that resolves to this address; it must not read anything or use up the connections.
  if (!isOwnName(host) || (kind && site !== 'none' && site !== 'same-origin'))
    refuse(response, 403, 'Open this page at the address that the program printed.');
  else if (request.method !== 'GET') refuse(response, 405, 'This page is read-only.', { Allow: 'GET' });
  else if (path !== '/' && !kind) refuse(response, 404, 'Only / and /events exist here.');
  else if (kind && viewers.count >= mostViewers)
    refuse(response, 503, 'Too many viewers.', { 'Retry-After': '10', Connection: 'close' });
  else {
    try {
      give(response, kind, gatherer, viewers);
    } catch {
      response.destroy();
    }
  }
}

function give(
  response: ServerResponse,
  kind: ViewerKind | undefined,
  gatherer: Gatherer,
  viewers: Viewers,
): void {
  if (kind) {
    response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream; charset=utf-8' });
    viewers.add(response, kind, roundOf(gatherer));
    return;
  }
  const page = dashboardPage(gatherer.state());
  response.writeHead(200, {
    ...headers,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': contentSecurityPolicy(),
  });
  response.end(page);
}

const headers = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

function refuse(
  response: ServerResponse,
  status: number,
  text: string,
  more: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8', ...more });
  response.end(`${text}\n`);
}

/** Only names that always mean this machine: anyone can make another name resolve to it. */
function isOwnName(host: string | undefined): boolean {
  const [, name = ''] = /^(\[::1\]|[\w.-]+)(?::\d+)?$/.exec(host ?? '') ?? [];
  return ['127.0.0.1', '[::1]', 'localhost'].includes(name.toLowerCase());
}

function look(gatherer: Gatherer, viewers: Viewers): void {
  gatherer.sample();
  if (viewers.count > 0) viewers.send(roundOf(gatherer));
}

function roundOf(gatherer: Gatherer): Round {
  const state = once(() => gatherer.state());
  return { data: once(() => JSON.stringify(state())), page: once(() => sectionsOf(state())) };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
}

function ownName(): string {
  const [, file] = process.argv;
  return file === undefined ? 'weex-resilience' : basename(file);
}
