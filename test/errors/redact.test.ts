import { expect, it } from 'vitest';
import { redacted, redactText } from '../../src/errors/redact.js';

it('removes the value after every secret name', () => {
  const texts = [
    'ACCESS-SIGN: hush',
    '"secretKey":"hush"',
    '\\"passphrase\\":\\"hush\\"',
    'WEEX_API_KEY=hush',
  ];
  for (const text of texts) {
    expect(redactText(text, [])).toContain(redacted);
    expect(redactText(text, [])).not.toContain('hush');
  }
});

const value = 'S3CR3Tv4lue0123456789';

it.each([
  `https://h/x?key=${value}`,
  `https://h/x?a=1&listenKey=${value}`,
  `["ACCESS-KEY","${value}"]`,
  `[ 'ACCESS-PASSPHRASE',\n  '${value}' ]`,
  `Headers { 'ACCESS-KEY' => '${value}', apiKey => '${value}' }`,
  `accessKey: ${value}`,
  `Bearer ${value}`,
  `Authorization: Bearer ${value}`,
  `X-Sign: ${value}`,
  `pwd=${value}`,
  `jwt=${value}`,
  `{"key":"${value}"}`,
  `apiKey%3D${value}`,
  `%7B%22apiKey%22%3A%22${value}%22%7D`,
  `Invalid ACCESS_KEY ${value}`,
  `Invalid Access Key ${value}`,
  `api key ${value} is not valid`,
  `api key is ${value}`,
  `Key ${value} not found`,
  `secret ${value}`,
  `invalid signature ${value}`,
  `headers: ACCESS-SIGN ${value}`,
  `passphrase "${value}" is wrong`,
  'passphrase "my secret words" is wrong'.replace('my secret words', `my ${value}`),
  `redis://:${value}@h:6379`,
  `redis://:pa/ss${value}@h:6379`,
  `redis://:pa@ss${value}@h:6379`,
])('removes the secret from %s, however often it is called', (text) => {
  const clean = redactText(text, []);
  expect(clean).toContain(redacted);
  expect(clean).not.toContain(value);
  expect(redactText(clean, [])).toBe(clean);
});

it.each([
  `Unexpected token '<', "<!DOCTYPE "... is not valid JSON`,
  'The token has expired: log in again',
  'Duplicate key BTCUSDT, circuit key: ETHUSDT',
  'api key permissions do not allow order 12345678',
  'Signature verification failed for GET /api/v3/account/assets',
  'Basic validation failed',
  'https://api.example:443/api/v3/order?symbol=BTCUSDT',
])('leaves %s unchanged', (text) => expect(redactText(text, [])).toBe(text));

// In quadratic time this would outlast the timeout of a test.
it('reads a megabyte without a break in linear time', () => {
  const text = 'secret'.repeat(200_000);
  expect(redactText(text, [])).toBe(text);
  expect(redactText(`${'a-'.repeat(600_000)}token`, [])).not.toContain(redacted);
  for (const part of [
    'a.',
    'x://',
    'x://:a',
    'key ',
    'sign-',
    'token "',
    `'key',`,
    'a-key=',
    'bearer a',
    'token %3D',
  ]) {
    const long = `${part.repeat(1_000_000 / part.length)}@`;
    expect(redactText(long, []).length).toBeGreaterThan(0);
  }
});
