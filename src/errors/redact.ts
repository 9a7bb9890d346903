/** The replacement for a secret. */
export const redacted = '[redacted]';

const words =
  'secret|passphrase|passw(?:or)?d|pwd|jwt|signature|api[-_ ]?key|access[-_ ]?(?:key|sign|passphrase)|(?:private|listen)[-_ ]?key|token|authorization|cookie|credential|session';

const secretName = new RegExp(`${words}|^(?:sign|auth|pass|key)$|[-_](?:sign|auth|pass|key)$`, 'i');

// The bounds on names and spaces keep every search linear.
const secretWord = `[\\w-]{0,40}(?:${words})[\\w-]{0,40}|(?:[\\w-]{0,40}[-_])?sign`;
const quote = `\\\\?["']`;

/**
 * `name: value`, `name=value`, `name => value` and `"name":"value"`, with escaped quotes or percent-encoded too, and
 * `"name","value"` of lists. A quoted value may lack its closing quote, because a text may be cut.
 */
const namedSecret = new RegExp(
  `((?:^|[^\\w-])(?:${secretWord}|[\\w-]{0,40}[-_](?:auth|pass|key)|(?:auth|pass|key)(?==|%3D|${quote}))` +
    `(?:${quote}|%22)?\\s{0,8}(?:[:=]>?|%3[AD]|(?<=["']),(?=\\s{0,8}${quote}))\\s{0,8})(?!\\[redacted\\])` +
    `(?:(\\\\?")(?:[^"\\\\]|\\\\[^])*|(\\\\?')(?:[^'\\\\]|\\\\[^])*|(?:Basic |Bearer )?[^\\s"'&,;}\\])]+)`,
  'gi',
);

/** Matches what is not an ordinary word: it has a digit, or is very long. */
const longValue = (least: number): string =>
  `(?:(?=[a-z_.+/=-]{0,64}\\d)\\w[\\w.+/=-]{${least - 1},}|\\w[\\w.+/=-]{23,})`;

/** `invalid name value`, as in sentences. Short words stay: `token '<'` is a message of JSON.parse. */
const toldSecret = new RegExp(
  `((?:^|[^\\w-])(?:${secretWord}|bearer|basic)(?:${quote})?(?:\\s{1,8}(?:is|was|of|value))?\\s{1,8})` +
    `(?:(${quote})(?!\\[redacted\\])[^"'\\\\\\n]{4,}|${longValue(8)})|((?:^|[^\\w-])key\\s{1,8})${longValue(16)}`,
  'gi',
);

/** A cheap check before the expressions above are tried. */
const hint = /secret|pass|pwd|jwt|sign|key|token|auth|bearer|basic|cookie|credential|session/i;

/** Also a password with `@` in it, or with `/` after the colon. */
const userInfo = /(\b[a-z][a-z\d+.-]{0,20}:\/\/)(?:[^\s/"'?#]+|[^\s/@"'?#:]{0,100}:[^\s@"'?#]{1,256})@/gi;

/** No answer of the exchange is nested deeper than this; deeper values are left out of the copy. */
const maxDepth = 24;

/** Names repeat from request to request. The bound keeps generated names from filling the memory. */
const knownNames: Map<string, boolean> = new Map();
const maxKnownNames = 1_000;

/** Whether a field or header of this name contains a secret. */
export function isSecretName(name: string): boolean {
  const known = knownNames.get(name);
  if (known !== undefined) return known;
  const secret = secretName.test(name);
  if (knownNames.size < maxKnownNames) knownNames.set(name, secret);
  return secret;
}

/** Returns whether a text contains a word that names a secret. */
export function mayHoldSecret(text: string): boolean {
  return hint.test(text);
}

/**
 * The text without the given secrets, without the values of fields that are named like secrets, and without the user
 * part of URLs.
 */
export function redactText(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (clean.includes(secret)) clean = clean.replaceAll(secret, redacted);
  if (hint.test(clean)) clean = clean.replace(namedSecret, redactNamed).replace(toldSecret, redactTold);
  return clean.includes('@') ? clean.replace(userInfo, `$1${redacted}@`) : clean;
}

/** An opening quote stays, so that JSON remains JSON. */
function redactNamed(
  _: string,
  name: string,
  double: string | undefined,
  single: string | undefined,
): string {
  return `${name}${double ?? single ?? ''}${redacted}`;
}

function redactTold(
  _: string,
  named: string | undefined,
  opening: string | undefined,
  key: string | undefined,
): string {
  return `${named ?? key ?? ''}${opening ?? ''}${redacted}`;
}

/**
 * Returns the value without secrets: the value itself if it contains none, otherwise a copy. Bytes, streams and other
 * class instances are described instead of copied.
 */
export function redactValue(value: unknown, secrets: readonly string[]): unknown {
  return redactAt(value, secrets, 0, new Map());
}

/** The copy of each object: it may occur again, below itself or elsewhere. */
type Done = Map<object, unknown>;

function redactAt(value: unknown, secrets: readonly string[], depth: number, done: Done): unknown {
  if (typeof value === 'string') return redactText(value, secrets);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (depth >= maxDepth) return '[deeper]';
  if (done.has(value)) return done.get(value);
  done.set(value, '[circular]');
  const clean = redactObject(value, secrets, depth + 1, done);
  done.set(value, clean);
  return clean;
}

function redactObject(value: object, secrets: readonly string[], depth: number, done: Done): unknown {
  if (Array.isArray(value)) return redactItems(value, secrets, depth, done);
  if (isPlain(value)) return redactFields(value as Record<string, unknown>, secrets, depth, done);
  return describe(value, secrets);
}

function redactItems(items: unknown[], secrets: readonly string[], depth: number, done: Done): unknown[] {
  const clean = items.map((item) => redactAt(item, secrets, depth, done));
  return clean.every((item, index) => Object.is(item, items[index])) ? items : clean;
}

function redactFields(
  fields: Record<string, unknown>,
  secrets: readonly string[],
  depth: number,
  done: Done,
): Record<string, unknown> {
  let copy: Map<string, unknown> | undefined;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const clean = hidesValue(name, value) ? redacted : redactAt(value, secrets, depth, done);
    const cleanName = redactText(name, secrets);
    if (Object.is(clean, value) && cleanName === name) continue;
    copy ??= new Map(Object.entries(fields));
    if (cleanName !== name) copy.delete(name);
    copy.set(cleanName, clean);
  }
  return copy ? Object.fromEntries(copy) : fields;
}

function hidesValue(name: string, value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'boolean' && isSecretName(name);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: object, secrets: readonly string[]): unknown {
  if (value instanceof Date) return value;
  if (value instanceof URLSearchParams || value instanceof URL) return redactText(String(value), secrets);
  const { byteLength, constructor } = value as { byteLength?: unknown; constructor?: { name?: unknown } };
  const name = typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'object';
  return typeof byteLength === 'number' ? `[${name}, ${byteLength} bytes]` : `[${name}]`;
}
