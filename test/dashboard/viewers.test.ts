import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Round, Viewers } from '../../src/dashboard/viewers.js';

const message = 'm'.repeat(50_000);
const round: Round = { data: () => message, page: () => ({ part: message }) };

let server: Server;
let viewers: Viewers;
let responses: ServerResponse[];
let sockets: Socket[];
beforeEach(async () => {
  viewers = new Viewers();
  responses = [];
  sockets = [];
  server = createServer((_, response) => {
    responses.push(response);
    viewers.add(response, 'data', round);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function viewer(): Promise<Socket> {
  const { port } = server.address() as AddressInfo;
  const before = responses.length;
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  while (responses.length === before) await tick();
  return socket;
}

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a viewer that does not read', () => {
  it('has at most one message waiting, is disconnected, and does not delay others', async () => {
    await viewer();
    const reading = await viewer();
    let read = 0;
    reading.on('data', (chunk: Buffer) => (read += chunk.length)).resume();
    const [response] = responses;
    let most = 0;
    let rounds = 0;
    // What the system keeps for a socket is filled first.
    while (viewers.count > 1 && rounds < 2_000) {
      rounds += 1;
      viewers.send(round);
      most = Math.max(most, response?.writableLength ?? 0);
      await tick();
    }
    expect(response?.destroyed).toBe(true);
    // Twice: what Node encodes for its socket is counted beside what the message is.
    expect(most).toBeLessThan(2 * message.length + 20_000);
    await tick();
    expect(viewers.count).toBe(1);
    const before = read;
    viewers.send(round);
    while (read < before + message.length) await tick();
  });

  it('receives the latest state once it reads again, not what it missed', async () => {
    const socket = await viewer();
    let latest = '';
    const changing: Round = { data: () => latest, page: () => ({}) };
    for (let index = 0; index < 10; index += 1) {
      latest = `${index} ${message}${message}`;
      viewers.send(changing);
    }
    let text = '';
    socket
      .setEncoding('utf8')
      .on('data', (chunk: string) => (text += chunk))
      .resume();
    while (!text.includes(`data: last `)) {
      latest = `last ${message}`;
      viewers.send(changing);
      await tick();
    }
    expect(text).not.toContain('data: 9 ');
  });
});

describe('the page', () => {
  it('sends a part again only if it has changed', () => {
    const written: string[] = [];
    const response = {
      on: () => response,
      write: (text: string) => written.push(text) > 0,
    } as unknown as ServerResponse;
    const parts = (calls: string): Round => ({ data: () => '', page: () => ({ calls, status: 'calm' }) });
    viewers.add(response, 'page', parts('one'));
    viewers.send(parts('two'));
    expect(written).toEqual([
      'retry: 2000\n\n',
      'data: {"calls":"one","status":"calm"}\n\n',
      'data: {"calls":"two"}\n\n',
    ]);
  });
});
