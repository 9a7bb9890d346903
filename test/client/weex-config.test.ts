import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { WeexConfig } from '../../src/client/weex-config.js';

const secrets = { apiKey: 'key-7f3a', secretKey: 'secret-91bc', passphrase: 'phrase-44de' };

const variables = {
  WEEX_API_KEY: secrets.apiKey,
  WEEX_SECRET_KEY: secrets.secretKey,
  WEEX_PASSPHRASE: secrets.passphrase,
};

function messageOf(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
  throw new Error('nothing was thrown');
}

describe('WeexConfig', () => {
  it('holds the credentials, and the hosts of the exchange by default', () => {
    const config = new WeexConfig(secrets);
    expect({
      apiKey: config.apiKey,
      secretKey: config.secretKey,
      passphrase: config.passphrase,
    }).toEqual(secrets);
    expect(config.baseUrls).toEqual({
      spot: 'https://api-spot.weex.com',
      contract: 'https://api-contract.weex.com',
    });
  });

  it('trims white space off credentials and trailing slashes off hosts', () => {
    const config = new WeexConfig({
      ...secrets,
      apiKey: ` ${secrets.apiKey}\n`,
      baseUrls: { spot: 'http://127.0.0.1:8080/', contract: ' https://proxy.example/weex// ' },
    });
    expect(config.apiKey).toBe(secrets.apiKey);
    expect(config.baseUrls).toEqual({
      spot: 'http://127.0.0.1:8080',
      contract: 'https://proxy.example/weex',
    });
  });

  it('shows no secret to JSON, inspect and spread', () => {
    const config = new WeexConfig(secrets);
    const shown = [
      JSON.stringify(config),
      inspect(config, { depth: null, showHidden: true, getters: true }),
      JSON.stringify({ ...config }),
      String(config),
      JSON.stringify(structuredClone({ ...config })),
    ].join('\n');
    for (const secret of Object.values(secrets)) expect(shown).not.toContain(secret);
    expect(shown).toContain('api-spot.weex.com');
  });

  it('names every fault at once, by option, and no value', () => {
    const options = {
      apiKey: 7,
      secretKey: 'gr\u00fcn-secret',
      baseUrls: { spot: 'ftp://spot', contract: 'https://key:pw@host' },
    };
    const message = messageOf(() => new WeexConfig(options as never));
    expect(message).toBe(
      'Cannot read the WEEX configuration:\n- apiKey must be a string, received a value of type number\n' +
        '- secretKey must contain only printable ASCII characters\n- passphrase is missing\n' +
        '- baseUrls.spot must be an http or https URL without credentials, query or fragment\n' +
        '- baseUrls.contract must be an http or https URL without credentials, query or fragment',
    );
  });

  it.each([undefined, null, {}, 'text'])('rejects %j as options', (options) => {
    const message = messageOf(() => new WeexConfig(options as never));
    expect(message).toContain('\n- apiKey is missing\n- secretKey is missing\n- passphrase is missing');
  });
});

describe('WeexConfig.fromEnv()', () => {
  it('reads credentials and hosts', () => {
    const config = WeexConfig.fromEnv({
      ...variables,
      WEEX_SPOT_URL: 'http://127.0.0.1:1',
      WEEX_CONTRACT_URL: 'http://127.0.0.1:2',
    });
    expect(config.secretKey).toBe(secrets.secretKey);
    expect(config.baseUrls).toEqual({ spot: 'http://127.0.0.1:1', contract: 'http://127.0.0.1:2' });
  });

  it('treats an empty host variable as not set', () => {
    const config = WeexConfig.fromEnv({ ...variables, WEEX_SPOT_URL: '' });
    expect(config.baseUrls.spot).toBe('https://api-spot.weex.com');
  });

  it('names every variable that is missing or malformed, never its value', () => {
    const message = messageOf(() =>
      WeexConfig.fromEnv({
        WEEX_API_KEY: 'key\u0000with-control',
        WEEX_SECRET_KEY: ' ',
        WEEX_SPOT_URL: 'not-a-url',
      }),
    );
    expect(message).toBe(
      'Cannot read the WEEX configuration:\n- WEEX_API_KEY must contain only printable ASCII characters\n' +
        '- WEEX_SECRET_KEY is blank\n- WEEX_PASSPHRASE is missing\n' +
        '- WEEX_SPOT_URL must be an http or https URL without credentials, query or fragment',
    );
    expect(message).not.toContain('with-control');
    expect(message).not.toContain('not-a-url');
  });

  it('reads process.env by default', () => {
    const names = Object.keys(variables).filter((name) => process.env[name] === undefined);
    const message = names.length > 0 ? messageOf(() => WeexConfig.fromEnv()) : '';
    for (const name of names) expect(message).toContain(name);
  });
});
