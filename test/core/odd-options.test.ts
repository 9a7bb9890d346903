import { describe, expect, it } from 'vitest';
import {
  createPolicy,
  defaultCatalogue,
  ErrorTracker,
  explainCode,
  handlersByType,
  logErrors,
  logEvents,
  matchError,
  mintClientOrderId,
  policies,
  PolicyRegistry,
  recoverIntents,
  resilient,
  WEEXError,
} from '../../src/index.js';
import { WeexClient, WeexConfig } from '../../src/client/index.js';

const logger = { warn() {}, error() {} };
const call = async (): Promise<void> => {};
const keys = { apiKey: 'k', secretKey: 's', passphrase: 'p' };
const throwing = {
  get deadlineMs(): number {
    throw new Error('config not loaded');
  },
};

const cases: Record<string, readonly [run: () => unknown, message: string | RegExp]> = {
  'a promise for options': [
    () => createPolicy(Promise.resolve({}) as never),
    "Cannot create policy 'policy': options must be an object, received an object of type Promise",
  ],
  'a map for options': [
    () => createPolicy(new Map([['deadlineMs', 5]]) as never),
    'options must be an object, received an object of type Map',
  ],
  'a list for options': [() => createPolicy([] as never), 'options must be an object, received a list of 0'],
  'a map for a group': [
    () => createPolicy({ retry: new Map() as never }),
    'retry must be an object, received an object of type Map',
  ],
  'a boxed false': [
    () => createPolicy({ coolDown: Object(false) as never }),
    /coolDown .*received an object of type Boolean/,
  ],
  'a getter that throws': [() => createPolicy(throwing), 'options cannot be read: config not loaded'],
  'a promise for a policy': [
    () => resilient(call, Promise.resolve(createPolicy()) as never),
    /the policy must be a name, options or a policy, received an object of type Promise/,
  ],
  'a text for a preset': [() => policies.trading('x' as never), "options must be an object, received 'x'"],
  'an unknown option of the tracker': [
    () => new ErrorTracker({ capcity: 5 } as never),
    'Cannot create the error tracker: unknown option "capcity" (did you mean "capacity"?); expected one of capacity, clock',
  ],
  'an empty snapshot': [
    () => new ErrorTracker().restore({} as never),
    /^Cannot restore the error tracker: version is missing; totalErrors is missing; /,
  ],
  'null for the tracker': [() => new ErrorTracker(null as never), 'options must be an object, received null'],
  'a number for the tracker': [
    () => new ErrorTracker(100 as never),
    'options must be an object, received 100',
  ],
  'an unknown option of logErrors': [
    () => logErrors(logger, { samplng: {} } as never),
    'Cannot log errors: unknown option "samplng" (did you mean "sampling"?)',
  ],
  'an unknown option of logEvents': [
    () => logEvents(logger, { event: [] } as never),
    'did you mean "events"?',
  ],
  'an unknown option of an id': [
    () => mintClientOrderId({ prefx: 'x' } as never),
    'Cannot mint a client order id: unknown option "prefx" (did you mean "prefix"?)',
  ],
  'a text for an id': [
    () => mintClientOrderId('bot1' as never),
    "options must be an object, received 'bot1'",
  ],
  'no cases': [
    () => matchError(new WEEXError('x'), undefined as never),
    'Cannot match the error: the cases must be an object, received undefined',
  ],
  'a case that is no function': [
    () => matchError(new WEEXError('x'), { unknown: 5, _: () => 1 } as never),
    'Cannot match the error: each case must be a function, received 5',
  ],
  'no handlers': [
    () => handlersByType(undefined as never),
    'the handlers must be a list of [Class, function], received undefined',
  ],
  'a text for a catalogue': [
    () => explainCode(1, 'v2' as never),
    'Cannot explain a code: the catalogue must be',
  ],
  'no definitions': [() => defaultCatalogue.extend(undefined as never), 'the definitions must be a list'],
  'a symbol for a name': [
    () => new PolicyRegistry().get(Symbol('orders') as never),
    "Cannot find policy 'Symbol(orders)': no policy is defined",
  ],
  'one text for both addresses': [
    () => new WeexConfig({ ...keys, baseUrls: 'http://127.0.0.1' as never }),
    'Cannot read the WEEX configuration: baseUrls must be an object, received a value of type string',
  ],
  'faults of a client, its keys included': [
    () => new WeexClient({ ...keys, apiKey: 5, foo: 1, settleMs: 'x', journal: 5 } as never),
    /apiKey must be a string[^]*unknown option "foo"|unknown option "foo"[^]*apiKey must be a string/,
  ],
};

describe('odd options', () => {
  it.each(Object.entries(cases))('%s: one clear error', (_, [run, message]) => {
    expect(run).toThrow(message);
  });

  it('recoverIntents without options rejects with what is required', async () => {
    await expect(recoverIntents(undefined as never)).rejects.toThrow(
      'Cannot recover intents: options must be an object, received undefined',
    );
    await expect(recoverIntents({} as never)).rejects.toThrow(
      'Cannot recover intents:\n- journal is required\n- find is required',
    );
  });

  it('options of a class, inherited ones and getters are still read', () => {
    class Options {
      get deadlineMs(): number {
        return 5_000;
      }
    }
    expect(createPolicy(new Options()).describe().options).toMatchObject({ deadlineMs: 5_000 });
  });
});
