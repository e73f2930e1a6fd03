/**
 * GCJ-02, the coordinates of Chinese maps: WGS-84 with an offset of some hundred metres. How it is
 * computed, and how that is known, says src/geo/gcj.c. Where it is in force is taken from the box
 * that online maps of China use, since what is drawn here is drawn on such a map.
 */
const RADIUS_M = 6378245;
const ECCENTRICITY_2 = 0.006693421622965943;
const ROUNDS = 8;
const WEST = 72.004;
const EAST = 137.8347;
const SOUTH = 0.8293;
const NORTH = 55.8271;

const wave = (metres: number, angle: number) => metres * Math.sin(Math.PI * angle);

function isIn(lon: number, lat: number): boolean {
  return lon >= WEST && lon <= EAST && lat >= SOUTH && lat <= NORTH;
}

function northM(x: number, y: number, common: number): number {
  const waves = wave(20, y) + wave(40, y / 3) + wave(160, y / 12) + wave(320, y / 30);
  const plain = 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  return -100 + plain + ((common + waves) * 2) / 3;
}

function eastM(x: number, y: number, common: number): number {
  const waves = wave(20, x) + wave(40, x / 3) + wave(150, x / 12) + wave(300, x / 30);
  const plain = x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  return 300 + plain + ((common + waves) * 2) / 3;
}

/** WGS-84 to GCJ-02, degrees. */
export function gcjOfWgs(lon: number, lat: number): [number, number] {
  if (!isIn(lon, lat)) return [lon, lat];
  const x = lon - 105;
  const y = lat - 35;
  const common = wave(20, 6 * x) + wave(20, 2 * x);
  const sine = Math.sin((lat * Math.PI) / 180);
  const w2 = 1 - ECCENTRICITY_2 * sine * sine;
  const meridianM = ((RADIUS_M * (1 - ECCENTRICITY_2)) / (w2 * Math.sqrt(w2))) * (Math.PI / 180);
  const parallelM = (RADIUS_M / Math.sqrt(w2)) * Math.cos((lat * Math.PI) / 180) * (Math.PI / 180);
  return [lon + eastM(x, y, common) / parallelM, lat + northM(x, y, common) / meridianM];
}

/** GCJ-02 to WGS-84, degrees; each round comes two digits closer. */
export function wgsOfGcj(lon: number, lat: number): [number, number] {
  let wgs: [number, number] = [lon, lat];
  for (let round = 0; round < ROUNDS; round++) {
    const [foundLon, foundLat] = gcjOfWgs(wgs[0], wgs[1]);
    wgs = [wgs[0] + lon - foundLon, wgs[1] + lat - foundLat];
  }
  return wgs;
}
