/** What the first vehicle told at the instant of the player. */
import { decimal, distance, speed } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { secondText } from './format.ts';
import { history } from './history.ts';
import { placeNow } from './place_now.ts';
import { hovered, playhead } from './play.ts';
import { indexAt, isCoarse, isIgnitionOn, placeAt, type Track } from './track.ts';

/** Kilometres since the first fix. */
function kmSince({ columns }: Track, i: number): number {
  return (columns.odo[i] as number) - (columns.odo[0] as number);
}

function wayAt(track: Track, i: number): string {
  return `${speed(track.columns.v[i] as number)} · ${distance(kmSince(track, i))}`;
}

function valuesAt(track: Track, i: number): string[] {
  const volts = track.columns.volt[i] as number;
  return [
    t(isIgnitionOn(track, i) ? 'history.ignitionOn' : 'history.ignitionOff'),
    Number.isNaN(volts) ? '' : t('history.volts', { n: decimal(volts, 1) }),
    isCoarse(track, i) ? t('history.coarse') : '',
  ].filter(Boolean);
}

export function ReadOut() {
  const shown = history.value;
  const track = shown?.tracks[0];
  const atS = playhead.value;
  if (!shown || !track || Number.isNaN(atS)) return <div class="readout" />;
  const i = indexAt(track, atS);
  const hasDate = shown.from !== shown.to;
  const place = placeAt(track, atS)?.isGap ? t('history.unsure') : placeNow.value;
  return (
    <div class="readout">
      <span class="readout-line">
        <b class="readout-time">{secondText(atS, hasDate)}</b>
        {i >= 0 && <span title={t('history.since')}>{wayAt(track, i)}</span>}
      </span>
      <span class="readout-line readout-more">
        {[place, ...(i >= 0 ? valuesAt(track, i) : [])].filter(Boolean).join(' · ')}
      </span>
    </div>
  );
}

/** What it told where the pointer is. */
export function HoverText() {
  const shown = history.value;
  const track = shown?.tracks[0];
  if (!shown || !track || Number.isNaN(hovered.value)) return null;
  const i = indexAt(track, hovered.value);
  const v = i < 0 ? Number.NaN : (track.columns.v[i] as number);
  const time = secondText(hovered.value, shown.from !== shown.to);
  return <output class="hover-text">{`${time} · ${speed(v)}`}</output>;
}
