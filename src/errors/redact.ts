/** What stands where a secret was. */
export const redacted = '[redacted]';

const secretName =
  /(?:^|[^a-z])(?:sign|auth|pass)$|secret|passphrase|passw(?:or)?d|signature|api[-_ ]?key|access[-_ ]?(?:key|sign|pass)|private[-_ ]?key|token|authorization|cookie|credential|session/i;
// A name has bounds, so that a long text without a break costs no quadratic time.
const names =
  '[\\w-]{0,64}(?:secret|passphrase|passw(?:or)?d|signature|api[-_ ]?key|access[-_](?:key|sign|passphrase)|private[-_ ]?key|token|authorization|cookie|credential)[\\w-]{0,64}|sign';

/** `name: value`, `name=value` and `"name":"value"`, also with escaped quotes. */
const namedSecret = new RegExp(
  `((?:^|[^\\w-])(?:${names})(?:\\\\?["'])?\\s*[:=]\\s*)(?:(\\\\?["'])(?:(?!\\2)[^\\\\]|\\\\(?!["'])|\\\\.)*?\\2|(?:Basic |Bearer )?[^\\s"'&,;}\\])]+)`,
  'gi',
);
/** A cheap look before the expression above is tried. */
const hint = /secret|pass|sign|key|token|auth|cookie|credential/i;
const userInfo = /(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@"'?#]+@/gi;

/** Deeper than this no answer of the exchange goes; what lies below is left out of the copy. */
const maxDepth = 24;

/** Tells whether a field or header of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return hint.test(name) || /session/i.test(name) ? secretName.test(name) : false;
}

/** The text without the given secrets, without the values of fields that are named like secrets, and without the
 * user part of URLs. */
export function redactText(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (clean.includes(secret)) clean = clean.replaceAll(secret, redacted);
  if (hint.test(clean)) clean = clean.replace(namedSecret, `$1${redacted}`);
  return clean.includes('@') ? clean.replace(userInfo, `$1${redacted}@`) : clean;
}

/**
 * The value without secrets: itself where it holds none, else a copy. Bytes, streams and other objects of a class
 * are described instead of copied.
 */
export function redactValue(value: unknown, secrets: readonly string[]): unknown {
  return redactAt(value, secrets, 0, []);
}

function redactAt(value: unknown, secrets: readonly string[], depth: number, parents: object[]): unknown {
  if (typeof value === 'string') return redactText(value, secrets);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (parents.includes(value)) return '[circular]';
  if (depth >= maxDepth) return '[deeper]';
  parents.push(value);
  const copy = redactObject(value, secrets, depth, parents);
  parents.pop();
  return copy;
}

function redactObject(value: object, secrets: readonly string[], depth: number, parents: object[]): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value.map((item) => redactAt(item, secrets, depth + 1, parents));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isPlain(value)) return describe(value, secrets);
  let changed = false;
  const entries = Object.entries(value).map(([key, field]): [string, unknown] => {
    const clean =
      isSecretName(key) && field !== null && field !== undefined && typeof field !== 'boolean'
        ? redacted
        : redactAt(field, secrets, depth + 1, parents);
    const name = redactText(key, secrets);
    changed ||= clean !== field || name !== key;
    return [name, clean];
  });
  return changed ? Object.fromEntries(entries) : value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: object, secrets: readonly string[]): unknown {
  if (value instanceof Date) return value;
  if (value instanceof URLSearchParams || value instanceof URL) return redactText(String(value), secrets);
  const size = (value as { byteLength?: unknown }).byteLength;
  const name = value.constructor?.name || 'object';
  return typeof size === 'number' ? `[${name}, ${size} bytes]` : `[${name}]`;
}
