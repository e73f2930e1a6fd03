/** The login (fun=5): a name and a password, and a reason where it did not work. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { logIn, loginNote } from '../app/session.ts';
import { chooseLanguage } from '../app/settings.ts';
import { isDemo } from '../app/site.ts';
import { language } from '../i18n/choice.ts';
import { age } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { Mark } from '../parts/mark.tsx';
import { type Fault, faultOf, isThrottled, missing } from './login_fault.ts';
import { useLoginWaits } from './login_wait.ts';

function FaultText({ fault, field }: { fault: Fault | null; field: Fault['field'] }) {
  if (fault?.field !== field) return null;
  return (
    <p class="fault" id={`${field}-fault`} role="alert">
      {fault.text()}
    </p>
  );
}

/** Said once, and not each second, to who listens. */
function Throttled({ leftS }: { leftS: number }) {
  return (
    <>
      <p class="fault" aria-hidden="true">
        {t('login.throttled', { age: age(leftS) })}
      </p>
      <p class="unseen" role="alert">
        {t('login.tooMany')}
      </p>
    </>
  );
}

export function Login() {
  const name = useSignal(isDemo() ? 'demo' : '');
  const password = useSignal(isDemo() ? 'demo' : '');
  const fault = useSignal<Fault | null>(null);
  const isBusy = useSignal(false);
  const isShown = useSignal(false);
  const hasCaps = useSignal(false);
  const waits = useLoginWaits();
  const leftS = waits.leftS(name.value);
  const nameField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  useEffect(() => nameField.current?.focus(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    fault.value = missing(name.value, password.value);
    if (fault.value !== null) {
      (fault.value.field === 'name' ? nameField : passwordField).current?.focus();
      return;
    }
    isBusy.value = true;
    try {
      await logIn(name.value, password.value);
    } catch (error) {
      if (isThrottled(error)) waits.begin(name.value, error.retryAfterS);
      else fault.value = faultOf(error);
      isBusy.value = false;
      passwordField.current?.select();
    }
  };
  const watchCaps = (event: KeyboardEvent) => {
    hasCaps.value = event.getModifierState?.('CapsLock') ?? false;
  };
  const note = loginNote.value;
  return (
    <main class="login">
      <form class="login-card" onSubmit={(event) => void submit(event)} noValidate>
        <h1>
          <Mark /> {t('app.name')}
        </h1>
        {note !== '' && <p class="note">{t(note === 'ended' ? 'login.ended' : 'login.badKey')}</p>}
        {isDemo() && note === '' && <p class="note">{t('login.demo')}</p>}
        <label for="name">{t('login.name')}</label>
        <input
          id="name"
          ref={nameField}
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          value={name.value}
          aria-invalid={fault.value?.field === 'name'}
          aria-describedby="name-fault"
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <FaultText fault={fault.value} field="name" />
        <label for="password">{t('login.password')}</label>
        <div class="with-button">
          <input
            id="password"
            ref={passwordField}
            type={(isShown.value ? 'text' : 'password') as 'password'}
            autocomplete="current-password"
            value={password.value}
            aria-invalid={fault.value?.field === 'password'}
            aria-describedby="password-fault"
            onKeyDown={watchCaps}
            onKeyUp={watchCaps}
            onInput={(event) => {
              password.value = event.currentTarget.value;
            }}
          />
          <button
            type="button"
            class="bare"
            aria-label={t(isShown.value ? 'login.hide' : 'login.show')}
            aria-pressed={isShown.value}
            onClick={() => {
              isShown.value = !isShown.value;
            }}
          >
            <Icon name={isShown.value ? 'eyeOff' : 'eye'} />
          </button>
        </div>
        {hasCaps.value && <p class="hint">{t('login.caps')}</p>}
        <FaultText fault={fault.value} field="password" />
        <FaultText fault={fault.value} field="all" />
        {leftS > 0 && <Throttled leftS={leftS} />}
        <button type="submit" class="button primary wide" disabled={isBusy.value || leftS > 0}>
          {t(isBusy.value ? 'login.busy' : 'login.button')}
        </button>
      </form>
      <button
        type="button"
        class="bare language"
        lang={language.value === 'en' ? 'zh-CN' : 'en'}
        title={t('top.languageLabel')}
        onClick={() => chooseLanguage(language.value === 'en' ? 'zh' : 'en')}
      >
        {t('top.language')}
      </button>
    </main>
  );
}
