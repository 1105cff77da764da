// npm run screenshots: the page at three widths in both themes, as pictures in target/screenshots/, with something on it to look at: several
// profiles, a fault in the timeline, a difference between two versions.

import { mkdirSync } from "node:fs";
import path from "node:path";
import { build } from "./build.mjs";
import { root, script } from "./run.mjs";
import { ensureBrowser, ensureNodeModules } from "./setup.mjs";

const WIDTHS = [375, 768, 1280];
const THEMES = ["light", "dark"];

/** A deployment after the first: values changed, a flag gone, another one there. */
function nextOf(text) {
  const flags = JSON.parse(text);
  delete flags["live-chat"];
  flags.checkout = { ...flags.checkout, colour: "green", steps: 2 };
  flags["express-delivery"].countries = ["AT", "CH", "DE", "FR"];
  flags["one-page-checkout"] = { enabled: true, share: 0.25 };
  return `${JSON.stringify(flags, null, 2)}\n`;
}

/** Brings the page into that state. */
async function play(page, served, { ready, shows }) {
  const target = (profile) => `watch=shop/prod/${profile}`;
  await page.goto(`${served.url}/?application=shop&environment=prod&profile=flags&${["flags", "texts", "banner", "pricing"].map(target).join("&")}`);
  await ready(page);
  await shows(page, "#watched tr:nth-child(3)", "ready");
  await page.click("#watched tr:nth-child(3) .choose");
  await page.click("#stop");
  await page.click("#watched tr:nth-child(1) .choose");
  await shows(page, "#entries", "unchanged");
  await served.write("flags.json", nextOf(await served.read("flags.json")));
  await shows(page, "#changes-counts", "changed");
  // Its poll and the others': each fails once or twice.
  await page.check('input[name="fault"][value="internal-error"]', { force: true });
  await page.selectOption("#fault-when", "times");
  await page.fill("#fault-times", "3");
  await page.click("#fault-add");
  await page.waitForSelector("#entries .failed");
  await page.waitForSelector("#entries .failed ~ .configuration");
  await page.waitForFunction(() => document.querySelector("#entries tr.unchanged") && !document.querySelector("#entries tr:first-child.failed") && document.querySelector("#status").dataset.status === "ready");
  await page.check('input[name="fault"][value="hang"]', { force: true });
  await page.selectOption("#fault-when", "rate");
  await page.fill("#fault-rate", "0.05");
  await page.selectOption("#fault-operation", "StartConfigurationSession");
  await page.click("#fault-add");
  await shows(page, "#pending", "hang");
}

script(async (close) => {
  await ensureNodeModules();
  process.env.CHROMIUM = (await ensureBrowser()).chromium;
  await build();
  // They need what was just installed.
  const tools = await import("../tests/page/browser.mjs");
  const { site } = await import("../tests/page/site.mjs");
  const browser = await tools.launch();
  close(() => browser.close());
  const served = await site();
  close(() => served.close());
  const page = await tools.open(browser);
  await play(page, served, tools);

  const folder = path.join(root, "target", "screenshots");
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      // The next frame is drawn for this width.
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      const file = path.join(folder, `${width}-${colorScheme}.png`);
      await page.screenshot({ path: file, fullPage: true, animations: "disabled" });
      console.log(path.relative(root, file));
    }
  }
  if (page.wrongs.length) console.log(`the console says: ${page.wrongs.join("; ")}`);
  await browser.close();
  await served.close();
});
