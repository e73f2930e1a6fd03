/** The schedules of reports: a list, and the form of one. */
import { useEffect } from 'preact/hooks';
import { say } from '../app/notice.ts';
import { rt } from '../i18n/reports.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { useModal } from '../parts/modal.ts';
import { isKind } from './kinds.ts';
import { readAt } from './rhythm.ts';
import { ScheduleForm } from './schedule_form.tsx';
import {
  deleteSchedule,
  findMailer,
  planPage,
  readSchedules,
  type Schedule,
  schedules,
  switchSchedule,
} from './schedules.ts';

async function act(change: Promise<string>): Promise<void> {
  const why = await change;
  if (why !== '') say(rt('report.fileRefused', { why }));
}

function rhythmText({ Every, At }: Schedule): string {
  const { day, time } = readAt(At);
  if (Every === 'week') {
    const name = t('history.weekdays').split(' ')[day - 1] ?? '';
    return rt('report.eachWeek', { day: name, time });
  }
  if (Every !== 'month') return rt('report.eachDay', { time });
  const name = day === 31 ? rt('report.lastDay') : String(day);
  return rt('report.eachMonth', { day: name, time });
}

/** What is wrong with it, as the server says. */
function troubleOf({ OffReason, LastError, MailError }: Schedule): string {
  return OffReason || LastError || MailError;
}

function Line({ one }: { one: Schedule }) {
  const kind = isKind(one.Report) ? rt(`report.kind.${one.Report}`) : one.Report;
  const name = one.ScheduleName || kind;
  const trouble = troubleOf(one);
  const next = one.NextRun === null ? rt('report.planOff') : one.NextRun.slice(0, 16);
  return (
    <li class="file-line">
      <input
        type="checkbox"
        aria-label={rt('report.planSwitch', { name })}
        checked={one.Enabled}
        onChange={() => void act(switchSchedule(one))}
      />
      <span class="grow">
        <b>{name}</b>
        <span class="under">{`${kind} · ${one.Format.toUpperCase()} · ${rhythmText(one)}`}</span>
        <span class="under">
          {[rt('report.planNext', { time: next }), one.MailTo].filter(Boolean).join(' · ')}
        </span>
        {trouble !== '' && <span class="fault">{trouble}</span>}
      </span>
      <button
        type="button"
        class="button small"
        aria-label={rt('report.planChange', { name })}
        onClick={() => {
          planPage.value = { kind: 'change', schedule: one };
        }}
      >
        {rt('report.change')}
      </button>
      <IconButton
        label={rt('report.forget', { name })}
        onClick={() => void act(deleteSchedule(one))}
      >
        <Icon name="close" />
      </IconButton>
    </li>
  );
}

function List() {
  const found = schedules.value;
  if (found === 'none') return null;
  if (found === 'failed') return <p class="fault">{rt('report.plansFailed')}</p>;
  if (found.length === 0) return <p class="under">{rt('report.plansNone')}</p>;
  return (
    <ul class="file-list">
      {found.map((one) => (
        <Line key={one.ScheduleID} one={one} />
      ))}
    </ul>
  );
}

function Dialog() {
  const dialog = useModal();
  const page = planPage.value;
  useEffect(() => {
    void readSchedules();
    void findMailer();
  }, []);
  return (
    <dialog
      class="dialog plan-dialog"
      ref={dialog}
      aria-labelledby="plan-title"
      onClose={() => {
        planPage.value = null;
      }}
    >
      <div class="dialog-head">
        <h2 id="plan-title">{rt('report.plans')}</h2>
        <IconButton label={t('drawer.close')} onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </IconButton>
      </div>
      {page === null || page.kind === 'list' ? <List /> : <ScheduleForm page={page} />}
    </dialog>
  );
}

export function ScheduleDialog() {
  return planPage.value === null ? null : <Dialog />;
}
