import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import { attachWeexErrors } from 'weex-resilience';

/** Starts a server on this machine that answers at once; returns a call to it by an attached axios instance. */
export async function serveSymbolPrice(): Promise<{ get: () => Promise<unknown>; close: () => void }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"symbol":"BTCUSDT","price":"67000.1"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = axios.create({ baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  attachWeexErrors(http);
  return {
    get: () => http.get('/capi/v3/market/symbolPrice'),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
