import { inspect } from 'node:util';
import { optionFault, type OptionFault, throwFaults, unknownOption } from '../core/options/check-options.js';
import { mayHaveOptions } from '../core/options/option-table.js';
import { readOptions } from '../core/options/read-options.js';

/** The two hosts of the exchange. */
export interface WeexBaseUrls {
  /** Default `https://api-spot.weex.com`. */
  readonly spot: string;
  /** Default `https://api-contract.weex.com`. */
  readonly contract: string;
}

/** The credentials and the hosts of a client. */
export interface WeexConfigOptions {
  /** The API key. */
  readonly apiKey: string;
  /** The secret that signs; it never leaves the process. */
  readonly secretKey: string;
  /** The passphrase chosen when the key was created. */
  readonly passphrase: string;
  /** Hosts other than the exchange's own: a proxy, or a simulated exchange. */
  readonly baseUrls?: { readonly [Market in keyof WeexBaseUrls]?: string | undefined } | undefined;
}

const defaultBaseUrls: WeexBaseUrls = {
  spot: 'https://api-spot.weex.com',
  contract: 'https://api-contract.weex.com',
};

const optionNames = {
  apiKey: 'apiKey',
  secretKey: 'secretKey',
  passphrase: 'passphrase',
  spot: 'baseUrls.spot',
  contract: 'baseUrls.contract',
};

const variableNames: typeof optionNames = {
  apiKey: 'WEEX_API_KEY',
  secretKey: 'WEEX_SECRET_KEY',
  passphrase: 'WEEX_PASSPHRASE',
  spot: 'WEEX_SPOT_URL',
  contract: 'WEEX_CONTRACT_URL',
};

/**
 * Credentials and hosts of a client. The three secrets can be read as properties, but are in no `JSON.stringify`,
 * `util.inspect`, spread or log of the configuration.
 *
 * Surrounding white space and trailing slashes of hosts are removed.
 *
 * @throws TypeError that names every option that is missing or malformed, never a value.
 *
 * @example
 * ```ts
 * import { WeexConfig } from 'weex-resilience/client';
 *
 * const config = new WeexConfig({ apiKey: 'key', secretKey: 'secret', passphrase: 'phrase' });
 * console.log(JSON.stringify(config)); // only the hosts
 * ```
 */
export class WeexConfig {
  readonly baseUrls: WeexBaseUrls;
  readonly #apiKey: string;
  readonly #secretKey: string;
  readonly #passphrase: string;

  static {
    // util.inspect can be told to run getters, and those below reveal the secrets.
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: WeexConfig): string {
        return `WeexConfig ${inspect({ ...this })}`;
      },
    });
  }

  constructor(options: WeexConfigOptions) {
    const read = checkOptions(options, optionNames);
    this.#apiKey = read.apiKey;
    this.#secretKey = read.secretKey;
    this.#passphrase = read.passphrase;
    this.baseUrls = Object.freeze({ spot: read.spot, contract: read.contract });
  }

  /**
   * Reads the configuration from the environment: `WEEX_API_KEY`, `WEEX_SECRET_KEY` and `WEEX_PASSPHRASE` are
   * required, `WEEX_SPOT_URL` and `WEEX_CONTRACT_URL` replace the exchange's own hosts. An empty variable counts
   * as missing.
   *
   * @throws TypeError that names every variable that is missing or malformed, never a value.
   *
   * @example
   * ```ts
   * import { WeexConfig } from 'weex-resilience/client';
   *
   * const config = WeexConfig.fromEnv();
   * ```
   */
  static fromEnv(env: Readonly<Record<string, string | undefined>> = process.env): WeexConfig {
    const { apiKey, secretKey, passphrase, spot, contract } = variableNames;
    const options = checkOptions(
      {
        apiKey: env[apiKey],
        secretKey: env[secretKey],
        passphrase: env[passphrase],
        // An empty variable means "not set" in a shell, so the default applies.
        baseUrls: { spot: env[spot] || undefined, contract: env[contract] || undefined },
      },
      variableNames,
    );
    return new WeexConfig({
      apiKey: options.apiKey,
      secretKey: options.secretKey,
      passphrase: options.passphrase,
      baseUrls: { spot: options.spot, contract: options.contract },
    });
  }

  /** The API key. */
  get apiKey(): string {
    return this.#apiKey;
  }

  /** The secret that signs requests. */
  get secretKey(): string {
    return this.#secretKey;
  }

  /** The passphrase of the key. */
  get passphrase(): string {
    return this.#passphrase;
  }
}

/** @internal The names of the options of a configuration. */
export const configNames: readonly string[] = ['apiKey', 'secretKey', 'passphrase', 'baseUrls'];
const markets: readonly string[] = ['spot', 'contract'];

type Unchecked<Options> = { readonly [Key in keyof Options]?: unknown };

interface CheckedOptions extends WeexBaseUrls {
  readonly apiKey: string;
  readonly secretKey: string;
  readonly passphrase: string;
}

function checkOptions(options: Unchecked<WeexConfigOptions>, names: typeof optionNames): CheckedOptions {
  const faults: OptionFault[] = [];
  const given: Unchecked<WeexConfigOptions> = readOptions(options, configNames);
  const { baseUrls = {} } = given;
  if (!mayHaveOptions(given)) faults.push(optionFault('', `must be an object, received ${typeof given}`));
  if (!mayHaveOptions(baseUrls))
    faults.push(optionFault('baseUrls', `must be an object, received a value of type ${typeof baseUrls}`));
  const urls: Unchecked<WeexBaseUrls> = mayHaveOptions(baseUrls) ? readOptions(baseUrls, markets) : {};
  // A misspelt host would send a test's orders to the real exchange.
  const unknown = Object.keys(given).filter((name) => !configNames.includes(name));
  faults.push(...unknown.map((name) => unknownOption(name, configNames)));
  const unknownUrls = Object.keys(urls).filter((name) => !markets.includes(name));
  faults.push(...unknownUrls.map((name) => unknownOption(`baseUrls.${name}`, markets)));
  const checked = {
    apiKey: readSecret(given.apiKey, names.apiKey, faults),
    secretKey: readSecret(given.secretKey, names.secretKey, faults),
    passphrase: readSecret(given.passphrase, names.passphrase, faults),
    spot: readUrl(urls.spot ?? defaultBaseUrls.spot, names.spot, faults),
    contract: readUrl(urls.contract ?? defaultBaseUrls.contract, names.contract, faults),
  };
  throwFaults('read the WEEX configuration', faults);
  return checked;
}

function readSecret(value: unknown, name: string, faults: OptionFault[]): string {
  const refuse = (problem: string): unknown => faults.push(optionFault(name, problem));
  if (value === undefined || value === null || value === '') {
    refuse('is missing');
  } else if (typeof value !== 'string') {
    refuse(`must be a string, received a value of type ${typeof value}`);
  } else {
    const text = value.trim();
    if (text === '') refuse('is blank');
    // Anything else cannot be sent as a header, and Node's own error would quote the value.
    else if (!/^[\x20-\x7e]+$/.test(text)) refuse('must contain only printable ASCII characters');
    return text;
  }
  return '';
}

function readUrl(value: unknown, name: string, faults: OptionFault[]): string {
  const url = typeof value === 'string' ? parseUrl(value.trim()) : undefined;
  if (!url) {
    faults.push(optionFault(name, 'must be an http or https URL without credentials, query or fragment'));
    return '';
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function parseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return plain && /^https?:$/.test(url.protocol) ? url : undefined;
}
