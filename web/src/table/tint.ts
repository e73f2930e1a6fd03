/** At most so many cells are tinted in a second: a whole table that flickers says nothing. */
const TINTS_A_SECOND = 40;

let second = 0;
let used = 0;

export function mayTint(): boolean {
  const at = Math.floor(performance.now() / 1000);
  if (at !== second) {
    second = at;
    used = 0;
  }
  return used++ < TINTS_A_SECOND;
}
