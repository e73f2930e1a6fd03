/** When a schedule is due, as the API writes it: "07:00", "1 07:00" of a week, "31 07:00". */
export const EVERY = ['day', 'week', 'month'] as const;
export type Every = (typeof EVERY)[number];

export interface At {
  /** Of the week from 1, Monday; of the month from 1. */
  day: number;
  /** HH:mm. */
  time: string;
}

export function atText({ every, day, time }: At & { every: Every }): string {
  return every === 'day' ? time : `${day} ${time}`;
}

export function readAt(text: string): At {
  const [, day = '1', time = '07:00'] = /^(?:(\d+) )?(\d\d:\d\d)$/.exec(text) ?? [];
  return { day: Number(day), time };
}

/** The greatest day of a rhythm. */
export function lastDay(every: Every): number {
  return every === 'week' ? 7 : 31;
}
