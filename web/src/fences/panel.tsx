/** The geofences beside the map: their list, one that is drawn or changed, a file of them. */
import { computed } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import '../style/fences.css';
import { addKeys } from '../app/keyboard.ts';
import { address, go } from '../app/navigation.ts';
import { isPhone } from '../app/screen.ts';
import { role } from '../app/session.ts';
import { pad } from '../map/camera.ts';
import { fenceEdited } from '../map/fences.ts';
import { draft, live } from './draft.ts';
import { FenceEditor } from './editor.tsx';
import { FenceList } from './fence_list.tsx';
import { ImportView } from './import_view.tsx';
import { fe } from './text.ts';

const mayDraw = computed(() => role.value !== 'viewer');

/** A line that is being drawn is given up by terra-draw; else one step back. */
const KEYS = {
  Escape: () => {
    const isDrawing = draft.value !== null && live.value !== null;
    if (address.value.fence === 'list') go({ fence: '' });
    else if (!isDrawing) go({ fence: 'list' });
  },
};

function Body() {
  const { fence } = address.value;
  if (!mayDraw.value || fence === 'list') return <FenceList mayDraw={mayDraw.value} />;
  if (fence === 'import') return <ImportView />;
  return <FenceEditor wanted={fence} />;
}

export function FencePanel() {
  const host = useRef<HTMLElement>(null);
  const { fence } = address.value;
  const isSheet = isPhone.value;
  useEffect(() => addKeys(KEYS), []);
  const id = draft.value?.base?.PolygonID ?? 0;
  const isEditing = fence !== 'list' && fence !== 'import';
  useEffect(() => {
    fenceEdited.value = isEditing ? id : 0;
  }, [isEditing, id]);
  useEffect(
    () => () => {
      fenceEdited.value = null;
    },
    [],
  );
  useLayoutEffect(() => {
    if (!isSheet || !host.current) return undefined;
    return pad('sheet', { bottom: host.current.offsetHeight });
  }, [isSheet, isEditing]);
  return (
    <main
      class={`page beside-map ${isEditing ? 'half drawing' : 'half'} fence-page`}
      ref={host}
      aria-label={fe('fences.title')}
    >
      <Body />
    </main>
  );
}
