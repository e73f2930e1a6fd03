/**
 * Coordinates as people write them, WGS-84: "22.54, 114.06", "22°32'35\"N 114°03'28\"E",
 * "N22 32.5 E114 3.4", "东经114.06 北纬22.54". Latitude comes first, unless letters or a number
 * beyond 90 say otherwise.
 */
export interface Coordinates {
  lat: number;
  lon: number;
}

interface Half {
  degrees: number;
  axis: 'lat' | 'lon' | '';
}

const TEXT_MAX = 80;
const CHINESE: readonly (readonly [string, string])[] = [
  ['北纬', 'N'],
  ['南纬', 'S'],
  ['东经', 'E'],
  ['西经', 'W'],
];
const ALLOWED = /^[-+\d.,;\sNSEW]+$/;
const NUMBER = '(\\d+(?:\\.\\d+)?)';
const HALF = new RegExp(
  `^([NSEW])?\\s*([-+])?\\s*${NUMBER}(?:\\s+${NUMBER})?(?:\\s+${NUMBER})?\\s*([NSEW])?$`,
);

/** Marks of degrees, minutes and seconds become blanks. */
function plain(text: string): string {
  let said = text;
  for (const [word, letter] of CHINESE) said = said.replaceAll(word, letter);
  return said
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[−–]/g, '-')
    .replace(/[°º'’′"”″度分秒]/g, ' ')
    .trim();
}

/** Latitude and longitude apart; without a comma or letters, numbers with a point alone count. */
function halvesOf(said: string): string[] {
  const parts = said.split(/[,;]/).filter((part) => part.trim() !== '');
  if (parts.length !== 1) return parts;
  const lettered =
    /^([NSEW][^NSEW]+)([NSEW][^NSEW]+)$/.exec(said) ??
    /^([^NSEW]+[NSEW])([^NSEW]+[NSEW])$/.exec(said);
  if (lettered) return lettered.slice(1);
  const numbers = said.split(/\s+/);
  return numbers.every((number) => number.includes('.')) ? numbers : [];
}

function readHalf(text: string): Half | null {
  const found = HALF.exec(text.trim());
  if (!found) return null;
  const [, before, sign, degrees, minutes = '0', seconds = '0', behind] = found;
  const letter = before ?? behind ?? '';
  const isTwofold = (before && behind) || (letter && sign);
  if (isTwofold || Number(minutes) >= 60 || Number(seconds) >= 60) return null;
  const size = Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600;
  const isBelow = sign === '-' || letter === 'S' || letter === 'W';
  const axis = letter === '' ? '' : 'NS'.includes(letter) ? 'lat' : 'lon';
  return { degrees: isBelow ? -size : size, axis };
}

/** null: it is none. */
export function readCoordinates(text: string): Coordinates | null {
  if (text.length > TEXT_MAX) return null;
  const said = plain(text);
  if (!ALLOWED.test(said)) return null;
  const [first, second, ...more] = halvesOf(said).map(readHalf);
  if (!first || !second || more.length > 0) return null;
  if (first.axis !== '' && first.axis === second.axis) return null;
  const isKnown = first.axis !== '' || second.axis !== '';
  const isTurned = isKnown
    ? first.axis === 'lon' || second.axis === 'lat'
    : Math.abs(first.degrees) > 90;
  const lat = isTurned ? second.degrees : first.degrees;
  const lon = isTurned ? first.degrees : second.degrees;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}
