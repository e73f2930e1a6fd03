/** What else a report is asked for by: a number, kinds of alarms, geofences. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ALARM_TYPES } from '../i18n/alarm_type.ts';
import { type ReportText, rt } from '../i18n/reports.ts';
import { alarmName, count } from '../i18n/text.ts';
import { Popover } from '../parts/popover.tsx';
import { chooseOption, kind, option } from './asked.ts';
import { fenceNames, followFenceNames } from './fence_list.ts';
import type { Kind } from './kinds.ts';
import { numberTyped } from './number.ts';
import { listOption } from './read.ts';

interface NumberOption {
  label: ReportText;
  /** What holds where there is none. */
  usual: string;
  max: number;
}

function numberOf(of: Kind): NumberOption | null {
  if (of === 'trips' || of === 'stops')
    return { label: 'report.stopMinutes', usual: '5', max: 1440 };
  if (of === 'overspeed')
    return { label: 'report.limit', usual: rt('report.limitHint'), max: 1000 };
  if (of === 'offline')
    return { label: 'report.silence', usual: rt('report.silenceHint'), max: 525_600 };
  return null;
}

/** What is no number that may be is told, and does not count as the one that usually holds. */
function NumberField({ label, usual, max }: NumberOption) {
  /** As typed, where that is no number that may be; null: it is the option. */
  const bad = useSignal<string | null>(null);
  return (
    <>
      <label for="report-number">{rt(label)}</label>
      <input
        id="report-number"
        type="number"
        min={1}
        max={max}
        placeholder={usual}
        value={bad.value ?? option.value}
        aria-invalid={bad.value !== null}
        onInput={({ currentTarget: { value, validity } }) => {
          const typed = numberTyped(value, validity.badInput, max);
          bad.value = typed === null ? value : null;
          chooseOption(typed ?? '');
        }}
      />
      {bad.value !== null && (
        <p class="fault" role="alert">
          {rt('report.badNumber', { max: count(max), usual })}
        </p>
      )}
    </>
  );
}

interface Item {
  id: number;
  name: string;
}

/** Of nothing that is checked all counts. */
function ManyField({ label, items }: { label: string; items: readonly Item[] }) {
  const chosen = listOption(option.value);
  const toggle = (id: number) => {
    const rest = chosen.filter((each) => each !== id);
    chooseOption((rest.length < chosen.length ? rest : [...chosen, id]).join('.'));
  };
  const said =
    chosen.length === 0
      ? rt('report.allOf')
      : rt('report.someOf', { n: chosen.length, all: items.length });
  return (
    <Popover label={label} class="button wide" button={`${label}: ${said}`}>
      <div class="picks">
        {items.map(({ id, name }) => (
          <label class="pick" key={id}>
            <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
            <span class="grow">{name}</span>
          </label>
        ))}
      </div>
    </Popover>
  );
}

function Fences() {
  useEffect(followFenceNames, []);
  const names = fenceNames.value;
  if (names === 'failed') return <p class="fault">{rt('report.fencesFailed')}</p>;
  return <ManyField label={rt('report.fences')} items={names === 'none' ? [] : names} />;
}

export function Options() {
  const of = kind.value;
  const number = numberOf(of);
  if (number === null && of !== 'alarms' && of !== 'fences') return null;
  return (
    <fieldset class="ask">
      <legend>{rt('report.options')}</legend>
      {number !== null && <NumberField key={of} {...number} />}
      {of === 'fences' && <Fences />}
      {of === 'alarms' && (
        <ManyField
          label={rt('report.alarmTypes')}
          items={ALARM_TYPES.map((_, id) => ({ id, name: alarmName(id) }))}
        />
      )}
    </fieldset>
  );
}
