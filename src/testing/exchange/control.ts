import { parseFault } from '../parse-fault.js';
import type { PlannedPhase } from '../scenario.js';
import type { SimulatedRequest } from '../simulated-request.js';
import { type Answer, jsonAnswer } from './answer.js';
import type { FaultPlan } from './fault-plan.js';
import type { SimulatedOrder } from './simulated-order.js';

/** The path at which tests in any language control the exchange. Faults and limits do not apply to it. */
export const controlPath = '/__control';

/** What the control endpoints show and change. */
export interface ControlOptions {
  readonly plan: FaultPlan;
  readonly orders: readonly SimulatedOrder[];
  readonly requests: readonly SimulatedRequest[];
  readonly scenario: string;
  readonly seed: number | string;
  readonly sinceStart: () => number;
}

/** Answers a request to a control endpoint. */
export function control(options: ControlOptions, method: string, path: string, body: string): Answer {
  const [, what = '', id] = path.slice(controlPath.length).split('/');
  const handle = handlers[`${method} ${what}${id === undefined ? '' : '/id'}`];
  if (!handle)
    return jsonAnswer(404, { error: `Unknown endpoint ${method} ${path}; expected one of ${handlerNames}` });
  return handle(options, body, id ?? '');
}

type Handler = (options: ControlOptions, body: string, id: string) => Answer;

const handlers: Readonly<Record<string, Handler>> = {
  'GET ': (options) => jsonAnswer(200, stateOf(options)),
  'GET faults': ({ plan }) => jsonAnswer(200, plan.faults),
  'GET orders': ({ orders }) => jsonAnswer(200, orders),
  'GET requests': ({ requests }) => jsonAnswer(200, requests),
  'POST faults': addFault,
  'DELETE faults': ({ plan }) => {
    plan.clear();
    return jsonAnswer(200, []);
  },
  'DELETE faults/id': ({ plan }, _body, id) =>
    plan.remove(Number(id)) ? jsonAnswer(200, {}) : jsonAnswer(404, { error: `There is no fault ${id}` }),
};
const handlerNames = Object.keys(handlers)
  .map((name) => name.replace(' ', ` ${controlPath}/`).replace(/\/$/, ''))
  .join(', ');

interface ControlState {
  readonly scenario: string;
  readonly seed: number | string;
  readonly sinceStartMs: number;
  readonly phase: PlannedPhase | undefined;
  readonly orders: number;
  readonly requests: number;
}

function stateOf({ plan, orders, requests, scenario, seed, sinceStart }: ControlOptions): ControlState {
  const sinceStartMs = sinceStart();
  const phase = plan.phaseAt(sinceStartMs);
  return { scenario, seed, sinceStartMs, phase, orders: orders.length, requests: requests.length };
}

function addFault({ plan, sinceStart }: ControlOptions, body: string): Answer {
  try {
    const { id } = plan.inject(parseFault(body), sinceStart());
    return jsonAnswer(
      201,
      plan.faults.find((fault) => fault.id === id),
    );
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return jsonAnswer(400, { error: error.message });
  }
}
