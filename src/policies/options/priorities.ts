/** The priorities, most urgent first. */
export const priorities = ['critical', 'normal', 'background'] as const;

/** The order in which waiting calls proceed: `critical` (cancel, close) before `normal` before `background`. */
export type Priority = (typeof priorities)[number];

/** The priorities as numbers: the lowest goes first. */
export const levels: { readonly [Name in Priority]: number } = { critical: 0, normal: 1, background: 2 };
