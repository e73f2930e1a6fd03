/** Fills values into a text: "{n} vehicle|{n} vehicles" with n 3 is "3 vehicles". */
export type Values = Record<string, string | number>;

/** `write` makes a number of a value readable. */
export function fill(text: string, values: Values, write: (n: number) => string): string {
  const forms = text.split('|');
  const chosen = forms.length > 1 && values['n'] !== 1 ? forms[1] : forms[0];
  return (chosen ?? text).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? write(value) : value;
  });
}
