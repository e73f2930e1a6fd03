/** The form of a schedule: how often, when, in which form, and to whom it goes. */
import { type Signal, useSignal } from '@preact/signals';
import { zone } from '../i18n/choice.ts';
import { rt } from '../i18n/reports.ts';
import { t } from '../i18n/text.ts';
import { useRequestId } from '../parts/request_id.ts';
import { Segments } from '../parts/segments.tsx';
import { FORMATS } from './files.ts';
import { EVERY, lastDay } from './rhythm.ts';
import { NAME_MAX } from './saved.ts';
import {
  addSchedule,
  asksForMail,
  changeSchedule,
  mailer,
  mayMail,
  type Plan,
  type PlanPage,
  planOf,
  planPage,
} from './schedules.ts';

function dayName(every: Plan['every'], day: number): string {
  if (every === 'week') return t('history.weekdays').split(' ')[day - 1] ?? '';
  return day === 31 ? rt('report.lastDay') : String(day);
}

function When({ plan }: { plan: Signal<Plan> }) {
  const { every, day, time } = plan.value;
  return (
    <div class="range">
      {every !== 'day' && (
        <label>
          {rt('report.planDay')}
          <select
            value={day}
            onChange={({ currentTarget }) => {
              plan.value = { ...plan.value, day: Number(currentTarget.value) };
            }}
          >
            {Array.from({ length: lastDay(every) }, (_, i) => (
              <option key={i} value={i + 1}>
                {dayName(every, i + 1)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {rt('report.planTime')}
        <input
          type="time"
          required
          value={time}
          onChange={({ currentTarget }) => {
            plan.value = { ...plan.value, time: currentTarget.value };
          }}
        />
      </label>
    </div>
  );
}

type TextProps = { plan: Signal<Plan>; part: 'name' | 'mailTo'; label: string; max: number };

function TextField({ plan, part, label, max }: TextProps) {
  const id = `plan-${part}`;
  return (
    <>
      <label for={id}>{label}</label>
      <input
        id={id}
        maxLength={max}
        autocomplete="off"
        spellcheck={false}
        value={plan.value[part]}
        onInput={({ currentTarget }) => {
          plan.value = { ...plan.value, [part]: currentTarget.value };
        }}
      />
    </>
  );
}

export function ScheduleForm({ page }: { page: Exclude<PlanPage, { kind: 'list' }> }) {
  const plan = useSignal(planOf(page));
  const fault = useSignal('');
  const isBusy = useSignal(false);
  const requestId = useRequestId();
  const { every, format } = plan.value;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    fault.value =
      page.kind === 'new'
        ? await addSchedule(page.of, plan.value, requestId(JSON.stringify(plan.value)))
        : await changeSchedule(page.schedule, plan.value);
    isBusy.value = false;
    if (fault.value === '' && planPage.peek() === page) planPage.value = { kind: 'list' };
  };
  const set = (patch: Partial<Plan>) => {
    plan.value = { ...plan.value, ...patch };
  };
  return (
    <form class="plan-form" onSubmit={(event) => void submit(event)}>
      <TextField plan={plan} part="name" label={rt('report.saveName')} max={NAME_MAX} />
      <Segments
        label={rt('report.planEvery')}
        value={every}
        choices={EVERY.map((each) => [each, rt(`report.every.${each}`)] as const)}
        onChoose={(chosen) => set({ every: chosen, day: 1 })}
      />
      <When plan={plan} />
      <p class="under">{rt(`report.planOf.${every}`, { zone: zone.value })}</p>
      {page.kind === 'new' && (
        <Segments
          label={rt('report.planFormat')}
          value={format}
          choices={FORMATS.map((each) => [each, each.toUpperCase()] as const)}
          onChoose={(chosen) => set({ format: chosen })}
        />
      )}
      {asksForMail(page) && (
        <TextField plan={plan} part="mailTo" label={rt('report.planMail')} max={2000} />
      )}
      {mayMail() && mailer.value === 'none' && <p class="under">{rt('report.planNoMail')}</p>}
      <p class="under">{rt('report.planKept')}</p>
      {fault.value !== '' && (
        <p class="fault" role="alert">
          {rt('report.fileRefused', { why: fault.value })}
        </p>
      )}
      <div class="dialog-actions">
        <button
          type="button"
          class="button"
          onClick={() => {
            planPage.value = { kind: 'list' };
          }}
        >
          {t('add.cancel')}
        </button>
        <button type="submit" class="button primary" disabled={isBusy.value}>
          {rt('report.save')}
        </button>
      </div>
    </form>
  );
}
