import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A project that has the packed tarball installed, with what it depends on and no optional peer. */
    consumer: string;
    /** The same with every optional peer. */
    consumerWithPeers: string;
  }
}

interface Manifest {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/**
 * Builds and packs the package and lays it into two empty projects. What it depends on is linked from the
 * repository, and nothing else is: an import of an undeclared package fails there.
 */
function installPackage(project: TestProject): () => void {
  const root = project.vitest.config.root;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'weex-resilience-')));
  const pack = ['pack', '--silent', '--pack-destination', folder];
  const { status, stdout, stderr } = spawnSync('npm', pack, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`Cannot build and pack the package:\n${stdout}${stderr}`);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';

  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const peers = Object.keys(manifest.peerDependencies);
  const required = peers.filter((peer) => !manifest.peerDependenciesMeta?.[peer]?.optional);
  const dependencies = Object.keys(manifest.dependencies);

  const install = (name: string, packages: readonly string[]): string => {
    const consumer = join(folder, name);
    const own = join(consumer, 'node_modules', manifest.name);
    mkdirSync(own, { recursive: true });
    execFileSync('tar', ['-xzf', join(folder, tarball), '-C', own, '--strip-components=1']);
    for (const dependency of packages) {
      const link = join(consumer, 'node_modules', dependency);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(root, 'node_modules', dependency), link);
    }
    return consumer;
  };
  project.provide('consumer', install('consumer', [...dependencies, ...required, '@types/node']));
  project.provide('consumerWithPeers', install('with-peers', [...dependencies, ...peers, '@types/node']));
  return () => rmSync(folder, { recursive: true });
}

// Vitest loads a global setup by its default export.
export default installPackage;
