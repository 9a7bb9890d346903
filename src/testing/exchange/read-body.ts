import type { IncomingMessage, ServerResponse } from 'node:http';

const mostBytes = 1_000_000;

/** Passes on the whole body of a request as text; refuses one that is too large. */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  done: (body: string) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= mostBytes) chunks.push(chunk);
  });
  request.on('end', () => {
    if (length <= mostBytes) done(length === 0 ? '' : Buffer.concat(chunks).toString());
    else response.writeHead(413).end();
  });
}
