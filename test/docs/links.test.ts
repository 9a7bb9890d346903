import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const pages = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: folder !== '.', encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

describe('the pages', () => {
  it.each(pages)('%s: every link has a target', (page) => {
    expect(linksOf(page).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  it('are all in the table of contents', () => {
    const listed = linksOf('docs/README.md').map((link) => join('docs', link.replace(/#.*/, '')));
    const inDocs = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(inDocs.filter((page) => !listed.includes(page))).toEqual([]);
  });
});

describe('README.md', () => {
  it('takes a minute to read, and has the two commands before its first heading', () => {
    const text = textOf('README.md');
    expect(text.split('\n').length).toBeLessThanOrEqual(150);
    const opening = text.slice(0, text.indexOf('\n## '));
    expect(opening).toContain('npm ci && npm test');
    expect(opening).toContain('npm ci && npm start');
  });

  it('has a row for every subpath of the package, and no other', () => {
    const { exports } = JSON.parse(textOf('package.json')) as { exports: Record<string, unknown> };
    const subpaths = Object.keys(exports).filter((name) => name !== './package.json');
    const rows = [...textOf('README.md').matchAll(/^\| `weex-resilience(\/\w+)?` \|/gm)];
    expect(rows.map(([, subpath = '']) => `.${subpath}`).toSorted()).toEqual(subpaths.toSorted());
  });
});

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** The links of a page to others of this repository. */
function linksOf(page: string): string[] {
  const prose = textOf(page).replaceAll(/^```.*?^```/gms, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !link.includes('://'));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(target) || relative(root, target).startsWith('..')) return false;
  if (anchor === undefined) return true;
  return statSync(target).isFile() && anchorsOf(relative(root, target)).includes(anchor);
}

/** The anchors that GitHub makes of the headings. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
