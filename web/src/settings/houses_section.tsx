/** Enterprises; whoever has none but the own has its form alone. */
import { useEffect } from 'preact/hooks';
import { me } from '../app/session.ts';
import { Form } from './form.tsx';
import { dropForm, openForm } from './forms.ts';
import { houses, isOnlyHouse } from './houses.ts';
import { EntitySection } from './section.tsx';

function OwnHouse() {
  const id = String(me.value?.HoldID ?? '');
  useEffect(() => void openForm(houses, id, null), [id]);
  const leave = () => {
    dropForm(houses, id);
    void openForm(houses, id, null);
  };
  return (
    <div class="set-list">
      <div class="set-cards">
        <div class="set-card">
          <h3>{me.value?.HoldName}</h3>
          <Form entity={houses} id={id} onLeave={leave} />
        </div>
      </div>
    </div>
  );
}

export function HousesSection() {
  return isOnlyHouse() ? <OwnHouse /> : <EntitySection entity={houses} />;
}
