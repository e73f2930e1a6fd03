/** What the map shows beside the way, and what the row of the player has no room for. */
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { Popover } from '../parts/popover.tsx';
import type { Series } from './chart.ts';
import { chosenSeries, toggleSeries } from './chart_choice.ts';
import { wantsCorrected } from './corrected.ts';
import { history } from './history.ts';
import { fitShown } from './layer.ts';
import { isFollowing, skipsStops, toggleFollowing, toggleSkips } from './play.ts';

function Check({ text, isOn, onChange }: { text: string; isOn: boolean; onChange: () => void }) {
  return (
    <label class="menu-item">
      <input type="checkbox" checked={isOn} onChange={onChange} />
      {text}
    </label>
  );
}

export function MapMenu({ isNarrow, series }: { isNarrow: boolean; series: readonly Series[] }) {
  const isOne = history.value?.tracks.length === 1;
  return (
    <Popover
      label={t('history.onMap')}
      class="icon-button"
      side="right"
      button={<Icon name="more" />}
    >
      {isNarrow && (
        <>
          <Check text={t('history.skip')} isOn={skipsStops.value} onChange={toggleSkips} />
          <Check text={t('history.follow')} isOn={isFollowing.value} onChange={toggleFollowing} />
        </>
      )}
      {series.length > 1 &&
        series.map((each) => (
          <Check
            key={each}
            text={t(`history.${each}`)}
            isOn={chosenSeries.value.includes(each)}
            onChange={() => toggleSeries(each)}
          />
        ))}
      {isOne && (
        <Check
          text={t('history.corrected')}
          isOn={wantsCorrected.value}
          onChange={() => {
            wantsCorrected.value = !wantsCorrected.value;
          }}
        />
      )}
      <button type="button" class="menu-item" onClick={fitShown}>
        {t('history.fit')}
      </button>
    </Popover>
  );
}
