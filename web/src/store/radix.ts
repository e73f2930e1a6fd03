/**
 * Sorting slots by numbers, stable, in a few passes over typed arrays: a comparison a step would
 * take several times as long for 50,000 of them. It is the radix sort from the least digit up, over
 * the bits of a double turned so that they compare as whole numbers do (IEEE 754, section 3.4).
 */
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const MASK = DIGITS - 1;
const PASSES = 6;
const WORD_BITS = 32;

/** Room that is used again by each sort, for as many as were sorted at most. */
let room = 0;
let doubles = new Float64Array(0);
let words = new Uint32Array(0);
let low = new Uint32Array(0);
let high = new Uint32Array(0);
let places = new Uint32Array(0);
let otherPlaces = new Uint32Array(0);
const counts = new Uint32Array(PASSES * DIGITS);
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function makeRoom(count: number): void {
  if (count <= room) return;
  room = count;
  doubles = new Float64Array(count);
  words = new Uint32Array(doubles.buffer);
  low = new Uint32Array(count);
  high = new Uint32Array(count);
  places = new Uint32Array(count);
  otherPlaces = new Uint32Array(count);
}

/** The digit of a pass, of a key in two words. */
function digitOf(pass: number, lowWord: number, highWord: number): number {
  const shift = pass * DIGIT_BITS;
  if (shift >= WORD_BITS) return (highWord >>> (shift - WORD_BITS)) & MASK;
  const below = lowWord >>> shift;
  return (
    (shift + DIGIT_BITS > WORD_BITS ? below | (highWord << (WORD_BITS - shift)) : below) & MASK
  );
}

/** Turns the keys in `doubles` into whole numbers of the same order; NaN becomes the greatest. */
function turnKeys(count: number, falls: boolean): void {
  const highAt = isLittleEndian ? 1 : 0;
  for (let i = 0; i < count; i++) {
    const key = doubles[i] as number;
    if (Number.isNaN(key)) {
      low[i] = high[i] = 0xffffffff;
      continue;
    }
    if (key === 0) doubles[i] = 0; // of two zeros neither is less
    const lowWord = words[2 * i + 1 - highAt] as number;
    const highWord = words[2 * i + highAt] as number;
    const isNegative = highWord >>> 31 === 1;
    const turnsAll = isNegative !== falls;
    const sign = falls === isNegative ? 0x80000000 : 0;
    low[i] = turnsAll ? ~lowWord : lowWord;
    high[i] = (turnsAll ? ~highWord & 0x7fffffff : highWord & 0x7fffffff) | sign;
  }
}

function countDigits(count: number): void {
  counts.fill(0);
  for (let i = 0; i < count; i++) {
    const lowWord = low[i] as number;
    const highWord = high[i] as number;
    for (let pass = 0; pass < PASSES; pass++) {
      const at = pass * DIGITS + digitOf(pass, lowWord, highWord);
      counts[at] = (counts[at] as number) + 1;
    }
  }
}

/** The counts of a pass become the places where its digits begin; false: all share one digit. */
function beginDigits(pass: number, count: number): boolean {
  let sum = 0;
  for (let at = pass * DIGITS; at < (pass + 1) * DIGITS; at++) {
    const n = counts[at] as number;
    if (n === count) return false;
    counts[at] = sum;
    sum += n;
  }
  return true;
}

/**
 * Sorts slots in place by their keys, rising or falling; a key that is NaN stands last either way.
 * Equal ones keep their order.
 */
export function sortStably(slots: Int32Array, key: (slot: number) => number, falls: boolean): void {
  const count = slots.length;
  makeRoom(count);
  for (let i = 0; i < count; i++) {
    doubles[i] = key(slots[i] as number);
    places[i] = i;
  }
  turnKeys(count, falls);
  countDigits(count);
  for (let pass = 0; pass < PASSES; pass++) {
    if (!beginDigits(pass, count)) continue;
    for (let i = 0; i < count; i++) {
      const place = places[i] as number;
      const at = pass * DIGITS + digitOf(pass, low[place] as number, high[place] as number);
      const to = counts[at] as number;
      counts[at] = to + 1;
      otherPlaces[to] = place;
    }
    [places, otherPlaces] = [otherPlaces, places];
  }
  const before = slots.slice();
  for (let i = 0; i < count; i++) slots[i] = before[places[i] as number] as number;
}
