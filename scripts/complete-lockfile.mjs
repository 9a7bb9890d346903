// npm leaves a platform's binary package out of the lock file if its registry did not have it, and then `npm ci`
// rejects the lock file everywhere. This adds what is missing: its version is in the package that requires it, its
// platform in its name. With --check it only reports, and exits with 1.
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * @typedef {{ version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[],
 *   engines?: Record<string, string>, optionalDependencies?: Record<string, string> }} Entry
 */
const file = new URL('../package-lock.json', import.meta.url);
const lock = /** @type {{ packages: Record<string, Entry> }} */ (JSON.parse(readFileSync(file, 'utf8')));

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
const libraries = { musl: 'musl', musleabihf: 'musl', gnu: 'glibc', gnueabihf: 'glibc' };

/** @type {Record<string, Entry>} */
const missing = {};
for (const wanting of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(wanting.optionalDependencies ?? {})) {
    if (lock.packages[`node_modules/${name}`]) continue;
    const words = name.split(/[/-]/);
    const libc = Object.entries(libraries).flatMap(([word, library]) =>
      words.includes(word) ? [library] : [],
    );
    missing[`node_modules/${name}`] = {
      version,
      cpu: processors.filter((processor) => words.includes(processor)),
      ...(wanting.dev ? { dev: true } : {}),
      ...(libc.length > 0 ? { libc } : {}),
      optional: true,
      os: systems.filter((system) => words.includes(system)),
    };
  }
}

const unclear = Object.entries(missing).filter(
  ([, { version = '', os, cpu }]) =>
    !/^\d+\.\d+\.\d+[\w.-]*$/.test(version) || os?.length !== 1 || cpu?.length !== 1,
);
for (const [path, { version }] of unclear)
  console.error(`Cannot tell the version or the platform of ${path} ${version}`);

if (process.argv.includes('--check')) {
  for (const path of Object.keys(missing)) console.error(`Missing in package-lock.json: ${path}`);
} else if (unclear.length === 0) {
  const packages = Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
}
if (unclear.length > 0 || (process.argv.includes('--check') && Object.keys(missing).length > 0))
  process.exitCode = 1;
