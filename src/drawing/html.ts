/** Text as HTML shows it, whatever is in it. */
export function escapeHtml(text: string | number): string {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An element; the content is HTML already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content = '',
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeHtml(value)}"`);
  return `<${name}${written.join('')}>${content}</${name}>`;
}

/** What colours mean. */
export function legend(entries: readonly (readonly [className: string, label: string])[]): string {
  const items = entries.map(
    ([className, label]) => `<span><i class="swatch ${className}"></i>${escapeHtml(label)}</span>`,
  );
  return `<p class="legend">${items.join('')}</p>`;
}
