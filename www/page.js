// The page: clients that watch profiles of the emulator that serves it, or of another endpoint, and the panels that show one of them.

import { read, write } from "./address.js";
import { ChangesPanel } from "./changes.js";
import { ClientPanel } from "./client.js";
import { CostPanel } from "./cost.js";
import { element } from "./dom.js";
import { download, recordName } from "./download.js";
import { Editor } from "./editor.js";
import { list } from "./emulator.js";
import { FaultsPanel } from "./faults.js";
import { Fleet } from "./fleet.js";
import { HeldPanel } from "./held.js";
import { hintOn } from "./hint.js";
import { ProfilesPanel } from "./profiles.js";
import { firstOf, same, titleOf } from "./target.js";
import { Timeline } from "./timeline.js";
import { until } from "./words.js";

const find = (selector) => document.querySelector(selector);
const code = (text) => element("code", "", text);

const said = read(location.href);
/** Another endpoint has nothing of the emulator's that this page could reach. */
let hasEmulator = said.endpoint === undefined;
let fleet;
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

function announce(watch, sentence) {
  find("#announcement").textContent = fleet.watches.length > 1 ? `${titleOf(watch.target)}: ${sentence}` : sentence;
}

const timeline = new Timeline(find("#timeline"));
const changes = new ChangesPanel(find("#changes"));
const held = new HeldPanel(find("#held"));
const faults = new FaultsPanel(find("#faults"));
const cost = new CostPanel(find("#cost"), said.prices, keep);
const profiles = new ProfilesPanel(find("#profiles"), { add, choose, remove });
const client = new ClientPanel(find("#client"), {
  start: () => fleet.shown.start(),
  stop: () => fleet.shown.stop(),
  refresh: () => fleet.shown.refresh(),
  export: () => download(recordName(fleet.shown.target), fleet.shown.record()),
});
const editor = new Editor(find("#editor"), ({ target, versionLabel }) => {
  const watch = fleet.find(target);
  watch?.history.add({ kind: "deployment", target, versionLabel });
  look();
  // A poll may be faster than the answer.
  if (watch?.configuration?.versionLabel === versionLabel) return "The client holds it already.";
  if (!watch?.isRunning) return "The client is not running: Start brings it.";
  awaited = { target, versionLabel, at: performance.now() };
  return `The next poll brings it, ${until(watch.nextAt ?? 0) ?? "now"}.`;
});

function show() {
  const { watches, shown } = fleet;
  profiles.show(watches, shown, cost.prices);
  client.show(shown);
  timeline.show(shown);
  changes.show(shown);
  held.show(shown?.configuration, shown);
  held.tick();
  cost.show(watches);
  document.title = [shown && `${shown.status} · ${shown.target.configurationProfile}`, "appconfig-edge"].filter(Boolean).join(" · ");
}

let isPlanned = false;
/** Shows what there is with the next frame: of a hidden page that is when it is seen again. */
function plan() {
  if (isPlanned) return;
  isPlanned = true;
  requestAnimationFrame(() => {
    isPlanned = false;
    show();
  });
}

/** Takes what happened to a client. */
function happened(watch, entry) {
  plan();
  if (entry.kind === "status") announce(watch, `The client is ${entry.status}.`);
  // One that goes on failing is told once.
  if (entry.kind === "error" && entry.isFirst) {
    announce(watch, entry.message);
    explain(watch, watch.failure);
  }
  if (entry.kind === "refused" && entry.call === "start") notice(`start() failed: ${entry.message}`);
  if (entry.kind === "request" && entry.milliseconds !== undefined && hasEmulator) faults.look(true);
  if (entry.kind === "update") {
    const { versionLabel } = entry;
    announce(watch, versionLabel ? `Updated to version ${versionLabel}.` : "Updated.");
    if (awaited && same(awaited.target, watch.target) && awaited.versionLabel === versionLabel) {
      editor.arrived(awaited.target, performance.now() - awaited.at);
      awaited = undefined;
    }
    look();
  }
}

/** Says of a failure what the browser does not. */
async function explain(watch, failure) {
  const hint = await hintOn(failure, watch.endpoint, watch.answeredAt !== undefined);
  // It may have failed once more meanwhile, in the same way or in another.
  if (watch.failure?.code === failure.code) watch.failure.hint = hint;
  plan();
}

/** Looks at what is deployed: when something hints that it changed, because looking all the time would hide the client's own requests. */
async function look() {
  if (!hasEmulator) return;
  const mine = (looks += 1);
  const before = configurations;
  const found = await list().catch(() => undefined);
  // An older answer than another one; or none, and the client's polls tell that the emulator is gone.
  if (!found || mine !== looks) return;
  configurations = found.configurations;
  profiles.offer(configurations, fleet.watches);
  editor.tellProblems(found.problems);
  if (!fleet.shown) return;
  editor.compare(configurations);
  const isNew = (target) => configurations.some((it) => same(it, target)) && !before.some((it) => same(it, target));
  // A client that found nothing asks again after minutes, which is right where somebody has to mend something; here it was just mended.
  for (const watch of fleet.watches) if (isNew(watch.target) && watch.isRunning && !watch.configuration) watch.renew();
}

function keep() {
  const { watches, shown } = fleet;
  history.replaceState(null, "", write(location.href, { targets: watches.map(({ target }) => target), shown: shown?.target, prices: cost.prices }));
  plan();
}

function choose(watch) {
  awaited = undefined;
  fleet.shown = watch;
  keep();
  profiles.offer(configurations, fleet.watches);
  if (!hasEmulator) return;
  if (watch) editor.open(watch.target, configurations.find((it) => same(it, watch.target)));
  else editor.close("Nothing is watched: choose a profile above.");
}

/** Watches one more profile, and shows it; gives what keeps it from that, as a sentence. */
function add(target) {
  try {
    choose(fleet.add(target));
    notice();
  } catch (error) {
    return `${titleOf(target)} cannot be watched: ${error.message}.`;
  }
}

function remove(watch) {
  const wasShown = fleet.shown === watch;
  fleet.remove(watch);
  if (wasShown) choose(fleet.shown);
  else {
    keep();
    profiles.offer(configurations, fleet.watches);
  }
}

/** Hides what only the emulator that serves the page has, and says why. */
function withoutEmulator(words) {
  hasEmulator = false;
  find("main").classList.add("alone");
  find("#editor").hidden = find("#faults").hidden = true;
  find("#tagline").textContent = words;
}

async function begin() {
  if (said.mistakes.length) {
    const link = element("a", "", "Open the page without it");
    link.href = location.pathname;
    return notice(...said.mistakes.flatMap((it) => [it, " "]), "Nothing is asked before that is right. ", link, ".");
  }
  let ConfigurationClient;
  try {
    // Not a static import: one that is missing would keep this whole file from running, and nobody would say why.
    ({ ConfigurationClient } = await import("/pkg/index.js"));
  } catch (error) {
    return notice("The client is missing: ", code("/pkg/index.js"), ` cannot be loaded (${error.message}). `, code("npm start"), " in the repository builds the package and serves it with this page.");
  }
  fleet = new Fleet((options) => new ConfigurationClient(options), said.endpoint ?? location.origin, happened);
  const missing = [];
  if (hasEmulator) {
    try {
      const found = await list();
      configurations = found.configurations;
      editor.tellProblems(found.problems);
      faults.look();
    } catch (error) {
      withoutEmulator("Clients of AWS AppConfig Data in this page.");
      missing.push(
        ...(error.status === 403
          ? [`The emulator lets this page deploy nothing: ${error.message}.`]
          : [`There is no emulator behind this page: ${error.message}. `, code("npm start"), " in the repository starts one together with the page."]),
      );
    }
  } else withoutEmulator(`Clients of AWS AppConfig Data in this page, polling ${said.endpoint}. Deploying and faults are for the emulator's own page.`);

  find("main").hidden = false;
  notice();
  const first = said.targets.length ? undefined : firstOf(configurations, said.wanted);
  for (const target of first ? [first] : said.targets) {
    const wrong = add(target);
    if (wrong) missing.push(wrong);
  }
  choose(fleet.find(said.wanted) ?? fleet.watches[0]);
  if (missing.length) notice(...missing);
  else if (fleet.watches.length === 0 && hasEmulator) notice("The emulator's folder holds no configuration: put a file such as ", code("shop/prod/flags.json"), " into it.");
  show();

  let ticking;
  const tick = () => {
    clearInterval(ticking);
    if (document.hidden) return;
    ticking = setInterval(show, 500);
    // Who comes back from an editor may have made or deleted a file.
    look();
  };
  addEventListener("focus", () => document.hidden || look());
  document.addEventListener("visibilitychange", tick);
  tick();
  addEventListener("resize", () => {
    held.fit();
    plan();
  });
  addEventListener("beforeunload", (event) => editor.holdsDrafts && event.preventDefault());
}

addEventListener("error", ({ message }) => message && notice(`The page has a fault: ${message}`));
addEventListener("unhandledrejection", ({ reason }) => notice(`The page has a fault: ${reason?.message ?? reason}`));
begin();
