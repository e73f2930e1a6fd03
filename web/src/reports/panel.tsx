/** The left side of the reports: what is asked for. */
import { rt } from '../i18n/reports.ts';
import {
  chooseKind,
  choosePeriod,
  chooseRange,
  days,
  daysFault,
  kind,
  period,
  today,
} from './asked.ts';
import { KINDS } from './kinds.ts';
import { Options } from './options.tsx';
import { PERIODS } from './period.ts';
import { RunBox } from './run_box.tsx';
import { Saved } from './saved.tsx';
import { VehicleChoice } from './vehicles.tsx';

function KindChoice() {
  return (
    <fieldset class="ask">
      <legend>{rt('report.kind')}</legend>
      <div class="kinds">
        {KINDS.map((each) => (
          <button
            type="button"
            key={each}
            class="button quiet-button"
            aria-pressed={each === kind.value}
            onClick={() => chooseKind(each)}
          >
            {rt(`report.kind.${each}`)}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function Range() {
  const { from, to } = days.value;
  const fault = daysFault.value;
  const field = (end: 'from' | 'to', value: string) => (
    <label class="range-end">
      {rt(`report.${end}`)}
      <input
        type="date"
        value={value}
        max={today.value}
        aria-invalid={fault !== null}
        onChange={(event) => chooseRange({ [end]: event.currentTarget.value })}
      />
    </label>
  );
  return (
    <>
      <div class="range">
        {field('from', from)}
        {field('to', to)}
      </div>
      {fault !== null && (
        <p class="fault" role="alert">
          {rt(`report.fault.${fault}`)}
        </p>
      )}
    </>
  );
}

function PeriodChoice() {
  return (
    <fieldset class="ask">
      <legend>{rt('report.period')}</legend>
      <div class="periods">
        {[...PERIODS, 'range' as const].map((each) => (
          <button
            type="button"
            key={each}
            class="chip small-chip"
            aria-pressed={each === period.value}
            onClick={() => choosePeriod(each)}
          >
            {rt(`report.period.${each}`)}
          </button>
        ))}
      </div>
      {period.value === 'range' && <Range />}
    </fieldset>
  );
}

export function Panel() {
  return (
    <aside class="report-panel" aria-label={rt('report.kind')}>
      <div class="report-asks">
        <Saved />
        <KindChoice />
        <VehicleChoice />
        {kind.value !== 'latest' && <PeriodChoice />}
        <Options />
      </div>
      <RunBox />
    </aside>
  );
}
