/** Which vehicles a report is about: all, groups, or each by itself; at first nobody. */
import { useSignal } from '@preact/signals';
import { plateRank } from '../app/columns.ts';
import { fleet, groups, tick } from '../app/fleet.ts';
import { say } from '../app/notice.ts';
import { me } from '../app/session.ts';
import { rt } from '../i18n/reports.ts';
import { count } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { folded } from '../store/words.ts';
import { choice, chooseVehicles, vehicleCount } from './asked.ts';
import { IDS_MAX, NOBODY, toggleGroup, toggleId } from './choice.ts';
import { Picked } from './picked.tsx';

const MATCHES_MAX = 60;

function isOurs(slot: number): boolean {
  const of = fleet.numbers.hold[slot] as number;
  return Boolean(fleet.alive[slot]) && (Number.isNaN(of) || of === me.value?.HoldID);
}

/** The first few by their plates. */
function matches(word: string): number[] {
  const rank = plateRank();
  const found: number[] = [];
  for (let slot = 0; slot < fleet.count; slot++) {
    if (!isOurs(slot) || !(fleet.words[slot] as string).includes(word)) continue;
    if (found.length === MATCHES_MAX) {
      if (rank(slot) >= rank(found.at(-1) as number)) continue;
      found.pop();
    }
    found.push(slot);
    found.sort((a, b) => rank(a) - rank(b));
  }
  return found;
}

function groupSizes(): Map<number, number> {
  const sizes = new Map<number, number>();
  for (let slot = 0; slot < fleet.count; slot++) {
    if (!isOurs(slot)) continue;
    const group = fleet.numbers.g[slot] as number;
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  return sizes;
}

function toggleVehicle(id: string): void {
  const { ids } = choice.peek();
  if (ids.length >= IDS_MAX && !ids.includes(id)) say(rt('report.idsFull', { n: IDS_MAX }));
  else chooseVehicles(toggleId(choice.peek(), id));
}

function Check({ is, onChange, children }: CheckProps) {
  return (
    <label class="pick">
      <input type="checkbox" checked={is} onChange={onChange} />
      {children}
    </label>
  );
}
interface CheckProps {
  is: boolean;
  onChange: () => void;
  children: preact.ComponentChildren;
}

export function VehicleChoice() {
  const text = useSignal('');
  tick.value;
  const chosen = choice.value;
  const word = folded(text.value.trim());
  const sizes = groupSizes();
  const shownGroups = groups.value.filter(([, name]) => folded(name).includes(word));
  const slots = matches(word);
  const total = [...sizes.values()].reduce((sum, n) => sum + n, 0);
  return (
    <fieldset class="ask">
      <legend>{rt('report.vehicles')}</legend>
      <Picked />
      <input
        type="search"
        aria-label={rt('report.find')}
        placeholder={rt('report.find')}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <div class="picks" role="group" aria-label={rt('report.vehicles')}>
        {word === '' && (
          <Check
            is={chosen.isAll}
            onChange={() => chooseVehicles({ ...NOBODY, isAll: !chosen.isAll })}
          >
            <b class="grow">{rt('report.allVehicles')}</b>
            <span class="under">{count(total)}</span>
          </Check>
        )}
        {shownGroups.map(([group, name]) => (
          <Check
            key={`g${group}`}
            is={chosen.groups.includes(group)}
            onChange={() => chooseVehicles(toggleGroup(chosen, group))}
          >
            <Icon name="groups" size={16} />
            <span class="grow">{name}</span>
            <span class="under">{count(sizes.get(group) ?? 0)}</span>
          </Check>
        ))}
        {slots.map((slot) => {
          const id = fleet.texts.id[slot] as string;
          return (
            <Check key={id} is={chosen.ids.includes(id)} onChange={() => toggleVehicle(id)}>
              <span class="grow">{fleet.texts.plate[slot] || id}</span>
            </Check>
          );
        })}
        {shownGroups.length + slots.length === 0 && <p class="under">{rt('report.noMatch')}</p>}
      </div>
      {vehicleCount.value > 0 && (
        <p class="under">{rt('report.chosen', { n: vehicleCount.value })}</p>
      )}
    </fieldset>
  );
}
