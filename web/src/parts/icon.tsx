/** Our own line icons, 20 by 20, in the colour of the text. */
const PATHS = {
  online: 'M3 5h14M3 10h14M3 15h14M3.01 5h0M7 3.5v13',
  map: 'M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM10 1v3.500M10 16v3M1 10h3M16 10h3M10 9.990h.01',
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM13 13l4 4',
  bell: 'M10 3a4.5 4.5 0 0 0-4.5 4.5c0 4-1.5 5.5-1.5 5.5h12s-1.5-1.5-1.5-5.5A4.5 4.5 0 0 0 10 3ZM8.5 16a1.5 1.5 0 0 0 3 0',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1',
  moon: 'M16 12.2A6.8 6.8 0 0 1 7.8 4a6.5 6.5 0 1 0 8.2 8.2Z',
  user: 'M10 3.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM4 17c.4-3 2.8-4.7 6-4.7s5.6 1.7 6 4.7',
  close: 'M5 5l10 10M15 5 5 15',
  down: 'M5.5 8l4.5 4.5L14.5 8',
  right: 'M8 5.5l4.5 4.5L8 14.5',
  up: 'M5.5 12 10 7.5l4.5 4.5',
  left: 'M12 5.5 7.5 10l4.5 4.5',
  columns: 'M3 4.5h14v11H3zM7.7 4.5v11M12.3 4.5v11',
  groups: 'M3 4.5h14M6 8h11M6 11.5h11M3 15h14',
  copy: 'M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3',
  keyboard: 'M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6 11.5h8',
  logout: 'M8 4H4v12h4M12 6.5l3.5 3.5-3.5 3.5M15.5 10H8',
  eye: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5ZM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  eyeOff:
    'M4 4l12 12M8 5.3A7.5 7.5 0 0 1 10 5c5 0 7.5 5 7.5 5s-.7 1.4-2.1 2.7M12.5 14.5A7 7 0 0 1 10 15c-5 0-7.5-5-7.5-5S3.3 8.4 5 7',
  share:
    'M14.5 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM5.5 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM14.5 13a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM7.300 9l5.400-3M7.300 11l5.400 3',
  refresh: 'M15.5 8.5A6 6 0 1 0 16 11M16 4.5v4h-4',
  check: 'M4 10.5l4 4 8-9',
  sort: 'M6 4v12M3 13l3 3 3-3M14 16V4M11 7l3-3 3 3',
  minus: 'M4 10h12',
  fit: 'M3.5 7V3.5H7M13 3.5h3.5V7M16.5 13v3.5H13M7 16.5H3.500V13M10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  layers: 'M10 3 2.5 7 10 11l7.500-4ZM2.5 10.500l7.500 4 7.500-4M2.5 14l7.500 4 7.500-4',
  ruler:
    'M2.5 13.500 13.500 2.500l4 4-11 11ZM5.500 10.500l1.500 1.500M8 8l2 2M10.500 5.500l1.500 1.500',
  plus: 'M10 4v12M4 10h12',
  history: 'M4.2 6.2A7 7 0 1 1 3 10M4 3.5v3h3M10 6.5V10l2.5 2',
  play: 'M6.5 4.5v11l9-5.5Z',
  pause: 'M6 4.5h2.5v11H6zM11.5 4.5H14v11h-2.5z',
  download: 'M10 3v9.5M6 8.5l4 4 4-4M4 16.5h12',
  chart: 'M3 16.5h14M4 13l4-4.5 3 3L16.5 6',
  more: 'M4.5 9.3a.7.7 0 1 0 .01 0ZM10 9.3a.7.7 0 1 0 .01 0ZM15.5 9.3a.7.7 0 1 0 .01 0Z',
  place:
    'M10 17.5S4.5 12 4.5 8a5.5 5.5 0 0 1 11 0c0 4-5.5 9.5-5.5 9.5ZM10 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  fence: 'M4 5.5 11 3.5l5.5 5.5-3 7-8.5-1ZM4 5.5h.01M11 3.5h.01M16.5 9h.01M13.5 16h.01M5 15h.01',
  enterprise: 'M4 16.5v-13h7v13M11 8.5h5v8M2.5 16.5h15M6.5 7h2M6.5 10h2M6.5 13h2',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

const STAR = 'M10 2.8l2.2 4.6 5 .7-3.6 3.5.900 5L10 14.2l-4.5 2.4.900-5L2.8 8.1l5-.7Z';

export function Star({ isFilled }: { isFilled: boolean }) {
  return (
    <svg
      class={isFilled ? 'icon star on' : 'icon star'}
      width={16}
      height={16}
      viewBox="0 0 20 20"
      aria-hidden="true"
    >
      <path d={STAR} />
    </svg>
  );
}
