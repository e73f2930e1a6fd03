/** The history (fun=3): what vehicles did on a day, as a list, on the map, and to be played. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { addKeys } from '../app/keyboard.ts';
import { isPhone } from '../app/screen.ts';
import { historyStop } from '../app/sheet.ts';
import { chosenIds, showVehicle, stepDays } from '../history/chosen.ts';
import { followCorrected } from '../history/corrected.ts';
import { DayHeader } from '../history/day_header.tsx';
import { Entries } from '../history/entries.tsx';
import { followGrowth } from '../history/growth.ts';
import { showHeads } from '../history/heads.ts';
import { followHistory, history, reading } from '../history/history.ts';
import { fitShown, showOnMap } from '../history/layer.ts';
import { followLimit } from '../history/limit.ts';
import { Notes } from '../history/notes.tsx';
import { followPlaceNow } from '../history/place_now.ts';
import {
  chooseRate,
  followPlayer,
  rate,
  seekBy,
  stepFix,
  stepStop,
  togglePlay,
} from '../history/play.ts';
import { rateBeside } from '../history/player.ts';
import { followPrinting } from '../history/print.ts';
import { PrintSheet } from '../history/print_sheet.tsx';
import { Still } from '../history/still.tsx';
import { Timeline } from '../history/timeline.tsx';
import { TotalsText } from '../history/totals.tsx';
import { VehicleList, Vehicles } from '../history/vehicles.tsx';
import { t } from '../i18n/text.ts';
import { pad } from '../map/camera.ts';
import { fitOfPage } from '../map/fit.ts';
import { SheetGrip } from '../parts/sheet_grip.tsx';

const keys = {
  ' ': togglePlay,
  ArrowLeft: (event: KeyboardEvent) => (event.shiftKey ? seekBy(-60) : stepFix(-1)),
  ArrowRight: (event: KeyboardEvent) => (event.shiftKey ? seekBy(60) : stepFix(1)),
  ',': () => stepStop(-1),
  '.': () => stepStop(1),
  '<': () => chooseRate(rateBeside(rate.peek(), -1)),
  '>': () => chooseRate(rateBeside(rate.peek(), 1)),
  n: () => stepDays(1),
  p: () => stepDays(-1),
  0: fitShown,
};

/** What runs while the page is shown. */
function useHistory(): void {
  useEffect(() => {
    const ends = [
      followHistory(),
      followGrowth(),
      followPlayer(),
      followLimit(),
      followCorrected(),
      followPlaceNow(),
      followPrinting(),
      showOnMap(),
      showHeads(),
      addKeys(keys),
    ];
    fitOfPage.value = fitShown;
    return () => {
      fitOfPage.value = null;
      for (const end of ends.reverse()) end();
    };
  }, []);
}

/** On a phone the list is a sheet over the map, which leaves room for it. */
function useSheetPad(host: { current: HTMLElement | null }): void {
  const isSheet = isPhone.value && historyStop.value !== 'full';
  useLayoutEffect(() => {
    return isSheet ? pad('history', { bottom: host.current?.offsetHeight ?? 0 }) : undefined;
  }, [isSheet, historyStop.value]);
}

function NoVehicle() {
  return (
    <div class="no-vehicle">
      <h2>{t('history.choose')}</h2>
      <p class="under">{t('history.chooseText')}</p>
      <VehicleList onChoose={showVehicle} />
    </div>
  );
}

function Waits() {
  return (
    <div class="history-waits" role="status" aria-label={t('history.reading')}>
      {Array.from({ length: 6 }, (_, i) => (
        <i key={i} />
      ))}
    </div>
  );
}

function Day() {
  const shown = history.value;
  if (shown === null) return reading.value === 'failed' ? null : <Waits />;
  const hasTrip = shown.entries.some(({ kind }) => kind === 'trip');
  return (
    <>
      <TotalsText shown={shown} />
      {!hasTrip && shown.ids.length === 1 && <Still shown={shown} />}
      <Entries />
    </>
  );
}

export function HistoryPage() {
  const host = useRef<HTMLElement>(null);
  useSheetPad(host);
  useHistory();
  const isReading = reading.value === 'first' && history.value !== null;
  return (
    <>
      <main
        class={`page beside-map history ${historyStop.value}${isReading ? ' waits' : ''}`}
        data-fixes={history.value?.tracks.reduce((sum, { count }) => sum + count, 0)}
        ref={host}
      >
        {isPhone.value && <SheetGrip stop={historyStop} />}
        <h1 class="unseen">{t('page.history')}</h1>
        {chosenIds.value.length === 0 ? (
          <NoVehicle />
        ) : (
          <>
            <Vehicles />
            <DayHeader />
            <div class="history-body">
              <Notes />
              <Day />
            </div>
          </>
        )}
      </main>
      {chosenIds.value.length > 0 && <Timeline />}
      <PrintSheet />
    </>
  );
}
