/** The own password: the old one, and the new one twice. */
import { type Signal, useSignal } from '@preact/signals';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { changePassword, type PasswordFault } from './tokens.ts';

const CHARS_MIN = 6;
const CHARS_MAX = 128;

interface SecretProps {
  id: string;
  label: string;
  value: Signal<string>;
  isNew: boolean;
  fault: string;
}

function Secret({ id, label, value, isNew, fault }: SecretProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="password"
        autocomplete={isNew ? 'new-password' : 'current-password'}
        maxLength={CHARS_MAX}
        aria-invalid={fault !== ''}
        aria-describedby={fault === '' ? undefined : `${id}-fault`}
        value={value.value}
        onInput={(event) => {
          value.value = event.currentTarget.value;
        }}
      />
      {fault !== '' && (
        <p class="fault" role="alert" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

export function Password() {
  const old = useSignal('');
  const next = useSignal('');
  const again = useSignal('');
  const fault = useSignal<PasswordFault | { field: 'again'; text: string } | null>(null);
  const isBusy = useSignal(false);
  const faultOf = (field: string) => (fault.value?.field === field ? fault.value.text : '');
  const judge = () => {
    if (old.value === '') return { field: 'old', text: s('set.missing') } as const;
    if (next.value.length < CHARS_MIN) {
      return { field: 'new', text: s('set.tooShort', { min: CHARS_MIN }) } as const;
    }
    return next.value === again.value
      ? null
      : ({ field: 'again', text: s('account.differs') } as const);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value) return;
    fault.value = judge();
    if (fault.value !== null) return;
    isBusy.value = true;
    fault.value = await changePassword(old.value, next.value);
    isBusy.value = false;
    if (fault.value !== null) return;
    old.value = '';
    next.value = '';
    again.value = '';
  };
  return (
    <form class="device-form set-card" noValidate onSubmit={(event) => void submit(event)}>
      <h3>{s('account.password')}</h3>
      <Secret
        id="password-old"
        label={s('account.old')}
        value={old}
        isNew={false}
        fault={faultOf('old')}
      />
      <Secret
        id="password-new"
        label={s('account.new')}
        value={next}
        isNew
        fault={faultOf('new')}
      />
      <Secret
        id="password-again"
        label={s('account.again')}
        value={again}
        isNew
        fault={faultOf('again')}
      />
      <p class="set-hint">{s('account.passwordHint')}</p>
      {faultOf('') !== '' && (
        <p class="fault" role="alert">
          {faultOf('')}
        </p>
      )}
      <button type="submit" class="button primary" disabled={isBusy.value}>
        {isBusy.value ? s('set.saving') : t('device.save')}
      </button>
    </form>
  );
}
