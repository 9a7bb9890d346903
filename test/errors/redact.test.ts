import { expect, it } from 'vitest';
import { redacted, redactText } from '../../src/errors/redact.js';

it('takes out the value behind every name of a secret', () => {
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

// In quadratic time this would outlast the timeout of a test.
it('reads a megabyte without a break in linear time', () => {
  const text = 'secret'.repeat(200_000);
  expect(redactText(text, [])).toBe(text);
  expect(redactText(`${'a-'.repeat(600_000)}token`, [])).not.toContain(redacted);
});
