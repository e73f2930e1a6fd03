/** What the desk shows: to do, active or all; of which vehicles and kinds; and the sound. */
import { groups } from '../app/fleet.ts';
import { alarmName, count } from '../i18n/text.ts';
import { Segments } from '../parts/segments.tsx';
import * as from from './desk.ts';
import { isBlocked, isOn, toggleSound } from './sound.ts';
import { d } from './text.ts';

function Kinds() {
  const chosen = from.kinds.value;
  const shown = new Map(from.counts.value);
  for (const kind of chosen) if (!shown.has(kind)) shown.set(kind, 0);
  if (shown.size === 0) return null;
  return (
    <div class="desk-kinds" role="group" aria-label={d('desk.kinds')}>
      {[...shown].map(([kind, n]) => (
        <button
          type="button"
          class="chip"
          key={kind}
          aria-pressed={chosen.has(kind)}
          onClick={() => from.toggleKind(kind)}
        >
          {kind < 0 ? d('desk.otherKind') : alarmName(kind)} <b>{count(n)}</b>
        </button>
      ))}
    </div>
  );
}

function Sound() {
  return (
    <>
      <button
        type="button"
        class="button quiet-button"
        aria-pressed={isOn.value}
        onClick={toggleSound}
      >
        {d('desk.sound')}
      </button>
      {isOn.value && isBlocked.value && <span class="hint">{d('desk.soundBlocked')}</span>}
    </>
  );
}

function Select({
  label,
  of,
  choices,
}: {
  label: string;
  of: typeof from.group;
  choices: readonly (readonly [string, string])[];
}) {
  return (
    <select
      aria-label={label}
      value={of.value}
      onChange={(event) => {
        of.value = event.currentTarget.value;
      }}
    >
      {choices.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}

export function DeskBar() {
  const ofGroups = groups.value.map(([id, name]) => [String(id), name] as const);
  return (
    <div class="desk-bar">
      <div class="desk-line">
        <Segments
          label={d('desk.show')}
          value={from.view.value}
          choices={from.VIEWS.map((each) => [each, d(`desk.view.${each}`)] as const)}
          onChoose={(each) => {
            from.view.value = each;
          }}
        />
        <input
          type="search"
          class="desk-search"
          aria-label={d('desk.search')}
          placeholder={d('desk.search')}
          value={from.key.value}
          onInput={(event) => {
            from.key.value = event.currentTarget.value;
          }}
        />
        {ofGroups.length > 0 && (
          <Select
            label={d('desk.group')}
            of={from.group}
            choices={[['', d('desk.allGroups')], ...ofGroups]}
          />
        )}
        <Select
          label={d('desk.order')}
          of={from.order as typeof from.group}
          choices={from.ORDERS.map((each) => [each, d(`desk.order.${each}`)] as const)}
        />
        <Sound />
      </div>
      <Kinds />
    </div>
  );
}
