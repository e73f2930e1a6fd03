/**
 * What a person chose, as it is kept for the account: each choice with the time at which it was
 * made. Of two browsers the later choice counts, each for itself.
 */

/** Value and epoch milliseconds; "" is the usual. */
export type Choice = readonly [value: string, ms: number];
export type Choices = Readonly<Record<string, Choice>>;

const VALUE_MAX = 2000;
const CHOICES_MAX = 64;

/** Of what the server keeps, which another version of the pages may have written. */
export function readChoices(value: unknown): Choices {
  const choices: Record<string, Choice> = {};
  if (typeof value !== 'object' || value === null) return choices;
  for (const [name, choice] of Object.entries(value).slice(0, CHOICES_MAX)) {
    const [text, ms] = Array.isArray(choice) ? choice : [];
    if (typeof text !== 'string' || typeof ms !== 'number' || !mayCarry(text)) continue;
    choices[name] = [text, ms];
  }
  return choices;
}

/** What is longer stays in its browser: all of it has to fit into one preference. */
export function mayCarry(text: string): boolean {
  return text.length <= VALUE_MAX;
}

/** The later choice of each; of two at the same time the one of `theirs`. */
export function mergeChoices(ours: Choices, theirs: Choices): Choices {
  const merged: Record<string, Choice> = { ...ours };
  for (const [name, choice] of Object.entries(theirs)) {
    const own = merged[name];
    if (!own || own[1] <= choice[1]) merged[name] = choice;
  }
  return merged;
}

export function areSame(a: Choices, b: Choices): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => a[name]?.[0] === b[name]?.[0] && a[name]?.[1] === b[name]?.[1]);
}
