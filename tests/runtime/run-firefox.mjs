// The suite in Firefox: PACKAGE_TARBALL=… node tests/runtime/run-firefox.mjs

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { keep } from "./runner.mjs";
import { runInBrowser } from "./site.mjs";

const firefox = process.env.FIREFOX || "/usr/bin/firefox-esr";

const preferences = {
  // It cannot be asked to collect garbage, but to do so often.
  "javascript.options.mem.gc_allocation_threshold_mb": 1,
  "javascript.options.mem.nursery.max_kb": 256,
  "javascript.options.mem.nursery.min_kb": 256,
  // What it would ask the network for at its start.
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.newtabpage.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "toolkit.telemetry.enabled": false,
};

function launch() {
  const version = execFileSync(firefox, ["--version"], { encoding: "utf8" }).match(/\d[\w.]*/)[0];
  const home = mkdtempSync(path.join(tmpdir(), "appconfig-edge-firefox-"));
  const clean = () => rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  process.on("exit", clean);
  let opened = 0;
  return {
    version,
    close: clean,
    /** Each page in a browser of its own: in a hidden tab timers would be slowed down. */
    open(url, place, failed) {
      const profile = path.join(home, String(++opened));
      mkdirSync(profile);
      const lines = Object.entries(preferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
      writeFileSync(path.join(profile, "user.js"), lines.join(""));
      const line = process.env.VERBOSE && ((text) => console.log(`[${place}] ${text}`));
      return keep(firefox, ["--headless", "--no-remote", "--profile", profile, url], { env: { HOME: home }, failed, ...(line && { line }) });
    },
  };
}

await runInBrowser("firefox", { launch });
