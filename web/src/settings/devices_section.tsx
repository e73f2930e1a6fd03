/** Devices: one by one, and many from a file or to a file. */
import { useSignal } from '@preact/signals';
import { FROM_FILE } from '../app/address.ts';
import { address, go } from '../app/navigation.ts';
import { s } from '../i18n/settings_text.ts';
import { Icon } from '../parts/icon.tsx';
import { devices } from './devices.ts';
import { exportDevices } from './export.ts';
import { Import } from './import.tsx';
import { MoveDevice } from './move.tsx';
import { EntitySection } from './section.tsx';

function Tools() {
  const busy = useSignal('');
  const run = async () => {
    await exportDevices((n, of) => {
      busy.value = s('csv.reading', { n, of });
    });
    busy.value = '';
  };
  return (
    <>
      <button type="button" class="button" disabled={busy.value !== ''} onClick={() => void run()}>
        <Icon name="download" size={16} /> {busy.value || s('csv.export')}
      </button>
      <button
        type="button"
        class="button"
        onClick={() => go({ set: devices.name, item: FROM_FILE })}
      >
        {s('csv.import')}
      </button>
    </>
  );
}

export function DevicesSection() {
  if (address.value.item === FROM_FILE) return <Import />;
  return <EntitySection entity={devices} tools={<Tools />} More={MoveDevice} />;
}
