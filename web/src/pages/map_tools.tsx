/** The buttons at the edge of the map: layers, zoom, the whole fleet. */

import type { Signal } from '@preact/signals';
import { go } from '../app/navigation.ts';
import { isShared } from '../app/session.ts';
import { count, type TextKey, t } from '../i18n/text.ts';
import { fitFleet } from '../map/arrival.ts';
import { baseFailed } from '../map/base.ts';
import { zoomBy } from '../map/camera.ts';
import * as choice from '../map/choice.ts';
import { fences, fencesFailed } from '../map/fences.ts';
import { fitOfPage } from '../map/fit.ts';
import { othersNow } from '../map/fleet_view.ts';
import { measured } from '../map/measure.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Popover } from '../parts/popover.tsx';
import { Segments } from '../parts/segments.tsx';

type Switch = readonly [TextKey, Signal<boolean>, string];

const OF_OTHERS: readonly Switch[] = [['map.others', othersNow, '']];
const OF_MONITOR: readonly Switch[] = [
  ['map.labels', choice.hasLabels, 'l'],
  ['map.clusters', choice.hasClusters, 'c'],
  ['map.trail', choice.hasTrail, 't'],
  ['map.gone', choice.hasLongGone, ''],
  ['map.onlyAlarms', choice.onlyAlarms, ''],
  ['map.legend', choice.hasLegend, ''],
];

function Layers({ isMonitor }: { isMonitor: boolean }) {
  return (
    <div class="layers">
      {(isMonitor ? OF_MONITOR : OF_OTHERS).map(([text, chosen, key]) => (
        <label class="column-line" key={text}>
          <input
            type="checkbox"
            checked={chosen.value}
            onChange={() => {
              chosen.value = !chosen.value;
            }}
          />
          <span class="grow">{t(text)}</span>
          {key !== '' && <kbd>{key}</kbd>}
        </label>
      ))}
      <Segments
        label={`${t('map.fences')} (${count(fences.value.length)})`}
        value={choice.fenceLevel.value}
        choices={choice.FENCE_LEVELS.map((level) => [level, t(`map.fences.${level}`)] as const)}
        onChoose={(level) => {
          choice.fenceLevel.value = level;
        }}
      />
      <button type="button" class="menu-item" onClick={() => go({ page: 'map', fence: 'list' })}>
        {t('map.allFences')}
      </button>
      {fencesFailed.value && <p class="fault">{t('map.fencesFailed')}</p>}
      {baseFailed.value && <p class="hint">{t('map.baseFailed')}</p>}
    </div>
  );
}

interface ToolProps {
  icon: IconName;
  label: string;
  isOn?: boolean;
  onClick: () => void;
}

function Tool({ icon, label, isOn, onClick }: ToolProps) {
  return (
    <button
      type="button"
      class="tool"
      aria-label={label}
      title={label}
      aria-pressed={isOn}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

function toggleMeasure(): void {
  measured.value = measured.value === null ? [] : null;
}

/** Layers and measuring, which a share has no use for. */
function OfMap({ isMonitor }: { isMonitor: boolean }) {
  return (
    <div class="tool-group">
      <Popover label={t('map.layers')} button={<Icon name="layers" />} class="tool" side="right">
        <Layers isMonitor={isMonitor} />
      </Popover>
      <Tool
        icon="ruler"
        label={t('map.measure')}
        isOn={measured.value !== null}
        onClick={toggleMeasure}
      />
    </div>
  );
}

export function MapTools({ isMonitor }: { isMonitor: boolean }) {
  return (
    <div class="map-tools">
      {!isShared.value && <OfMap isMonitor={isMonitor} />}
      <div class="tool-group">
        <Tool icon="plus" label={`${t('map.zoomIn')} (+)`} onClick={() => zoomBy(1)} />
        <Tool icon="minus" label={`${t('map.zoomOut')} (-)`} onClick={() => zoomBy(-1)} />
        <Tool
          icon="fit"
          label={`${t(isMonitor ? 'map.fit' : 'history.fit')} (0)`}
          onClick={() => (fitOfPage.value ?? fitFleet)()}
        />
      </div>
    </div>
  );
}
