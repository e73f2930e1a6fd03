/** One parameter of a call in a form: a choice where there is one, else a line of text. */
import { d } from '../i18n/docs_text.ts';
import type { Field } from './openapi.ts';

interface InputProps {
  field: Field;
  value: string;
  onInput: (text: string) => void;
}

export function FieldInput({ field, value, onInput }: InputProps) {
  const id = `field-${field.name}`;
  const choices = field.kind === 'boolean' ? ['true', 'false'] : field.of;
  const hear = (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value);
  return (
    <div class="docs-field">
      <label for={id}>
        {field.name}
        {field.isRequired && <span class="docs-required">{d('docs.required')}</span>}
      </label>
      {field.kind === 'boolean' || field.kind === 'choice' ? (
        <select id={id} value={value} onChange={hear}>
          <option value="" />
          {choices.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      ) : (
        <input id={id} value={value} autocomplete="off" onInput={hear} />
      )}
    </div>
  );
}
