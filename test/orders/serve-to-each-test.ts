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
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const http = axios.create({ baseURL: url });
    attachWeexErrors(http);
    tell({ url, http });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
}
