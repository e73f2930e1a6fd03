/**
 * The sections of the settings, a row each: what it is called, under which heading it stands, who
 * sees it, and the component that shows it. A section that is heavy loads it by import().
 */
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { DeskView } from '../alarms/desk_view.tsx';
import { RulesView } from '../alarms/rules_view.tsx';
import { d } from '../alarms/text.ts';
import { adjust, go } from '../app/navigation.ts';
import { me, role } from '../app/session.ts';
import { mapIsThere } from '../app/target.ts';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { AccountSection } from './account.tsx';
import { AuditSection } from './audit.tsx';
import { cards } from './cards.ts';
import { CardsSection } from './cards_section.tsx';
import { devices } from './devices.ts';
import { DevicesSection } from './devices_section.tsx';
import type { Entity } from './entity.ts';
import { dirtyCount } from './forms.ts';
import { houses, isOnlyHouse } from './houses.ts';
import { HousesSection } from './houses_section.tsx';
import { sheet } from './import.ts';
import { groupEntity, users } from './people.ts';
import { EntitySection } from './section.tsx';
import { UnknownSection } from './unknown.tsx';

export type Heading = 'fleet' | 'watch' | 'people' | 'platform' | 'own';
export const HEADINGS: readonly Heading[] = ['fleet', 'watch', 'people', 'platform', 'own'];

export interface Section {
  /** In the address: ?set=NAME. */
  name: string;
  title(): string;
  heading: Heading;
  may(): boolean;
  View: ComponentType;
  /** It is elsewhere: the way there. */
  open?(): void;
  /** Whose changes that are not saved are marked beside its title. */
  entity?: Entity;
}

const FENCES = { page: 'map', fence: 'list' } as const;

/** Geofences are drawn on the map, beside it they are listed. */
function ToFences() {
  useEffect(() => adjust(FENCES), []);
  return null;
}

/** An enterprise is acted in; root may have none. */
const isInHouse = () => Boolean(me.value?.HoldID);
const isAdmin = () => role.value === 'admin' || role.value === 'root';
/** Who is limited to groups manages nothing that is of the whole enterprise. */
const leads = () => isAdmin() && (me.value?.Groups.length ?? 0) === 0;

/** A section that is a table and a form, and nothing else. */
function plain(entity: Entity, title: () => string, heading: Heading, may: () => boolean): Section {
  const View = () => EntitySection({ entity });
  return { name: entity.name, title, heading, may, View, entity };
}

export const SECTIONS: readonly Section[] = [
  {
    name: devices.name,
    title: () => s('section.devices'),
    heading: 'fleet',
    may: () => isAdmin() && isInHouse(),
    View: DevicesSection,
    entity: devices,
  },
  plain(
    groupEntity,
    () => s('section.groups'),
    'fleet',
    () => leads() && isInHouse(),
  ),
  {
    name: cards.name,
    title: () => s('section.sims'),
    heading: 'fleet',
    may: () => isAdmin() && isInHouse(),
    View: CardsSection,
    entity: cards,
  },
  {
    name: 'unknown',
    title: () => s('section.unknown'),
    heading: 'fleet',
    may: () => isAdmin() && isInHouse(),
    View: UnknownSection,
  },
  {
    name: 'desk',
    title: () => d('desk.title'),
    heading: 'watch',
    may: isInHouse,
    View: DeskView,
  },
  {
    name: 'fences',
    title: () => t('map.fences'),
    heading: 'watch',
    may: () => isInHouse() && mapIsThere(),
    View: ToFences,
    open: () => go(FENCES),
  },
  {
    name: 'rules',
    title: () => d('rules.title'),
    heading: 'watch',
    may: isInHouse,
    View: RulesView,
  },
  plain(
    users,
    () => s('section.users'),
    'people',
    () => leads() && isInHouse(),
  ),
  {
    name: 'audit',
    title: () => s('section.audit'),
    heading: 'people',
    may: () => leads() && isInHouse(),
    View: AuditSection,
  },
  {
    name: houses.name,
    title: () => s(isOnlyHouse() ? 'section.enterprise' : 'section.enterprises'),
    get heading() {
      return isOnlyHouse() ? 'people' : 'platform';
    },
    may: leads,
    View: HousesSection,
    entity: houses,
  },
  {
    name: 'account',
    title: () => s('section.account'),
    heading: 'own',
    may: () => true,
    View: AccountSection,
  },
];

/**
 * Something was typed there, and the role that it needed is gone. Whoever renames a device does so
 * beside it in the drawer, where it still may.
 */
export function isStranded({ entity, may }: Section): boolean {
  if (entity === undefined || may()) return false;
  const isRenamed = entity === devices && role.value === 'operator';
  const ofFile = entity === devices && sheet.value !== null;
  return ofFile || (!isRenamed && dirtyCount(entity) > 0);
}

/** Those that the caller may see, and those where it left something. */
export function sectionsSeen(): readonly Section[] {
  return SECTIONS.filter((section) => section.may() || isStranded(section));
}
