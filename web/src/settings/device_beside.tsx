/** The form of a device in the drawer of its vehicle: the same one, with the same draft. */
import { useEffect, useMemo } from 'preact/hooks';
import { role } from '../app/session.ts';
import '../style/settings.css';
import { deviceBeside } from './devices.ts';
import type { Row } from './entity.ts';
import { Form } from './form.tsx';
import { dropForm, followForms, openForm } from './forms.ts';

followForms();

interface BesideProps {
  id: string;
  /** As it was read last; null: it was not. */
  row: Row | null;
  onLeave: () => void;
}

export function DeviceBeside({ id, row, onLeave }: BesideProps) {
  const mayModify = role.value === 'admin' || role.value === 'root';
  const entity = useMemo(() => deviceBeside(id, mayModify), [id, mayModify]);
  useEffect(() => void openForm(entity, id, row), [entity]);
  const leave = () => {
    dropForm(entity, id);
    onLeave();
  };
  return <Form entity={entity} id={id} onLeave={leave} onSaved={leave} isBeside />;
}
