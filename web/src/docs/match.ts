/** What people type on the page of trackers: a model. */

/** "st-901" as "st901": a model is written either way. */
const joined = (text: string) => text.replaceAll('-', '');

/** A label has the model, a family its series: FMB920 is of FMB, ST-901L of ST-901. */
export function isOf(word: string, text: string): boolean {
  const model = joined(word);
  const own = joined(text);
  if (text.includes(word) || own.includes(model)) return true;
  const series = /^[a-z]{2,}(?=\d)/.exec(model)?.[0];
  return own
    .split(/[^a-z0-9]+/)
    .some((of) => of === series || (/^[a-z]+\d{2}/.test(of) && model.startsWith(of)));
}
