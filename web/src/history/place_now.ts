/** The name of the place where the player stands; asked every few seconds, and when it pauses. */
import { effect, signal, untracked } from '@preact/signals';
import { call } from '../app/session.ts';
import { language } from '../i18n/choice.ts';
import { history } from './history.ts';
import { isPlaying, playhead } from './play.ts';
import { placeAt } from './track.ts';

export const placeNow = signal('');

const ASK_MS = 400;
const ASK_PLAYING_MS = 2500;
/** About 100 m, in degrees. */
const MOVED = 0.001;

let timer = 0;
/** An answer to what was asked before the last time is not taken. */
let turn = 0;
const NOWHERE = { lon: Number.NaN, lat: Number.NaN, language: '' };
let known = NOWHERE;

async function ask(): Promise<void> {
  timer = 0;
  const track = history.peek()?.tracks[0];
  const place = track ? placeAt(track, playhead.peek()) : null;
  if (place === null || Number.isNaN(place.lon)) {
    turn++;
    placeNow.value = '';
    return;
  }
  const near = Math.abs(place.lon - known.lon) + Math.abs(place.lat - known.lat) < MOVED;
  if (near && known.language === language.peek()) return;
  known = { lon: place.lon, lat: place.lat, language: language.peek() };
  const own = ++turn;
  const fields = { Points: [[place.lon, place.lat]], Language: language.peek() };
  const names = await call('manage/GetPlaces', fields).catch(() => null);
  if (own !== turn) return;
  if (names === null) known = NOWHERE; // it is asked again as soon as there is a reason
  placeNow.value = names?.[0]?.split(',')[0] ?? '';
}

/** While the page is shown; the answer ends it. */
export function followPlaceNow(): () => void {
  known = NOWHERE;
  const stop = effect(() => {
    playhead.value;
    language.value;
    history.value;
    const waitMs = isPlaying.value ? ASK_PLAYING_MS : ASK_MS;
    untracked(() => {
      if (timer === 0) timer = window.setTimeout(() => void ask(), waitMs);
    });
  });
  return () => {
    stop();
    clearTimeout(timer);
    timer = 0;
    turn++;
    placeNow.value = '';
  };
}
