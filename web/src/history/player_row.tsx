/**
 * The row of the player: play, what is told, how fast, what the chart shows. What is told comes
 * first: where it would be cut, choices go into the menu, and then it gets a line of its own.
 */
import { computed } from '@preact/signals';
import { isPhone } from '../app/screen.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { SERIES, tells } from './chart.ts';
import { chartIsOpen, chosenSeries, toggleSeries } from './chart_choice.ts';
import { ExportMenu } from './export_menu.tsx';
import { history } from './history.ts';
import { MapMenu } from './map_menu.tsx';
import { chooseRate, isFollowing, rate, skipsStops, toggleFollowing, toggleSkips } from './play.ts';
import { FixSteps, PlayButton } from './play_buttons.tsx';
import { RATES, type Rate } from './player.ts';
import { ReadOut } from './readout.tsx';

/** Less than that, and as much a value that the chart offers, leaves no room for all; */
const NARROW_PX = 890;
/** less than that leaves none for the read-out; */
const TIGHT_PX = 650;
/** less than that none for the values. */
const TINY_PX = 340;
const SERIES_PX = 66;

function Rates({ isTight }: { isTight: boolean }) {
  if (isTight) {
    return (
      <select
        class="rate-choice"
        aria-label={t('history.rate')}
        value={String(rate.value)}
        onChange={(event) => chooseRate(Number(event.currentTarget.value) as Rate)}
      >
        {RATES.map((each) => (
          <option key={each} value={String(each)}>
            {t('history.times', { n: each })}
          </option>
        ))}
      </select>
    );
  }
  return (
    <div class="segments compact" role="group" aria-label={t('history.rate')}>
      {RATES.map((each) => (
        <button
          type="button"
          key={each}
          aria-pressed={each === rate.value}
          onClick={() => chooseRate(each)}
        >
          {t('history.times', { n: each })}
        </button>
      ))}
    </div>
  );
}

/** Those that no fix tells are not offered. */
const told = computed(() => {
  const tracks = history.value?.tracks ?? [];
  return SERIES.filter((each) => each === 'speed' || tells(tracks, each));
});

function SeriesChoice() {
  return (
    <div class="segments compact" role="group" aria-label={t('history.show')}>
      {told.value.map((each) => (
        <button
          type="button"
          key={each}
          aria-pressed={chosenSeries.value.includes(each)}
          onClick={() => toggleSeries(each)}
        >
          {t(`history.${each}`)}
        </button>
      ))}
    </div>
  );
}

function Toggle({ text, isOn, onClick }: { text: string; isOn: boolean; onClick: () => void }) {
  return (
    <button type="button" class="button quiet-button" aria-pressed={isOn} onClick={onClick}>
      {text}
    </button>
  );
}

export function PlayerRow({ width }: { width: number }) {
  const room = width - SERIES_PX * told.value.length;
  const isNarrow = room < NARROW_PX;
  const isTight = room < TIGHT_PX;
  const isTiny = isPhone.value || room < TINY_PX;
  const toggleChart = () => {
    chartIsOpen.value = !chartIsOpen.value;
  };
  return (
    <div class={isTight ? 'player-row tight' : 'player-row'}>
      <PlayButton />
      {!isPhone.value && <FixSteps />}
      <ReadOut />
      <Rates isTight={isTight} />
      {!isNarrow && (
        <>
          <Toggle text={t('history.skip')} isOn={skipsStops.value} onClick={toggleSkips} />
          <Toggle text={t('history.follow')} isOn={isFollowing.value} onClick={toggleFollowing} />
        </>
      )}
      {!isTiny && <SeriesChoice />}
      {isPhone.value && (
        <button
          type="button"
          class="icon-button"
          aria-label={t('history.chart')}
          aria-expanded={chartIsOpen.value}
          onClick={toggleChart}
        >
          <Icon name="chart" />
        </button>
      )}
      <MapMenu isNarrow={isNarrow} series={isTiny ? told.value : []} />
      <ExportMenu />
    </div>
  );
}
