/** Whose rules are shown: the enterprise's, those of a group, or of a vehicle. */
import { useSignal } from '@preact/signals';
import { fleet, groups, tick } from '../app/fleet.ts';
import { go } from '../app/navigation.ts';
import { Segments } from '../parts/segments.tsx';
import { folded } from '../store/words.ts';
import { SCOPES, type Scope } from './rules.ts';
import { itemOf, nameOf, type Subject, subject } from './rules_draft.ts';
import { d } from './text.ts';

const OFFERED = 8;

function show(next: Subject): void {
  go({ item: itemOf(next) });
}

function chooseScope(scope: Scope): void {
  const [first] = groups.value;
  show({ scope, id: scope === 'group' && first ? String(first[0]) : '' });
}

function found(text: string): [id: string, plate: string][] {
  const word = folded(text.trim());
  if (word === '') return [];
  const hits: [string, string][] = [];
  for (let slot = 0; slot < fleet.count && hits.length < OFFERED; slot++) {
    const id = fleet.texts.id[slot];
    const plate = fleet.texts.plate[slot] ?? '';
    if (id && [plate, id].some((name) => folded(name).includes(word))) hits.push([id, plate]);
  }
  return hits;
}

function DeviceChoice({ id }: { id: string }) {
  const text = useSignal('');
  tick.value;
  return (
    <div class="rules-device">
      {id !== '' && (
        <p>
          {d('rules.chosen')}: <b>{nameOf({ scope: 'device', id })}</b>
        </p>
      )}
      <input
        type="search"
        aria-label={id === '' ? d('rules.find') : d('rules.another')}
        placeholder={d('rules.find')}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      {found(text.value).map(([each, plate]) => (
        <button
          type="button"
          class="menu-item"
          key={each}
          onClick={() => {
            text.value = '';
            show({ scope: 'device', id: each });
          }}
        >
          {plate || each}
        </button>
      ))}
    </div>
  );
}

function GroupChoice({ id }: { id: string }) {
  if (groups.value.length === 0) return <p class="quiet">{d('rules.noGroups')}</p>;
  return (
    <select
      aria-label={d('rules.scope.group')}
      value={id}
      onChange={(event) => show({ scope: 'group', id: event.currentTarget.value })}
    >
      {groups.value.map(([group, name]) => (
        <option key={group} value={String(group)}>
          {name}
        </option>
      ))}
    </select>
  );
}

export function ScopeChoice() {
  const { scope, id } = subject.value;
  return (
    <div class="rules-scope">
      <Segments
        label={d('rules.of')}
        value={scope}
        choices={SCOPES.map((each) => [each, d(`rules.scope.${each}`)] as const)}
        onChoose={chooseScope}
      />
      {scope === 'group' && <GroupChoice id={id} />}
      {scope === 'device' && <DeviceChoice id={id} />}
    </div>
  );
}
