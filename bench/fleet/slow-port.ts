import { connect, createServer, type Socket } from 'node:net';

/** A port that forwards to another one and delays everything that comes back. */
export interface SlowPort {
  readonly port: number;
  delayMs: number;
  close(): Promise<void>;
}

/** Opens a port of this machine that forwards to another one on it. */
export async function openSlowPort(to: number): Promise<SlowPort> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((inward) => {
    keep(inward);
    const outward = keep(connect({ port: to, host: '127.0.0.1' }));
    inward.pipe(outward);
    outward.on('data', (data) => {
      if (slow.delayMs === 0) inward.write(data);
      else setTimeout(() => inward.write(data), slow.delayMs);
    });
    outward.on('close', () => inward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const slow: SlowPort = {
    port: (server.address() as { port: number }).port,
    delayMs: 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return slow;
}
