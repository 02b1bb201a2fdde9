/** The pages in a real browser, where there is one: what people are called and what they said stays text. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wavHeader } from '../../src/adapters/disk/stereoWav.ts';
import { type WebServer, startServer } from '../../src/web/server.ts';
import { instant } from '../../src/domain/time.ts';
import { type Browser, hasBrowser, openBrowser } from '../support/browser.ts';
import {
  EVENING_MS,
  callRow,
  callbackRow,
  contactRow,
  nightNumbers,
  nightStore,
  pages,
  recordingsOf,
  slotRow,
} from '../support/nightPages.ts';
import { systemClock } from '../../src/runtime/systemClock.ts';

/** Leaves a mark in the page when it is taken for markup. */
const NASTY = `<img src="/x" onerror="window.takenOver=true"><script>window.takenOver=true</script>`;

const row = callRow('a1', {
  patientName: NASTY,
  lastLine: { party: 'callee', text: NASTY, fromMs: 0, toMs: 1 },
});
const NIGHT = {
  numbers: nightNumbers({ byOutcome: { confirmed: 1 }, freed: 1, filled: 1, callbacks: 1 }),
  calls: [row, { ...callRow('a2', { patientName: NASTY }), endedAt: null, disposition: null, state: null }],
  contacts: [contactRow('c1', { patientNames: [NASTY], because: NASTY })],
  slots: [slotRow('s1', { state: 'booked', filledBy: NASTY })],
  callbacks: [callbackRow('b1', { patientName: NASTY, quote: NASTY, reason: NASTY })],
  promises: [{ promise: 'm1', patientName: NASTY, madeAt: instant(EVENING_MS), attempt: row.attempt }],
  details: [
    {
      row,
      events: [{ kind: 'state_entered', atMs: 0, state: NASTY }] as const,
      transcript: [
        { party: 'callee', text: NASTY, fromMs: 0, toMs: 50, cut: true },
        { party: 'agent', text: 'Second line', fromMs: 2_000, toMs: 3_000 },
      ] as const,
      latencies: [],
      path: [],
      decisions: [{ rule: NASTY, verdict: NASTY, detail: NASTY }],
    },
  ],
};

/** Four seconds: the callee speaks in the second one. */
function recording(): Uint8Array {
  const data = new Uint8Array(2 * 8_000 * 4).fill(0xff);
  for (let i = 8_000; i < 16_000; i += 1) data[2 * i] = i % 8 < 4 ? 0x10 : 0x90;
  return Uint8Array.from([...wavHeader(data.length), ...data]);
}

describe.skipIf(!hasBrowser)('in a browser', { timeout: 60_000 }, () => {
  const store = nightStore(NIGHT);
  let server: WebServer;
  let browser: Browser;
  beforeAll(async () => {
    const app = pages({
      store,
      clock: systemClock(),
      recordings: () => recordingsOf('a1', recording()),
      surroundings: () => ({ emulated: [NASTY], demoClock: true, handsets: () => null }),
    });
    server = await startServer(app, { host: '127.0.0.1', port: 0 }, {});
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test.each([
    ['/', '1 of 1'],
    ['/report', '1 confirmed'],
    ['/calls/a1', 'A person answered'],
  ])('%s shows its rows, and a name that is markup as a name', async (path, shown) => {
    const { page } = browser;
    await page.open(`${server.url}${path}`);
    await page.until(
      `document.body.innerText.includes(${JSON.stringify(shown)}) && document.body.innerText.includes('<img src="/x"')`,
    );
    expect(await page.evaluate('document.querySelectorAll("img, body script").length')).toBe(0);
    expect(await page.evaluate('window.takenOver === true')).toBe(false);
  });

  test('the night changes on the page without the page being asked for again', async () => {
    const { page } = browser;
    store.now = { ...NIGHT, numbers: nightNumbers({ byOutcome: { confirmed: 7 } }) };
    await page.open(`${server.url}/`);
    await page.until('document.getElementById("connection").textContent === "Live"');
    await page.evaluate('window.sameTile = document.querySelector(".tile")');
    store.now = { ...NIGHT, numbers: nightNumbers({ byOutcome: { confirmed: 8 } }) };
    await page.until('document.getElementById("tiles").textContent.includes("Confirmed8")');
    expect(await page.evaluate('window.sameTile === document.querySelector(".tile")')).toBe(true);
    store.now = NIGHT;
  });

  test('the recording plays, and jumps to where a line of the transcript is', async () => {
    const { page } = browser;
    await page.open(`${server.url}/calls/a1`);
    await page.until('document.getElementById("audio")?.duration === 4');
    expect(await page.evaluate('document.querySelectorAll("#transcript [aria-current]").length')).toBe(0);
    await page.evaluate('document.querySelectorAll("#transcript button")[1].click()');
    await page.until('document.getElementById("audio").currentTime > 2.01');
    expect(await page.evaluate('document.querySelector("#transcript [aria-current]").innerText')).toContain(
      'Second line',
    );
    await page.evaluate(
      'document.getElementById("wave").dispatchEvent(new KeyboardEvent("keydown", { key: "Home" }))',
    );
    await page.until('document.getElementById("audio").currentTime < 1.9');
  });
});
