/** The reports (fun=4): what is asked for at the left, what was found at the right. */
import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { addKeys } from '../app/keyboard.ts';
import { mapIsImpossible } from '../app/page.ts';
import { isPhone } from '../app/screen.ts';
import { t } from '../i18n/text.ts';
import { choice, takeSelection } from '../reports/asked.ts';
import { isNobody } from '../reports/choice.ts';
import { followFiles } from '../reports/files.ts';
import { showOnMap } from '../reports/on_map.ts';
import { Panel } from '../reports/panel.tsx';
import { followPrinting } from '../reports/print.ts';
import { PrintSheet } from '../reports/print_sheet.tsx';
import { Results } from '../reports/results.tsx';
import { followQuestion } from '../reports/run.ts';
import { SaveDialog } from '../reports/save_dialog.tsx';
import { followSaved } from '../reports/saved.ts';
import { ScheduleDialog } from '../reports/schedule_dialog.tsx';
import { chooseRow, followReport, panelIsOpen, rowChosen } from '../reports/view.ts';
import '../style/reports.css';
import '../style/report_rows.css';
import '../style/report_files.css';

/** Escape closes the map first; without one it is that of all pages. */
function followKeys(): () => void {
  return effect(() => {
    if (rowChosen.value === null) return undefined;
    return addKeys({ Escape: () => chooseRow(null) });
  });
}

/** What runs while the page is shown. */
function useReports(): void {
  useEffect(() => {
    takeSelection();
    panelIsOpen.value = isNobody(choice.peek());
    const ends = [
      followReport(),
      followQuestion(),
      followSaved(),
      followFiles(),
      followPrinting(),
      followKeys(),
    ];
    if (!mapIsImpossible.peek()) ends.push(showOnMap());
    return () => {
      for (const end of ends.reverse()) end();
    };
  }, []);
}

export function ReportsPage() {
  useReports();
  const hasPanel = !isPhone.value || panelIsOpen.value;
  return (
    <>
      <main class="page reports">
        <h1 class="unseen">{t('page.reports')}</h1>
        {hasPanel && <Panel />}
        <Results />
      </main>
      <SaveDialog />
      <ScheduleDialog />
      <PrintSheet />
    </>
  );
}
