/** A choice among a few, side by side. */
interface SegmentsProps<T extends string> {
  label: string;
  value: T;
  choices: readonly (readonly [T, string])[];
  onChoose: (value: T) => void;
}

export function Segments<T extends string>({ label, value, choices, onChoose }: SegmentsProps<T>) {
  return (
    <div class="setting">
      <span class="setting-label">{label}</span>
      <div class="segments" role="group" aria-label={label}>
        {choices.map(([choice, text]) => (
          <button
            type="button"
            key={choice}
            aria-pressed={choice === value}
            onClick={() => onChoose(choice)}
          >
            {text}
          </button>
        ))}
      </div>
    </div>
  );
}
