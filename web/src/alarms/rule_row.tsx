/** One field of the rules: "80, from group North"; inherited, own or off. */
import { me } from '../app/session.ts';
import { decimal } from '../i18n/format.ts';
import { Segments } from '../parts/segments.tsx';
import {
  FIELDS,
  type FieldName,
  isBad,
  isSame,
  type Mode,
  type Source,
  shownOf,
  textOf,
  type Value,
} from './rules.ts';
import { groupOf, maySet, nameOf, type RulesDraft, setField } from './rules_draft.ts';
import { d } from './text.ts';

const MODES = ['inherit', 'value', 'off'] as const;

function valueText(value: Value): string {
  if (value === null) return d('rules.off');
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return '…';
    return decimal(value, Number.isInteger(value) ? 0 : 1);
  }
  return textOf(value);
}

function sourceText(source: Source, { subject }: RulesDraft): string {
  if (source === 'enterprise')
    return d('rules.from.enterprise', { name: me.value?.HoldName ?? '' });
  if (source !== 'group') return d(`rules.from.${source}`);
  const id = subject.scope === 'group' ? subject.id : groupOf(subject.id);
  return d('rules.from.group', { name: nameOf({ scope: 'group', id }) });
}

/** What holds and why; of an own value also what it takes the place of. */
function heldText(name: FieldName, now: RulesDraft): string {
  const { value, source, above, aboveSource } = shownOf(name, now.mine[name], now.above);
  if (source === 'none') return sourceText(source, now);
  const held = [valueText(value), sourceText(source, now)].filter(Boolean).join(', ');
  if (source !== 'own' || aboveSource === 'none') return held;
  const instead = `${valueText(above)}, ${sourceText(aboveSource, now)}`;
  return `${held}; ${d('rules.instead', { value: instead })}`;
}

function faultText(name: FieldName, now: RulesDraft): string {
  if (!isBad(name, now.mine[name])) return '';
  if (name === 'Temperatures') return d('rules.badSensors');
  const row = FIELDS.find((each) => each.name === name);
  const bounds = { min: row?.min ?? 0, max: row?.max ?? 0 };
  return d(row?.isDecimal ? 'rules.badNumber' : 'rules.badWhole', bounds);
}

/** The value that is begun with: what holds until now. */
function firstText(name: FieldName, now: RulesDraft): string {
  const { above } = shownOf(name, now.mine[name], now.above);
  return now.mine[name].text || textOf(above);
}

function Own({ name, now }: { name: FieldName; now: RulesDraft }) {
  const fault = faultText(name, now);
  const id = `rule-${name}`;
  return (
    <span class="rule-own">
      <input
        id={id}
        aria-label={d(`rules.${name}`)}
        aria-invalid={fault !== ''}
        aria-describedby={fault === '' ? undefined : `${id}-fault`}
        inputMode={name === 'Temperatures' ? 'text' : 'decimal'}
        placeholder={name === 'Temperatures' ? d('rules.sensorHint') : ''}
        autocomplete="off"
        value={now.mine[name].text}
        onInput={(event) => setField(name, { mode: 'value', text: event.currentTarget.value })}
      />
      {fault !== '' && (
        <span class="fault" id={`${id}-fault`}>
          {fault}
        </span>
      )}
    </span>
  );
}

export function RuleRow({ name, now }: { name: FieldName; now: RulesDraft }) {
  const { mode } = now.mine[name];
  const title = d(`rules.${name}`);
  const theirs = now.theirs[name];
  const isDirty = !isSame(now.base[name], now.mine[name]);
  const choose = (next: Mode) => {
    const text = next === 'value' ? firstText(name, now) : now.mine[name].text;
    setField(name, { mode: next, text });
  };
  return (
    <li class={isDirty ? 'rule-row dirty' : 'rule-row'}>
      <span class="rule-text">
        <b>{title}</b>
        <span class="rule-held">{heldText(name, now)}</span>
        {theirs && (
          <span class="theirs">
            {d('rules.theirs', {
              value: theirs.mode === 'value' ? theirs.text : d(`rules.mode.${theirs.mode}`),
            })}
          </span>
        )}
      </span>
      {maySet.value && (
        <span class="rule-mode">
          <Segments
            label={d('rules.mode', { name: title })}
            value={mode}
            choices={MODES.map((each) => [each, d(`rules.mode.${each}`)] as const)}
            onChoose={choose}
          />
          {mode === 'value' && <Own name={name} now={now} />}
        </span>
      )}
    </li>
  );
}
