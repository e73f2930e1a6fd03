/** The form of an object: saved as a whole, with what is changed and not saved marked. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { NEW } from '../app/address.ts';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { changedFields, type Draft, fieldsOf } from './draft.ts';
import type { Entity } from './entity.ts';
import { FormField } from './field.tsx';
import { formOf, isDirty, readForm, setValue } from './forms.ts';
import { Zones } from './input.tsx';
import { isSaving, save } from './save.ts';

interface FormProps {
  entity: Entity;
  id: string;
  /** The typed is given up, or was saved and nothing is left to do. */
  onLeave: () => void;
  onSaved?: () => void;
  /** It stands where nothing else leads back: there always is a way out. */
  isBeside?: boolean;
}

function NotThere({ entity, id, now }: FormProps & { now: 'loading' | 'failed' | 'gone' }) {
  if (now === 'loading') return <div class="quiet" aria-busy="true" />;
  return (
    <div class="quiet" role="alert">
      <p>{s(now === 'gone' ? 'set.gone' : 'set.notRead')}</p>
      {now === 'failed' && (
        <button type="button" class="button" onClick={() => void readForm(entity, id)}>
          {t('start.retry')}
        </button>
      )}
    </div>
  );
}

function Buttons({ entity, id, onLeave, isBeside = false }: FormProps) {
  const dirty = isDirty(entity, id);
  const busy = isSaving(entity, id);
  return (
    <div class="set-buttons">
      <button type="submit" class="button primary" disabled={busy || (!dirty && id !== NEW)}>
        {busy ? s('set.saving') : id === NEW ? (entity.add?.label() ?? '') : t('device.save')}
      </button>
      {(dirty || id === NEW || isBeside) && (
        <button type="button" class="button" disabled={busy} onClick={onLeave}>
          {id === NEW || isBeside ? t('add.cancel') : s('set.drop')}
        </button>
      )}
      {dirty && id !== NEW && <span class="set-dirty">{s('set.unsaved')}</span>}
    </div>
  );
}

/** The first field that is wrong gets the focus once the server, or we, said so. */
function useFaultFocus(form: string, draft: Draft | null): void {
  const first = Object.keys(draft?.faults ?? {}).find((name) => name !== '') ?? '';
  useEffect(() => {
    if (first !== '') document.getElementById(`${form}-${first}`)?.focus();
  }, [first]);
}

export function Form(props: FormProps & { children?: ComponentChildren }) {
  const { entity, id, children, onSaved } = props;
  const now = formOf(entity, id);
  const form = `set-${entity.name}`;
  const draft = typeof now === 'object' ? now : null;
  useFaultFocus(form, draft);
  if (typeof now !== 'object') return <NotThere {...props} now={now} />;
  const changed = new Set(changedFields(entity, now).map(({ name }) => name));
  const submit = (event: Event) => {
    event.preventDefault();
    void save(entity, id).then((isSaved) => isSaved && onSaved?.());
  };
  return (
    <form class="device-form" noValidate onSubmit={submit}>
      <div class="set-fields">
        {fieldsOf(entity, now.base).map((field) => (
          <div key={field.name} class={changed.has(field.name) && id !== NEW ? 'set-changed' : ''}>
            {field.part && <h3 class="set-part">{field.part()}</h3>}
            <FormField
              field={field}
              draft={now}
              form={form}
              set={(text) => setValue(entity, id, field.name, text)}
            />
          </div>
        ))}
        {children}
      </div>
      <Zones />
      {now.faults[''] && (
        <p class="fault" role="alert">
          {now.faults['']}
        </p>
      )}
      <Buttons {...props} />
    </form>
  );
}
