import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios, { type AxiosInstance } from 'axios';
import { afterEach, beforeEach } from 'vitest';
import { attachWeexErrors } from '../../src/index.js';

/** Opens a server before each test and closes it afterwards; tells where it is, with an attached axios instance. */
export function serveToEachTest(
  server: Server,
  tell: (at: { url: string; http: AxiosInstance }) => void,
): void {
  beforeEach(async () => {
    const url = `http://127.0.0.1:${await listenWhereNobodyDid(server)}`;
    const http = axios.create({ baseURL: url });
    attachWeexErrors(http);
    tell({ url, http });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
}

const used = new Set<number>();

/** An order of unknown outcome is remembered by its address, which must not be that of a later test. */
async function listenWhereNobodyDid(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  if (!used.has(port)) {
    used.add(port);
    return port;
  }
  await new Promise((resolve) => server.close(resolve));
  return listenWhereNobodyDid(server);
}
