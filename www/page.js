// The page: one client, watching one profile of the emulator that serves the page, and the panels that show it.

import { ClientPanel } from "./client.js";
import { list } from "./deployments.js";
import { Editor } from "./editor.js";
import { HeldPanel } from "./held.js";
import { Log } from "./log.js";
import { firstOf, keep, pathOf, same } from "./target.js";
import { Watch } from "./watch.js";
import { until } from "./words.js";

const find = (selector) => document.querySelector(selector);

let ConfigurationClient;
let watch;
let configurations = [];
/** Counts the looks at what is deployed. */
let looks = 0;
/** The deployment of this page that the client does not hold yet: `{ target, versionLabel, at }`. */
let awaited;

/** Says what is missing or wrong, instead of failing in silence; nothing takes it away. */
function notice(...parts) {
  const it = find("#notice");
  it.replaceChildren(...parts);
  it.classList.toggle("on", parts.length > 0);
  it.hidden = parts.length === 0;
}

const code = (text) => {
  const it = document.createElement("code");
  it.textContent = text;
  return it;
};

function announce(sentence) {
  find("#announcement").textContent = sentence;
}

const log = new Log(find("#log"));
const held = new HeldPanel(find("#held"));
const client = new ClientPanel(find("#client"), {
  start: () => watch.start(),
  stop: () => watch.stop(),
  refresh: () => watch.refresh(),
  choose,
});
const editor = new Editor(find("#editor"), ({ target, versionLabel }) => {
  log.add({ kind: "deployment", target, versionLabel });
  look();
  // A poll may be faster than the answer.
  if (watch?.configuration?.versionLabel === versionLabel) return "The client holds it already.";
  if (!watch?.isRunning) return "The client is not running: Start brings it.";
  awaited = { target, versionLabel, at: performance.now() };
  return `The next poll brings it, ${until(watch.nextAt ?? 0) ?? "now"}.`;
});

function show() {
  client.show(watch);
  held.show(watch?.configuration);
  held.tick();
  document.title = [watch && `${watch.status} · ${watch.target.configurationProfile}`, "appconfig-edge"].filter(Boolean).join(" · ");
}

/** Takes what happened to the client. */
function happened(entry) {
  log.add(entry);
  show();
  if (entry.kind === "status") announce(`The client is ${entry.status}.`);
  // One that goes on failing is told once.
  if (entry.kind === "error" && entry.isFirst) announce(entry.error.message);
  if (entry.kind === "refused" && entry.call === "start") notice(`start() failed: ${entry.error.message}`);
  if (entry.kind === "update") {
    const { versionLabel } = entry.configuration;
    announce(versionLabel ? `Updated to version ${versionLabel}.` : "Updated.");
    if (awaited && same(awaited.target, watch.target) && awaited.versionLabel === versionLabel) {
      editor.arrived(awaited.target, performance.now() - awaited.at);
      awaited = undefined;
    }
    look();
  }
}

/** Looks at what is deployed: when something hints that it changed, because looking all the time would hide the client's own requests. */
async function look() {
  const mine = (looks += 1);
  const isThere = () => configurations.some((it) => same(it, watch?.target));
  const wasThere = isThere();
  const found = await list().catch(() => undefined);
  // An older answer than another one; or none, and the client's polls tell that the emulator is gone.
  if (!found || mine !== looks) return;
  configurations = found;
  client.offer(configurations, watch?.target);
  if (!watch) return configurations.length > 0 && choose(firstOf(configurations));
  editor.compare(configurations);
  // A client that found nothing asks again after minutes, which is right where somebody has to mend something; here it was just mended.
  if (!wasThere && isThere() && watch.isRunning && !watch.configuration) observe(watch.target);
}

function choose(target) {
  awaited = undefined;
  keep(target);
  if (!observe(target)) return;
  notice();
  client.offer(configurations, target);
  editor.open(target, configurations.find((it) => same(it, target)));
}

/** Starts a client for the target in place of the one that there is. */
function observe(target) {
  if (watch?.isRunning) watch.stop();
  try {
    // The one before is stopped and still tells so; that is no longer this page's concern.
    const mine = new Watch(ConfigurationClient, target, (entry) => mine === watch && happened(entry));
    watch = mine;
  } catch (error) {
    watch = undefined;
    notice(`${pathOf(target)} cannot be watched: ${error.message}`);
    show();
    return false;
  }
  watch.start();
  show();
  return true;
}

async function begin() {
  try {
    // Not a static import: one that is missing would keep this whole file from running, and nobody would say why.
    ({ ConfigurationClient } = await import("/pkg/index.js"));
  } catch (error) {
    notice("The client is missing: ", code("/pkg/index.js"), ` cannot be loaded (${error.message}). `, code("npm start"), " in the repository builds the package and serves it with this page.");
    return;
  }
  let missing;
  try {
    configurations = await list();
  } catch (error) {
    missing =
      error.status === 403
        ? [`The emulator lets this page deploy nothing: ${error.message}.`]
        : [`There is no emulator behind this page: ${error.message}. `, code("npm start"), " in the repository starts one together with the page."];
  }
  find("main").hidden = false;
  notice();
  const target = firstOf(configurations);
  show();
  if (target) choose(target);
  else client.offer([]);
  if (missing) {
    notice(...missing);
    editor.close("Without the emulator nothing can be deployed.");
  } else if (!target) {
    notice("The emulator's folder holds no configuration: put a file such as ", code("shop/prod/flags.json"), " into it.");
    editor.close("There is nothing to deploy to yet.");
  }

  setInterval(() => document.hidden || show(), 500);
  // Who comes back from an editor may have made or deleted a file.
  const back = () => document.hidden || look();
  addEventListener("focus", back);
  document.addEventListener("visibilitychange", back);
}

addEventListener("error", ({ message }) => message && notice(`The page has a fault: ${message}`));
addEventListener("unhandledrejection", ({ reason }) => notice(`The page has a fault: ${reason?.message ?? reason}`));
begin();
