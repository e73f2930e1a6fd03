/** A day of 20,000 fixes: the script of showing it, and whether the player keeps its pace. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Benchmark, frames, median, open, type Stage, scriptMs } from './stage.ts';

const FIXES = 20_000;
const EVERY_S = 4;
const DAY_S = 86_400;
const ROUNDS = 5;
const REPLAY_MS = 20_000;
const RATE = 60;

const yesterday = () => Math.floor(Date.now() / 1000 / DAY_S - 1) * DAY_S;
const BEGIN_S = yesterday() + 600;
const dateOf = (epochS: number) => new Date(epochS * 1000).toISOString().slice(0, 10);

/** Degrees as NMEA has them: ddmm.mmmmm. */
function nmeaOf(degrees: number, digits: number): string {
  const whole = Math.floor(degrees);
  const minutes = ((degrees - whole) * 60).toFixed(5).padStart(8, '0');
  return `${String(whole).padStart(digits, '0')}${minutes}`;
}

/** A sentence RMC with its checksum. */
function sentenceOf(atS: number, lat: number, lon: number, knots: number, course: number): string {
  const [date = '', time = ''] = new Date(atS * 1000).toISOString().split('T');
  const [year = '', month, day] = date.split('-');
  const body = [
    ...['GPRMC', time.slice(0, 8).replaceAll(':', ''), 'A', nmeaOf(lat, 2), 'N'],
    ...[nmeaOf(lon, 3), 'E', knots.toFixed(1), course.toFixed(1), `${day}${month}${year.slice(2)}`],
    ...['', ''],
  ].join(',');
  const sum = [...body].reduce((before, letter) => before ^ letter.charCodeAt(0), 0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** A way that winds, at speeds of all steps. */
function writeTrack(path: string): void {
  const lines: string[] = [];
  let [lon, lat] = [13.4, 52.5];
  for (let i = 0; i < FIXES; i++) {
    const speedMs = 15 + 12 * Math.sin(i / 90);
    const course = 3 * Math.sin(i / 400);
    lat += (EVERY_S * speedMs * Math.cos(course)) / 111_320;
    lon += (EVERY_S * speedMs * Math.sin(course)) / 68_000;
    const degrees = ((course * 180) / Math.PI + 360) % 360;
    lines.push(sentenceOf(BEGIN_S + i * EVERY_S, lat, lon, speedMs * 1.944, degrees));
  }
  writeFileSync(path, `${lines.join('\r\n')}\r\n`);
}

/** Yesterday from 00:10 on; the enterprise is in UTC. */
async function sendDay({ setting }: Stage): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'odograph-bench-'));
  const track = join(directory, 'day.nmea');
  writeTrack(track);
  try {
    await promisify(execFile)(setting.program, [
      ...['simulate', '--address', setting.device, '--first-id', setting.firstId, '--quiet'],
      ...['--track', track, '--once', '--burst', '10', '--window', '1000'],
      ...['--start', new Date(BEGIN_S * 1000).toISOString()],
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const isDrawn = (page: Stage['page'], fixes: number) =>
  page.locator(`.history[data-fixes="${fixes}"]`).waitFor();

/** The least that any page has to do: to read the answer, and to keep its numbers. */
async function readingMs({ page, setting }: Stage): Promise<number> {
  const fields = {
    DeviceIDs: setting.firstId,
    StartTime: dateOf(yesterday()),
    EndTime: `${dateOf(yesterday())} 23:59:59`,
    Columns: 't,x,y,v,d,s,f,odo,volt,fuel,temp,alt',
    MaxPoints: 30_000,
  };
  const asked = { fields, token: setting.token };
  return page.evaluate(async ({ fields, token }) => {
    const answer = await fetch('/api/manage/GetTrack', {
      method: 'POST',
      headers: { Authorization: token },
      body: JSON.stringify(fields),
    });
    const text = await answer.text();
    const read = () => {
      const begin = performance.now();
      for (const slice of JSON.parse(text).Data.data) {
        for (const name of Object.keys(slice.columns)) Float64Array.from(slice.columns[name]);
      }
      return performance.now() - begin;
    };
    return Math.min(...Array.from({ length: 7 }, read));
  }, asked);
}

export const historyDay: Benchmark = async (stage) => {
  const { page, setting } = stage;
  await sendDay(stage);
  const before = dateOf(yesterday() - DAY_S);
  await open(stage, `fun=3&sel=${setting.firstId}&from=${before}`);
  await isDrawn(page, 0);
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    took.push(
      await scriptMs(stage, async () => {
        await page.keyboard.press('n');
        await isDrawn(page, FIXES);
        await page.locator('.map[data-idle="true"]').waitFor();
        await frames(stage, 6);
      }),
    );
    await page.keyboard.press('p');
    await isDrawn(page, 0);
  }
  console.error(`day: ${took.map((ms) => ms.toFixed(0)).join(' ')}`);
  return { value: median(took), unit: 'ms', floor: await readingMs(stage) };
};

export const historyReplay: Benchmark = async (stage) => {
  const { page, setting } = stage;
  await sendDay(stage);
  await open(stage, `fun=3&sel=${setting.firstId}&from=${dateOf(yesterday())}`);
  await isDrawn(page, FIXES);
  const skip = page.getByRole('button', { name: 'Skip stops' });
  if (await skip.isVisible()) await skip.click();
  else {
    await page.getByRole('button', { name: 'On the map' }).click();
    await page.getByRole('checkbox', { name: 'Skip stops' }).uncheck();
    await page.keyboard.press('Escape');
  }
  await page.getByRole('button', { name: `${RATE}×` }).click();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  const rate = await page.evaluate(async (forMs) => {
    const playhead = () => Number(document.querySelector('.bands')?.getAttribute('aria-valuenow'));
    const turn = () => new Promise((done) => requestAnimationFrame(done));
    // from a change of the number to another one: in between it is rounded
    const atChange = async () => {
      const from = playhead();
      while (playhead() === from) await turn();
      return { gpsS: playhead(), ms: performance.now() };
    };
    const begin = await atChange();
    while (performance.now() - begin.ms < forMs) await turn();
    const end = await atChange();
    return (end.gpsS - begin.gpsS) / ((end.ms - begin.ms) / 1000);
  }, REPLAY_MS);
  return { value: rate, unit: 'GPS seconds a second', floor: RATE };
};
