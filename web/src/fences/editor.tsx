/** One geofence: drawn or dragged on the map, told in numbers here; then its name and alarm. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { go } from '../app/navigation.ts';
import { fences, fenceWanted } from '../map/fences.ts';
import { DeleteDialog } from './delete_dialog.tsx';
import {
  draft,
  dropDraft,
  type FenceRow,
  isChanged,
  shape,
  startChange,
  startNew,
} from './draft.ts';
import { FenceForm } from './fence_form.tsx';
import { Head } from './head.tsx';
import { onKey } from './keys.ts';
import { Numbers } from './numbers.tsx';
import { takePen } from './pen.ts';
import { radiusHere, showShape } from './places.ts';
import { readFence } from './save.ts';
import { type Shape, wrapped } from './shape.ts';
import { showSketch } from './sketch_layer.ts';
import { fe } from './text.ts';
import { Tools } from './tools.tsx';

const toList = () => go({ fence: 'list' });

function Drawing() {
  const isAsked = useSignal(false);
  useEffect(() => {
    const ends = [takePen(), showSketch()];
    document.addEventListener('keydown', onKey);
    return () => {
      for (const end of ends) end();
      document.removeEventListener('keydown', onKey);
    };
  }, []);
  const mine = draft.value;
  if (mine === null) return null;
  const title = mine.base?.RegionName ?? fe('fences.newOne');
  return (
    <>
      <Head title={title} back={fe('fences.toList')} onBack={toList} />
      <div class="fence-body">
        <Tools mine={mine} />
        <Numbers mine={mine} />
        {shape.value !== null && (
          <FenceForm
            mine={mine}
            onEnd={toList}
            onCancel={() => {
              dropDraft();
              toList();
            }}
            onDelete={() => {
              isAsked.value = true;
            }}
          />
        )}
      </div>
      {isAsked.value && mine.base !== null && (
        <DeleteDialog
          row={mine.base}
          onClose={() => {
            isAsked.value = false;
          }}
          onDone={() => {
            dropDraft();
            toList();
          }}
        />
      )}
    </>
  );
}

/** By the name that the list has of it. */
async function load(id: number): Promise<FenceRow | null> {
  const known = fences.peek().find(({ PolygonID }) => PolygonID === id);
  return await readFence(id, known?.RegionName ?? '');
}

/** Where somebody right-clicked, a circle is there to be dragged. */
function beginNew(): void {
  const at = fenceWanted.peek();
  fenceWanted.value = null;
  const radiusM = at ? radiusHere(at) : 0;
  startNew('circle', at && { kind: 'circle', points: [wrapped(at)], holes: [], radiusM });
}

/** `wanted`: "new", or the PolygonID of one. */
export function FenceEditor({ wanted }: { wanted: string }) {
  const state = useSignal<'reading' | 'failed' | 'gone' | ''>('');
  const base = draft.value?.base;
  const isThere = draft.value !== null && (base?.PolygonID.toString() ?? 'new') === wanted;
  useEffect(() => {
    if (wanted === 'new' && (!isThere || (fenceWanted.peek() && !isChanged.peek()))) beginNew();
    if (isThere || wanted === 'new') {
      state.value = '';
      return undefined;
    }
    let isOld = false;
    state.value = 'reading';
    load(Number(wanted)).then(
      (row) => {
        if (isOld) return;
        state.value = row === null ? 'gone' : '';
        if (row === null) return;
        startChange(row);
        if (shape.peek()?.points.length) showShape(shape.peek() as Shape);
      },
      () => {
        if (!isOld) state.value = 'failed';
      },
    );
    return () => {
      isOld = true;
    };
  }, [wanted, isThere]);
  if (isThere) return <Drawing />;
  const texts = {
    reading: 'fences.reading',
    failed: 'fences.failed',
    gone: 'fences.goneHere',
  } as const;
  return (
    <>
      <Head title={fe('fences.title')} back={fe('fences.toList')} onBack={toList} />
      {state.value !== '' && <p class="quiet">{fe(texts[state.value])}</p>}
    </>
  );
}
