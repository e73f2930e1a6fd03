/** A field of a form: its name, below it what helps, and what is wrong. */
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import type { Draft } from './draft.ts';
import type { Field } from './entity.ts';
import { Input } from './input.tsx';

/** What a value is called: of a choice its text. */
export function shownAs(field: Field, text: string): string {
  const names = new Map(field.choices?.() ?? []);
  const parts = field.kind === 'choices' ? text.split(',') : [text];
  if (field.kind === 'switch') return s(text === 'true' ? 'set.yes' : 'set.no');
  return parts.map((each) => names.get(each) ?? each).join(', ') || t('none');
}

interface FieldProps {
  field: Field;
  draft: Draft;
  /** Begins the ids of its form. */
  form: string;
  set(text: string): void;
}

function Below({ field, draft, form, set }: FieldProps) {
  const fault = draft.faults[field.name];
  const theirs = draft.theirs[field.name];
  const hint = field.hint?.(draft.base) ?? '';
  const offer = field.offer?.(draft.base) ?? null;
  const isOffered = offer !== null && offer[0] !== draft.values[field.name];
  return (
    <>
      {fault && (
        <p class="fault" role="alert" id={`${form}-${field.name}-fault`}>
          {fault}
        </p>
      )}
      {theirs !== undefined && (
        <span class="theirs">
          {t('device.theirs', { value: shownAs(field, theirs) })}{' '}
          <button type="button" class="bare link" onClick={() => set(theirs)}>
            {s('set.takeTheirs')}
          </button>
        </span>
      )}
      {isOffered && (
        <button type="button" class="bare link" onClick={() => set(offer[0])}>
          {offer[1]}
        </button>
      )}
      {hint && <p class="set-hint">{hint}</p>}
    </>
  );
}

export function FormField(props: FieldProps) {
  const { field, draft, form, set } = props;
  const id = `${form}-${field.name}`;
  const value = draft.values[field.name] ?? '';
  const isBad = draft.faults[field.name] !== undefined;
  const describedBy = isBad ? `${id}-fault` : undefined;
  if (field.kind === 'switch') {
    return (
      <div class="field">
        <label class="check">
          <input
            type="checkbox"
            checked={value === 'true'}
            onChange={(event) => set(event.currentTarget.checked ? 'true' : '')}
          />
          {field.label()}
        </label>
        <Below {...props} />
      </div>
    );
  }
  const isGroup = field.kind === 'choices';
  return (
    <div class="field">
      {isGroup ? (
        <span class="set-label" id={`${id}-label`}>
          {field.label()}
        </span>
      ) : (
        <label for={id}>
          {field.label()}
          {field.isRequired && <span class="set-needed"> {s('set.needed')}</span>}
        </label>
      )}
      <Input {...{ field, id, value, isBad, describedBy, set }} />
      <Below {...props} />
    </div>
  );
}
