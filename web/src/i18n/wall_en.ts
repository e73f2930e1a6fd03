/** The texts of the wall, English. */
export const wallEn = {
  'wall.title': 'Wall',
  'wall.alarms': 'Active alarms',
  'wall.quiet': 'No alarm is active.',
  'wall.failed': 'The alarms could not be read; they are asked for again.',
  'wall.more': '{n} older alarm|{n} older alarms',
  'wall.zone': 'Times in {zone}',
  'wall.vehicles': '{n} vehicle|{n} vehicles',
  'wall.leave': 'Leave the wall (Esc)',
  'wall.full': 'Full screen',
  'wall.noMap': 'This browser cannot draw the map (WebGL 2 is missing).',
  'wall.empty': 'There are no vehicles yet. Leave the wall to add the first one.',
};
