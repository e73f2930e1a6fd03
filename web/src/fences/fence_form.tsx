/** What is asked once a geofence is drawn: its name, its alarm, for whom it is. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Segments } from '../parts/segments.tsx';
import { type Draft, type FieldName, isSaving, setValue } from './draft.ts';
import { ALARMS, type AlarmOn } from './features.ts';
import { save, takeFresh } from './save.ts';
import { fe } from './text.ts';
import { Watched } from './watched.tsx';

const NAME_CHARS = 64;

function alarmText(each: AlarmOn): string {
  return fe(each === 'both' ? 'fences.bothShort' : `fences.alarm.${each}`);
}

interface FieldProps {
  mine: Draft;
  name: 'name' | 'dwell' | 'hysteresis';
  label: string;
  hint?: string;
  chars?: number;
}

function faultAt({ fault }: Draft, field: FieldName): string {
  return fault?.field === field ? fault.text : '';
}

function Field({ mine, name, label, hint = '', chars = 7 }: FieldProps) {
  const id = `fence-${name}`;
  const fault = faultAt(mine, name);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (fault !== '') field.current?.focus();
  }, [mine.fault]);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...{ id, ref: field, maxLength: chars, autocomplete: 'off' }}
        placeholder={hint}
        inputMode={name === 'name' ? 'text' : 'numeric'}
        value={mine.values[name]}
        aria-invalid={fault !== ''}
        aria-describedby={fault === '' ? undefined : `${id}-fault`}
        onInput={(event) => setValue(name, event.currentTarget.value)}
      />
      {fault !== '' && (
        <span class="fault" id={`${id}-fault`} role="alert">
          {fault}
        </span>
      )}
    </div>
  );
}

/** What is wrong beyond a field of this form. */
function Wrong({ mine }: { mine: Draft }) {
  const { fault, base } = mine;
  const isHere = fault && !['name', 'dwell', 'hysteresis'].includes(fault.field ?? '');
  if (!isHere) return null;
  const isTheirs = base !== null && fault.text === fe('fences.changedMeanwhile');
  return (
    <div role="alert">
      <p class="fault">{fault.text}</p>
      {isTheirs && (
        <button type="button" class="button small" onClick={takeFresh}>
          {fe('fences.takeTheirs')}
        </button>
      )}
    </div>
  );
}

interface FormProps {
  mine: Draft;
  onEnd: () => void;
  onCancel: () => void;
  onDelete: () => void;
}

function Buttons({ mine, onCancel, onDelete }: Omit<FormProps, 'onEnd'>): ComponentChildren {
  return (
    <div class="buttons fence-buttons">
      <button type="submit" class="button primary" disabled={isSaving.value}>
        {fe(isSaving.value ? 'fences.saving' : 'fences.save')}
      </button>
      <button type="button" class="button" onClick={onCancel}>
        {fe('fences.cancel')}
      </button>
      <span class="space" />
      {mine.base !== null && (
        <button type="button" class="button danger" onClick={onDelete}>
          {fe('fences.delete')}
        </button>
      )}
    </div>
  );
}

export function FenceForm({ mine, onEnd, onCancel, onDelete }: FormProps) {
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await save()) onEnd();
  };
  return (
    <form class="fence-fields fence-form" onSubmit={(event) => void submit(event)} noValidate>
      <Field mine={mine} name="name" label={fe('fences.name')} chars={NAME_CHARS} />
      <Segments
        label={fe('fences.alarmOn')}
        value={mine.values.alarmOn}
        choices={ALARMS.map((each) => [each, alarmText(each)] as const)}
        onChoose={(each) => setValue('alarmOn', each)}
      />
      <Watched mine={mine} />
      <details class="fence-more">
        <summary>{fe('fences.more')}</summary>
        <Field mine={mine} name="dwell" label={fe('fences.dwell')} />
        <Field
          mine={mine}
          name="hysteresis"
          label={fe('fences.margin')}
          hint={fe('fences.marginHint')}
        />
      </details>
      <Wrong mine={mine} />
      <Buttons mine={mine} onCancel={onCancel} onDelete={onDelete} />
    </form>
  );
}
