/** The band of one vehicle: what it did, over the time that the timeline shows. */

import { bandOf } from './band.ts';
import { plateOf } from './chosen.ts';
import { history } from './history.ts';
import { view } from './play.ts';
import type { Track } from './track.ts';

export function Band({ track, car, width }: { track: Track; car: number; width: number }) {
  const shown = history.value;
  if (shown === null) return null;
  const { fromS, toS } = view.value;
  const x = (atS: number) => ((atS - fromS) / (toS - fromS)) * width;
  const isOne = shown.tracks.length === 1;
  const parts = bandOf(track, shown.entries, view.value);
  return (
    <div
      class={isOne ? 'band' : `band many car-${car}`}
      title={isOne ? undefined : plateOf(track.id)}
    >
      {parts.map((part) => (
        <i
          key={part.fromS}
          class={`band-part ${part.state}`}
          data-from={part.fromS}
          style={{
            left: `${x(part.fromS)}px`,
            width: `${Math.max(1, x(part.toS) - x(part.fromS))}px`,
          }}
        />
      ))}
    </div>
  );
}
