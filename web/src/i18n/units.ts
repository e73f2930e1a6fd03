/** Speeds and distances in the units that are shown. */
export type Units = 'km' | 'mi';

const KM_PER_MILE = 1.609344;

/** From tenths of km/h, as a whole number of km/h or mph. */
export function speedIn(units: Units, tenthsKmh: number): number {
  const kmh = tenthsKmh / 10;
  return Math.round(units === 'mi' ? kmh / KM_PER_MILE : kmh);
}

export function distanceIn(units: Units, km: number): number {
  return units === 'mi' ? km / KM_PER_MILE : km;
}
