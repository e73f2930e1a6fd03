/** The fields of a device, to be changed in place. */
import {
  type Draft,
  draft,
  type FieldName,
  fieldsFor,
  isSaving,
  LABELS,
  save,
  setField,
} from '../app/device_form.ts';
import { groups } from '../app/fleet.ts';
import { t } from '../i18n/text.ts';

const TEXT_CHARS: Partial<Record<FieldName, number>> = { Note: 200, VehiclePlate: 64 };
const TYPES = ['0', '1', '2'] as const;
const WHOLE: readonly FieldName[] = ['TankLitres', 'UtcOffsetMinutes'];

type Choice = readonly [string, string];

function choicesOf(name: FieldName): readonly Choice[] | null {
  if (name === 'DeviceType') return TYPES.map((type) => [type, t(`device.type.${type}`)]);
  if (name !== 'GroupID') return null;
  return [
    ['0', t('table.noGroup')],
    ...groups.value.map(([id, text]) => [String(id), text] as const),
  ];
}

/** What a choice of somebody else's is called. */
function shownAs(name: FieldName, value: string): string {
  const known = choicesOf(name)?.find(([each]) => each === value)?.[1];
  return known ?? (value || t('none'));
}

function Field({ mine, name }: { mine: Draft; name: FieldName }) {
  const id = `device-${name}`;
  const theirs = mine.theirs[name];
  const choices = choicesOf(name);
  const isBad = mine.faultField === name;
  const set = (event: { currentTarget: { value: string } }) =>
    setField(name, event.currentTarget.value);
  const shared = { id, value: mine.values[name], 'aria-invalid': isBad };
  const hint = mine.base.HasPassword ? t('device.isSet') : '';
  return (
    <div class="field">
      <label for={id}>{t(LABELS[name])}</label>
      {choices && (
        <select {...shared} onChange={set}>
          {choices.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
      {!choices && name === 'Password' && (
        <input
          {...shared}
          type="password"
          autocomplete="new-password"
          placeholder={hint}
          onInput={set}
        />
      )}
      {!choices && name !== 'Password' && (
        <input
          {...shared}
          inputMode={WHOLE.includes(name) ? 'numeric' : 'text'}
          autocomplete="off"
          maxLength={TEXT_CHARS[name] ?? 64}
          spellcheck={false}
          onInput={set}
        />
      )}
      {name === 'UtcOffsetMinutes' && <ClockHint mine={mine} />}
      {theirs !== undefined && (
        <span class="theirs">{t('device.theirs', { value: shownAs(name, theirs) })}</span>
      )}
    </div>
  );
}

/** The clock's zone as the server thinks it is: one click takes it over. */
function ClockHint({ mine }: { mine: Draft }) {
  const minutes = mine.base.ClockHint?.UtcOffsetMinutes;
  if (minutes === undefined || mine.values.UtcOffsetMinutes === String(minutes)) return null;
  return (
    <button
      type="button"
      class="bare link"
      onClick={() => setField('UtcOffsetMinutes', String(minutes))}
    >
      {t('device.takeHint', { n: minutes })}
    </button>
  );
}

export function DeviceForm({ mine }: { mine: Draft }) {
  const submit = (event: Event) => {
    event.preventDefault();
    void save();
  };
  return (
    <form class="device-form" onSubmit={submit}>
      {fieldsFor().map((name) => (
        <Field key={name} mine={mine} name={name} />
      ))}
      {mine.fault !== '' && (
        <p class="fault" role="alert">
          {mine.fault}
        </p>
      )}
      <div class="buttons">
        <button type="submit" class="button primary" disabled={isSaving.value}>
          {t('device.save')}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            draft.value = null;
          }}
        >
          {t('add.cancel')}
        </button>
      </div>
    </form>
  );
}
