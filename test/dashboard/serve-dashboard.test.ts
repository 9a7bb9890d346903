import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveDashboard, type Dashboard } from '../../src/dashboard/index.js';
import type { DashboardState } from '../../src/dashboard/dashboard-state.js';
import { TroubledProgram } from './troubled-program.js';

let dashboard: Dashboard;
beforeEach(async () => {
  dashboard = await serveDashboard({ port: 0, title: 'a <bot>' });
});
afterEach(() => dashboard.close());

interface Ask {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer once its head is there. */
async function ask({ headers = {}, method = 'GET', path = '/' }: Ask = {}): Promise<IncomingMessage> {
  const sent = request(new URL(path, dashboard.url), { method, headers, agent: false });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  return answer;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
  return text;
}

/** The messages of a stream, one after the other. */
async function* messagesOf(answer: IncomingMessage): AsyncGenerator<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk as string;
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) if (message.startsWith('data: ')) yield message.slice(6);
  }
}

describe('the page', () => {
  it('is one self-contained document that may run and load nothing else', async () => {
    const answer = await ask();
    const page = await textOf(answer);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'sha256-");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(page).not.toMatch(/https?:\/\/(?!127\.0\.0\.1)|<script src|<link rel="stylesheet"|@import|url\(/);
    expect(page).toContain('a &#60;bot&#62;');
    expect(page).not.toContain('<bot>');
  });

  it('shows earlier failures, even without scripts', async () => {
    await new TroubledProgram().meetEverything();
    const page = await textOf(await ask());
    expect(page).toContain('Money may be at risk');
    expect(page).toContain('contract.orders');
    expect(page).toContain('id-6');
  });

  it('has no place where foreign text is markup', async () => {
    const { createPolicy } = await import('../../src/index.js');
    const hostile = '"><img src=x onerror=alert(1)>';
    await createPolicy({ name: hostile }).executeOutcome(() => Promise.reject(new Error(hostile)), {
      operation: hostile,
    });
    const page = await textOf(await ask());
    expect(page).toContain('onerror=alert');
    expect(page).not.toContain('<img');
  });
});

describe('the streams', () => {
  it('send the current state at once, and again as it changes', async () => {
    const answer = await ask({ path: '/events' });
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const messages = messagesOf(answer);
    const read = async (): Promise<DashboardState> =>
      JSON.parse((await messages.next()).value as string) as DashboardState;
    expect(await read()).toMatchObject({ title: 'a <bot>', pid: process.pid, totals: { calls: 0 } });
    await new TroubledProgram().meet({});
    expect(await read()).toMatchObject({ totals: { calls: 2 } });
    answer.destroy();
  });

  it('send the page its parts', async () => {
    const answer = await ask({ path: '/page-events' });
    const { value } = (await messagesOf(answer).next()) as { value: string };
    const parts = JSON.parse(value) as Record<string, string>;
    expect(parts['status']).toContain('No call under a policy so far.');
    answer.destroy();
  });

  it('serve fifty at a time, and ask the next to come back', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask({ path: '/events' })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
    const next = await ask({ path: '/events' });
    expect([next.statusCode, next.headers['retry-after']]).toEqual([503, '10']);
    for (const answer of answers) answer.destroy();
  });
});

describe('a crowd', () => {
  it('of 120 viewers is served to the last', async () => {
    const answers = await Promise.all(Array.from({ length: 120 }, () => ask({ path: '/events' })));
    const served = answers.filter(({ statusCode }) => statusCode === 200).length;
    const refused = answers.filter(({ statusCode }) => statusCode === 503).length;
    expect([served, refused]).toEqual([50, 70]);
    for (const answer of answers) answer.destroy();
  });

  it('of silent connections keeps no one out, and is closed', { timeout: 20_000 }, async () => {
    const silent = Array.from({ length: 120 }, () =>
      connect(Number(new URL(dashboard.url).port), '127.0.0.1'),
    );
    const gone = silent.map((socket) => once(socket.on('error', () => undefined).resume(), 'close'));
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    expect((await ask()).statusCode).toBe(200);
    await Promise.all(gone);
  });
});

describe('a request', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])('by %s gets a 405', async (method) => {
    const answer = await ask({ method });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET']);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each(['/favicon.ico', '/events/', '/__proto__', '/constructor', '/../package.json'])(
    'for %s gets a 404',
    async (path) => expect((await ask({ path })).statusCode).toBe(404),
  );

  it.each(['evil.example', 'evil.example:9339', '127.0.0.1.evil.example', 'localhost@evil', '0.0.0.0'])(
    'with the host name %j, as in DNS rebinding, gets nothing',
    async (host) => {
      const answer = await ask({ headers: { host } });
      expect(answer.statusCode).toBe(403);
      expect(await textOf(answer)).not.toContain('bot');
    },
  );

  it.each(['localhost:8080', 'LOCALHOST', '[::1]:9339', '127.0.0.1'])(
    'with the host name %j, as through a tunnel, gets everything',
    async (host) => expect((await ask({ headers: { host } })).statusCode).toBe(200),
  );

  it.each(['cross-site', 'same-site'])('from a page that is %s gets no stream', async (site) => {
    const headers = { 'sec-fetch-site': site };
    expect((await ask({ path: '/events', headers })).statusCode).toBe(403);
    expect((await ask({ path: '/page-events', headers })).statusCode).toBe(403);
  });
});

describe('closing', () => {
  it('ends the streams, frees the port, and does not wait', async () => {
    const stream = await ask({ path: '/events' });
    const { port } = new URL(dashboard.url);
    const silent = connect(Number(port), '127.0.0.1');
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    const rest = textOf(stream);
    await Promise.all([dashboard.close(), dashboard.close()]);
    expect(await rest).toContain('data: ');
    const again = await serveDashboard({ port: Number(port) });
    expect(new URL(again.url).port).toBe(port);
    await again.close();
  });

  it('is automatic when the program has nothing else to do, whoever is watching', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `import { serveDashboard } from './src/dashboard/index.js';
          const { url } = await serveDashboard({ port: 0 });
          console.log(url);
          // It lives until its input ends.
          process.stdin.resume();`,
        resolveDir: new URL('../..', import.meta.url).pathname,
      },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'silent',
    });
    const code = outputFiles[0]?.text ?? '';
    const program = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(program, 'exit');
    const [line] = (await once(program.stdout.setEncoding('utf8'), 'data')) as [string];
    const answer = await fetch(new URL('events', line.trim()));
    const stream = answer.body?.getReader();
    expect((await stream?.read())?.done).toBe(false);
    program.stdin.end();
    expect(await ended).toEqual([0, null]);
    await stream?.cancel().catch(() => undefined);
  });
});

const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

describe('the other loopback address', () => {
  it.skipIf(!hasIPv6)('is in the address of the page', async () => {
    const other = await serveDashboard({ port: 0, host: '::1' });
    expect(other.url).toMatch(/^http:\/\/\[::1\]:\d+\/$/);
    const answer = await fetch(other.url);
    await answer.text();
    expect(answer.status).toBe(200);
    await other.close();
  });
});

describe('invalid options', () => {
  it('are all named', async () => {
    const options = { port: 70_000, host: '0.0.0.0' as '::1', title: '', open: true };
    const message = await serveDashboard(options).catch((error: unknown) => String(error));
    expect(message).toMatch(/^TypeError: Cannot serve the dashboard:\n- /);
    expect(message).toContain('unknown option "open"; expected one of port, host, title');
    expect(message).toContain('port must be a whole number from 0 to 65535, received 70000');
    expect(message).toContain('host must be one of 127.0.0.1, ::1, because there is no password');
    expect(message).toContain('title must be a non-empty string');
  });

  it('are rejected if the port is in use, and nothing is left behind', async () => {
    const { channels } = await import('../../src/observability/channels.js');
    const { port } = new URL(dashboard.url);
    await dashboard.close();
    const first = await serveDashboard({ port: Number(port) });
    await expect(serveDashboard({ port: Number(port) })).rejects.toThrow(
      `Cannot serve the dashboard at 127.0.0.1, port ${port}: `,
    );
    await first.close();
    expect(channels.callSettled.hasSubscribers).toBe(false);
  });
});
