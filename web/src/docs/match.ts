/** What people type on the page of trackers: a model, and an address of the server. */

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

/** No tracker on a mobile network gets to it: it is of this machine, or of a network at home. */
export function isOutOfReach(host: string): boolean {
  return (
    /^(localhost$|\[::1\]|\[f[cd][0-9a-f]{2}:|\[fe80:)/i.test(host) ||
    /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.[0-9.]+$/.test(host)
  );
}
