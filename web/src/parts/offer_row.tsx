/** One of the things that the search offers: what it is, what it is called, and where it is. */
import { fleet } from '../app/fleet.ts';
import { shownState } from '../app/look.ts';
import { type Offer, pointText } from '../app/search.ts';
import { type TextKey, t } from '../i18n/text.ts';
import { Icon, type IconName } from './icon.tsx';
import { Marked } from './marked.tsx';
import { StateIcon } from './state_icon.tsx';

interface Line {
  icon: IconName;
  name: string;
  where: string;
}

const PLACE_KINDS = ['city', 'town', 'province', 'country', 'sea'];

function kindOfPlace(kind: string): string {
  return t((PLACE_KINDS.includes(kind) ? `place.${kind}` : 'place.other') as TextKey);
}

function lineOf(offer: Exclude<Offer, { kind: 'vehicle' }>): Line {
  if (offer.kind === 'group') {
    return { icon: 'groups', name: offer.name, where: t('column.group') };
  }
  if (offer.kind === 'fence') {
    return { icon: 'fence', name: offer.fence.RegionName, where: t('search.fence') };
  }
  if (offer.kind === 'place') {
    const where = offer.where || kindOfPlace(offer.place.Kind);
    return { icon: 'place', name: offer.place.Name, where };
  }
  return { icon: 'place', name: pointText(offer.at), where: t('search.point') };
}

/** Tells one offer from another, whatever else is offered. */
export function keyOf(offer: Offer): string {
  if (offer.kind === 'vehicle') return `v${offer.slot}`;
  if (offer.kind === 'group') return `g${offer.group}`;
  if (offer.kind === 'fence') return `f${offer.fence.PolygonID}`;
  if (offer.kind === 'place') return `p${offer.place.Lon} ${offer.place.Lat} ${offer.place.Name}`;
  return 'point';
}

/** `part`: what of it was searched for. */
export function OfferRow({ offer, part }: { offer: Offer; part: string }) {
  if (offer.kind === 'vehicle') {
    const { slot } = offer;
    return (
      <>
        <StateIcon state={shownState(slot)} course={fleet.numbers.d[slot] as number} />
        <span class="hit-name">
          <Marked text={fleet.texts.plate[slot] ?? ''} part={part} />
        </span>
        <span class="hit-where">
          <Marked text={offer.where} part={part} />
        </span>
      </>
    );
  }
  const { icon, name, where } = lineOf(offer);
  return (
    <>
      <Icon name={icon} size={16} />
      <span class="hit-name">
        <Marked text={name} part={part} />
      </span>
      <span class="hit-where">{where}</span>
    </>
  );
}
