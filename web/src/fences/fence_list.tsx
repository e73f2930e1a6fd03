/** All geofences by name; a click shows one on the map, and opens it to be changed. */
import { useSignal } from '@preact/signals';
import { go } from '../app/navigation.ts';
import { count } from '../i18n/text.ts';
import { fences, fencesFailed } from '../map/fences.ts';
import { Icon } from '../parts/icon.tsx';
import { folded } from '../store/words.ts';
import { draft, dropDraft, type FenceRow, isChanged, shapeOf, startNew } from './draft.ts';
import { Files } from './fence_files.tsx';
import { Head } from './head.tsx';
import { showShape } from './places.ts';
import { KINDS, type Kind } from './shape.ts';
import { fe } from './text.ts';
import { rowText } from './words.ts';

const ROWS_SHOWN = 500;

function show(row: FenceRow, mayDraw: boolean): void {
  showShape(shapeOf(row));
  if (mayDraw) go({ fence: String(row.PolygonID) });
}

export function drawNew(kind: Kind): void {
  startNew(kind);
  go({ fence: 'new' });
}

function NewButtons() {
  return (
    <div class="fence-new" role="group" aria-label={fe('fences.newOne')}>
      {KINDS.map((kind) => (
        <button type="button" class="button" key={kind} onClick={() => drawNew(kind)}>
          <Icon name="plus" size={16} /> {fe(`fences.${kind}`)}
        </button>
      ))}
    </div>
  );
}

/** What was begun and not saved. */
function Unsaved() {
  const mine = draft.value;
  if (mine === null || !isChanged.value) return null;
  const name = mine.values.name || mine.base?.RegionName || fe('fences.unnamed');
  const wanted = mine.base === null ? 'new' : String(mine.base.PolygonID);
  return (
    <div class="fence-unsaved">
      <span class="grow">{fe('fences.unsaved', { name })}</span>
      <button type="button" class="button small primary" onClick={() => go({ fence: wanted })}>
        {fe('fences.goOn')}
      </button>
      <button type="button" class="button small" onClick={dropDraft}>
        {fe('fences.drop')}
      </button>
    </div>
  );
}

function Nothing({ mayDraw, isSearched }: { mayDraw: boolean; isSearched: boolean }) {
  if (fencesFailed.value) return <p class="quiet fault">{fe('fences.failed')}</p>;
  if (isSearched) return <p class="quiet">{fe('fences.noMatch')}</p>;
  return (
    <div class="quiet">
      <b>{fe('fences.none')}</b>
      <p>{fe(mayDraw ? 'fences.noneText' : 'fences.noneViewer')}</p>
    </div>
  );
}

export function FenceList({ mayDraw }: { mayDraw: boolean }) {
  const key = useSignal('');
  const word = folded(key.value.trim());
  const rows = (fences.value as FenceRow[])
    .filter(({ RegionName }) => folded(RegionName).includes(word))
    .sort((a, b) => a.RegionName.localeCompare(b.RegionName));
  return (
    <>
      <Head
        title={fe('fences.title')}
        back={fe('fences.back')}
        onBack={() => go({ page: 'map', fence: '' })}
      >
        <span class="list-count">{count(fences.value.length)}</span>
        <span class="space" />
        <Files mayDraw={mayDraw} rows={rows} />
      </Head>
      {mayDraw && <NewButtons />}
      <Unsaved />
      <div class="fence-search">
        <input
          type="search"
          aria-label={fe('fences.search')}
          placeholder={fe('fences.search')}
          value={key.value}
          onInput={(event) => {
            key.value = event.currentTarget.value;
          }}
        />
      </div>
      {rows.length === 0 && <Nothing mayDraw={mayDraw} isSearched={word !== ''} />}
      <ul class="fence-rows">
        {rows.slice(0, ROWS_SHOWN).map((row) => (
          <li key={row.PolygonID}>
            <button type="button" class="fence-row" onClick={() => show(row, mayDraw)}>
              <Icon name="fence" />
              <span class="grow">
                <b>{row.RegionName}</b>
                <span class="under">{rowText(row)}</span>
              </span>
            </button>
          </li>
        ))}
        {rows.length > ROWS_SHOWN && <li class="quiet">+ {count(rows.length - ROWS_SHOWN)}</li>}
      </ul>
    </>
  );
}
