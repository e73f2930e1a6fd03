/** A number of a shape that may be typed, with what is wrong with it below. */

/** Metres that are typed; NaN: none that may be. */
export function metresOf(text: string, most: number): number {
  const value = Number(text.trim().replace(',', '.') || 'x');
  return value > 0 && value <= most ? Math.round(value * 100) / 100 : Number.NaN;
}

interface NumberFieldProps {
  id: string;
  label: string;
  value: string;
  hint?: string;
  fault: string;
  onInput: (text: string) => void;
}

export function NumberField({ id, label, value, hint = '', fault, onInput }: NumberFieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...{ id, value, autocomplete: 'off', spellcheck: false }}
        placeholder={hint}
        aria-invalid={fault !== ''}
        aria-describedby={fault === '' ? undefined : `${id}-fault`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {fault !== '' && (
        <span class="fault" id={`${id}-fault`}>
          {fault}
        </span>
      )}
    </div>
  );
}
