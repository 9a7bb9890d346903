import { type Answer, jsonAnswer } from './answer.js';
import type { Connection } from './connection.js';
import type { AnsweringFault } from './fault-plan.js';

/** What a fault uses. */
export interface FaultScene {
  readonly connection: Connection;
  /** From 0 to below 1. */
  readonly chance: number;
  /** Executes the request with all the exchange's checks; returns the normal answer. */
  readonly execute: () => Answer;
  /** Like `execute`, but the exchange finally refuses it: `refused` is the answer unless an earlier check fails. */
  readonly refuse: (refused: Answer) => Answer;
  /** Refuses the address for a while. */
  readonly ban: (forMs: number, restarts: boolean) => void;
}

type Kind = AnsweringFault['kind'];
type Effects = {
  readonly [K in Kind]: (fault: Extract<AnsweringFault, { kind: K }>, scene: FaultScene) => void;
};

const refusals = [
  'FAILED_PRECONDITION: available amount not enough',
  'INVALID_ARGUMENT: the size is not a multiple of the stepSize',
  'FAILED_PRECONDITION: the order price deviates too far from the market',
] as const;

const effects: Effects = {
  'lost-reply': (_fault, { execute, connection }) => {
    execute();
    connection.close();
  },
  reset: (_fault, { connection }) => connection.reset(),
  hang: ({ executed }, { execute, connection }) => {
    if (executed) execute();
    connection.hang();
  },
  'slow-body': ({ durationMs }, { execute, connection }) => connection.drip(execute(), durationMs),
  'truncated-body': (_fault, { execute, connection }) => connection.truncate(execute()),
  'malformed-json': (_fault, { execute, connection }) => {
    const answer = execute();
    connection.send({ ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) });
  },
  'rate-limit': ({ banMs, restarts = false, retryAfterSeconds }, { ban, connection }) => {
    if (banMs !== undefined) ban(banMs, restarts);
    connection.send(tooManyRequests(retryAfter(retryAfterSeconds)));
  },
  'server-error': ({ status = 500, executed }, { execute, connection }) => {
    if (executed) execute();
    connection.send(
      jsonAnswer(status, { code: -1000, msg: 'An unknown error occurred while processing the request.' }),
    );
  },
  'proxy-html': ({ status = 502, executed }, { execute, connection }) => {
    if (executed) execute();
    connection.send(htmlPage(status));
  },
  refusal: ({ status = 500, code = -1054, message }, { refuse, connection, chance }) => {
    const msg = message ?? refusals[Math.floor(chance * refusals.length)];
    connection.send(refuse(jsonAnswer(status, { code, msg })));
  },
  maintenance: ({ retryAfterSeconds }, { connection }) => {
    const body = { code: -1054, msg: 'SYSTEM_ERROR: the system is under maintenance' };
    connection.send(jsonAnswer(503, body, retryAfter(retryAfterSeconds)));
  },
  respond: ({ status, headers = {}, body = '', executed }, { execute, connection }) => {
    if (executed) execute();
    connection.send(typeof body === 'string' ? { status, headers, body } : jsonAnswer(status, body, headers));
  },
};

/** Lets a fault decide the outcome of a request. */
export function applyFault<K extends Kind>(
  fault: Extract<AnsweringFault, { kind: K }>,
  scene: FaultScene,
): void {
  effects[fault.kind](fault, scene);
}

/** The answer to a client that exceeded a limit. No body code is documented, so the body is not JSON. */
export function tooManyRequests(headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 429, headers: { 'Content-Type': 'text/plain', ...headers }, body: 'Too Many Requests' };
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) };
}

function htmlPage(status: number): Answer {
  const body = `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { 'Content-Type': 'text/html' }, body };
}
