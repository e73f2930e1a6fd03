/** What a field is typed or chosen in, by its kind. */
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import type { Field } from './entity.ts';

const ZONES = Intl.supportedValuesOf('timeZone');
const CHARS_MAX = 64;

export interface InputProps {
  field: Field;
  id: string;
  value: string;
  isBad: boolean;
  describedBy: string | undefined;
  set(text: string): void;
}

type Typed = { currentTarget: { value: string } };

function Choices({ field, id, value, set }: InputProps) {
  const chosen = new Set(value === '' ? [] : value.split(','));
  const all = field.choices?.() ?? [];
  const toggle = (each: string) => {
    const next = new Set(chosen);
    if (!next.delete(each)) next.add(each);
    set([...next].sort((a, b) => Number(a) - Number(b)).join(','));
  };
  return (
    <div class="set-choices" role="group" aria-labelledby={`${id}-label`}>
      {all.length === 0 && <span class="set-hint">{s('set.noChoice')}</span>}
      {all.map(([each, text]) => (
        <label class="check" key={each}>
          <input type="checkbox" checked={chosen.has(each)} onChange={() => toggle(each)} />
          {text}
        </label>
      ))}
    </div>
  );
}

function Select({ field, id, value, isBad, describedBy, set }: InputProps) {
  const all = field.choices?.() ?? [];
  const isKnown = all.some(([each]) => each === value);
  return (
    <select
      id={id}
      value={value}
      aria-invalid={isBad}
      aria-describedby={describedBy}
      onChange={(event: Typed) => set(event.currentTarget.value)}
    >
      {!isKnown && <option value={value}>{value || t('none')}</option>}
      {all.map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  );
}

/** As a field of date and time has it: yyyy-MM-ddTHH:mm, with seconds where there are any. */
function shownTime(text: string): string {
  return text.replace(' ', 'T').replace(/(T\d\d:\d\d):00$/, '$1');
}

function timeText(shown: string): string {
  const text = shown.replace('T', ' ');
  return /^\d+-\d\d-\d\d \d\d:\d\d$/.test(text) ? `${text}:00` : text;
}

export function Input(props: InputProps) {
  const { field, id, value, isBad, describedBy, set } = props;
  const shared = { id, 'aria-invalid': isBad, 'aria-describedby': describedBy };
  const onInput = (event: Typed) => set(event.currentTarget.value);
  if (field.kind === 'choice') return <Select {...props} />;
  if (field.kind === 'choices') return <Choices {...props} />;
  if (field.kind === 'day')
    return <input {...shared} type="date" value={value} onInput={onInput} />;
  if (field.kind === 'time') {
    return (
      <input
        {...shared}
        type="datetime-local"
        value={shownTime(value)}
        onInput={(event: Typed) => set(timeText(event.currentTarget.value))}
      />
    );
  }
  const typed = { ...shared, value, maxLength: field.max ?? CHARS_MAX, onInput };
  if (field.kind === 'secret') {
    return <input {...typed} type="password" autocomplete="new-password" />;
  }
  if (field.kind === 'zone') {
    return <input {...typed} type="text" list="set-zones" autocomplete="off" />;
  }
  return (
    <input
      {...typed}
      inputMode={field.kind === 'number' ? 'decimal' : 'text'}
      autocomplete="off"
      spellcheck={false}
    />
  );
}

/** The names of all time zones, once a form. */
export function Zones() {
  return (
    <datalist id="set-zones">
      {ZONES.map((each) => (
        <option key={each} value={each} />
      ))}
    </datalist>
  );
}
