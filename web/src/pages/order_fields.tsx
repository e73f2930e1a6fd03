/** What has to be filled in before a command is given: a time, a password, the plate. */
import type { Signal } from '@preact/signals';
import type { Question } from '../app/commands.ts';
import { t } from '../i18n/text.ts';
import type { Answers } from './order_dialog.tsx';

interface FieldProps {
  id: string;
  label: string;
  type?: 'text' | 'password' | 'datetime-local';
  value: Signal<string>;
}

function Field({ id, label, type = 'text', value }: FieldProps) {
  const shared = {
    id,
    required: true,
    spellcheck: false,
    value: value.value,
    onInput: (event: { currentTarget: { value: string } }) => {
      value.value = event.currentTarget.value;
    },
  };
  return (
    <>
      <label for={id}>{label}</label>
      {type === 'text' && <input {...shared} type="text" autocomplete="off" />}
      {type === 'password' && <input {...shared} type="password" autocomplete="new-password" />}
      {type === 'datetime-local' && <input {...shared} type="datetime-local" />}
    </>
  );
}

/** `plate`: what has to be typed; '': nothing. */
export function AskedFields({
  asked,
  answers,
  plate,
}: {
  asked: Question;
  answers: Answers;
  plate: string;
}) {
  const isTimed = asked.kind === 'lock' && answers.lock.value === 'timed';
  return (
    <>
      {plate !== '' && (
        <Field id="order-plate" label={t('command.typePlate', { plate })} value={answers.plate} />
      )}
      {isTimed && (
        <Field
          id="order-time"
          type="datetime-local"
          label={t('command.time')}
          value={answers.time}
        />
      )}
      {asked.kind === 'lock' && (
        <Field
          id="order-password"
          type="password"
          label={t('command.password')}
          value={answers.password}
        />
      )}
    </>
  );
}
