// A folder, or a single file, as what is deployed: an edited file is a deployment, a deleted one is reverted. Node only.
//
// A folder has `application/environment/profile.ext`, or `application:environment:profile.ext` as the AWS AppConfig Agent has it for local
// development, or both. A single file says by that name or by options what it is; otherwise its profile is its name.
//
// The folder is looked at ten times a second and before a poll, because file watching differs from system to system and misses things.
// A file counts when nobody has touched it for a moment, so a half-written one is not deployed, and an editor that deletes a file to write
// it anew reverts nothing. A file that cannot be a configuration is told, and what was deployed before stays.

import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { endOfJson, register, served } from "./emulator.face.js";
import { contentTypeOf, extensionFor, flatTarget, isOfType, isPassedOver, MAXIMUM_BYTES, profileOf, unfitContent, unfitName } from "./emulator.files.js";

/** How long nobody must have touched a file, in milliseconds. */
const SETTLED = 150;
/** The time between two looks. */
const PAUSE = 100;
/** How old the look may be that a poll relies on. With SETTLED and a look's own time this stays below the promised 500. */
const FRESH = 150;

/** What cannot be done for a reason that is the caller's to mend; `status` is the one over HTTP. */
export class FolderError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** What a single file is deployed to: as it was said, otherwise as its name says. */
function singleTarget(file, { application, environment, configurationProfile }) {
  const named = flatTarget(file) ?? { application: "default", environment: "default", configurationProfile: profileOf(file) };
  const target = {
    application: application ?? named.application,
    environment: environment ?? named.environment,
    configurationProfile: configurationProfile ?? named.configurationProfile,
  };
  for (const name of names(target)) {
    const unfit = unfitName(name);
    if (unfit) throw new FolderError(400, `the name ${JSON.stringify(name)} ${unfit}`);
  }
  return target;
}

const names = ({ application, environment, configurationProfile }) => [application, environment, configurationProfile];
const keyOf = (target) => JSON.stringify(names(target));
/** A path as everybody writes it. */
const shown = (file) => file?.split(path.sep).join("/");
const byName = (a, b) => (a.name < b.name ? -1 : 1);
const isGone = (error) => error.code === "ENOENT" || error.code === "ENOTDIR";

export class Folder {
  #root;
  /** `{ file, target }` where it is a single file. */
  #single;
  #emulator;
  #tell;
  #timer;
  /** By key: `{ target, file, stamp, since, settled, missing, deployed, remark }`. */
  #known = new Map();
  /** What was told of which path, `{ message, target }`, so that it is told once. */
  #remarks = new Map();
  #said;
  #unsure = false;
  #began = -Infinity;
  #running = Promise.resolve();
  #next;

  /** Opens a folder, or a single file that is deployed to `target`, and deploys what is in it; `tell` is called with what happens. */
  static async open(name, emulator, tell, target = {}) {
    const info = await stat(name).catch((error) => {
      throw new FolderError(404, `expected a folder or a file at ${name}: ${isGone(error) ? "there is none" : error.code}; make one, for example a folder with a file shop/prod/flags.json in it`);
    });
    const it = new Folder();
    [it.#root, it.#emulator, it.#tell] = [await realpath(name), emulator, tell];
    if (info.isDirectory()) {
      const given = Object.keys(target).filter((part) => target[part] !== undefined);
      if (given.length > 0) throw new FolderError(400, `${given.join(", ")}: expected for a single file alone, and ${name} is a folder, whose files' names say it`);
    } else {
      it.#single = { file: path.basename(it.#root), target: singleTarget(path.basename(name), target) };
      it.#root = path.dirname(it.#root);
    }
    await it.fresh();
    // What was written just now is waited for, a little longer than it needs, because a timer may be a millisecond early;
    // but not for ever, because somebody may write all the time.
    for (let tries = 3; tries > 0 && [...it.#known.values()].some(({ settled }) => !settled); tries--) {
      await new Promise((resolve) => setTimeout(resolve, SETTLED + 20));
      await it.fresh();
    }
    it.#again();
    return it;
  }

  /** Ends the looking. */
  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #again(pause = PAUSE) {
    this.#timer = setTimeout(async () => {
      const start = performance.now();
      await this.fresh();
      // A big folder, or a slow disk, is left more time.
      if (this.#timer) this.#again(PAUSE + 4 * (performance.now() - start));
    }, pause);
  }

  /** Settles when a look is over that began a moment ago at most. */
  fresh() {
    if (performance.now() - this.#began < FRESH) return this.#running;
    return (this.#next ??= this.#alone(async () => {
      this.#next = undefined;
      this.#began = performance.now();
      try {
        await this.#look();
      } catch (error) {
        // Nothing that a folder holds may end the server.
        this.#tell({ type: "problem", file: ".", message: `cannot be looked at: ${error.code ?? error.message}` });
      }
    }));
  }

  /** Runs `task` when nothing else is going on. */
  #alone(task) {
    const result = this.#running.then(task);
    this.#running = result.catch(() => {});
    return result;
  }

  async #look() {
    this.#said = new Map();
    this.#unsure = false;
    const found = new Map();
    for (const { file, target, entry } of await this.#candidates()) {
      const unfit = names(target).map(unfitName).find(Boolean);
      const [other, held] = [found.get(keyOf(target)), this.#known.get(keyOf(target))?.file];
      if (!entry.isFile()) this.#say(file, entry.isSymbolicLink() ? "is a link, and links are not followed" : "is no file: expected application/environment/profile.ext");
      else if (unfit) this.#say(file, `is not served, its name ${unfit}`);
      else if (other && held !== file) this.#say(file, `is not served: ${other.file} is of the same name`, target);
      else {
        // The one that was there before stays.
        if (other) this.#say(other.file, `is not served: ${file} is of the same name`, target);
        found.set(keyOf(target), { target, file });
      }
    }
    const now = Date.now();
    for (const [key, { target, file }] of found) if (!(await this.#examine(target, file, now))) found.delete(key);
    for (const [key, known] of this.#known) if (known.file && !found.has(key) && !this.#unsure) await this.#miss(known, now);
    for (const [file, { message }] of this.#said) if (this.#remarks.get(file)?.message !== message) this.#tell({ type: "problem", file, message });
    this.#remarks = this.#said;
  }

  /** What may be a configuration: `{ file, target, entry }`. */
  async #candidates() {
    if (this.#single) {
      const entry = await lstat(path.join(this.#root, this.#single.file)).catch((error) => void (this.#unsure ||= !isGone(error)));
      return entry ? [{ ...this.#single, entry }] : [];
    }
    const all = [];
    for (const application of await this.#folders(all)) {
      for (const environment of await this.#folders([], application)) {
        for (const entry of await this.#entries(application, environment)) {
          const file = path.join(application, environment, entry.name);
          all.push({ file, target: { application, environment, configurationProfile: profileOf(entry.name) }, entry });
        }
      }
    }
    return all;
  }

  /** Tells what is wrong with a file, and what it would be deployed to where that can be said. */
  #say(file, message, target) {
    this.#said.set(file, { message, target });
  }

  async #entries(...parts) {
    try {
      const entries = await readdir(path.join(this.#root, ...parts), { withFileTypes: true });
      return entries.filter(({ name }) => !isPassedOver(name)).sort(byName);
    } catch (error) {
      // What cannot be seen for another reason than that it is gone is not reverted.
      if (!isGone(error) || parts.length === 0) {
        this.#unsure ||= !isGone(error);
        this.#say(path.join(...parts, "."), `cannot be read: ${error.code}`);
      }
      return [];
    }
  }

  /** The folders in a folder; files in the agent's flat naming go to `flat`. */
  async #folders(flat, ...parts) {
    const fit = [];
    for (const entry of await this.#entries(...parts)) {
      const unfit = unfitName(entry.name);
      const file = path.join(...parts, entry.name);
      const target = parts.length === 0 && !entry.isDirectory() && flatTarget(entry.name);
      if (target) flat.push({ file, target, entry });
      else if (!entry.isDirectory()) this.#say(file, entry.isSymbolicLink() ? "is a link, and links are not followed" : "is not served: expected application/environment/profile.ext");
      else if (unfit) this.#say(file, `is not served, its name ${unfit}`);
      else fit.push(entry.name);
    }
    return fit;
  }

  #know(target) {
    const key = keyOf(target);
    if (!this.#known.has(key)) {
      // Known by name from now on, even if what is in it cannot be deployed.
      this.#emulator[register](target);
      this.#known.set(key, { target });
    }
    return this.#known.get(key);
  }

  /** Deploys a file if it is settled and new; `false` if it is gone. */
  async #examine(target, file, now) {
    const known = this.#know(target);
    let info;
    try {
      info = await lstat(path.join(this.#root, file));
    } catch (error) {
      this.#unsure ||= !isGone(error);
      return false;
    }
    const stamp = [file, info.ino, info.size, info.mtimeMs, info.ctimeMs].join();
    if (known.stamp !== stamp) Object.assign(known, { stamp, since: now, settled: false });
    Object.assign(known, { file, missing: undefined });
    // The second for a disk whose clock is ahead.
    if (!known.settled && (now - info.ctimeMs >= SETTLED || now - known.since >= SETTLED)) await this.#take(known, file);
    if (known.remark) this.#say(file, known.remark, target);
    return true;
  }

  async #take(known, file) {
    let handle;
    try {
      handle = await open(path.join(this.#root, file), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
      const before = await handle.stat();
      if (!before.isFile()) return;
      // One byte more than is allowed is enough to know.
      const bytes = before.size > MAXIMUM_BYTES ? { length: before.size } : await handle.readFile();
      const after = await handle.stat();
      // Written while it was read: the next look comes soon.
      if (after.mtimeMs !== before.mtimeMs || after.size !== bytes.length) return;
      known.settled = true;
      const { unfit, content } = this.#judge(file, bytes);
      known.remark = unfit && unfit + (known.deployed ? "; what was deployed before stays" : "; it is not deployed");
      if (!unfit) this.#deploy(known, file, content, after.mtime);
    } catch (error) {
      if (!isGone(error)) known.remark = `cannot be read: ${error.code ?? error.message}`;
    } finally {
      await handle?.close();
    }
  }

  /** What a file's bytes are served as, or why they are not; `status` is that over HTTP. */
  #judge(file, bytes) {
    const unfit = unfitContent(file, bytes, (text) => this.#emulator[endOfJson](text));
    if (unfit) return { unfit, status: bytes.length > MAXIMUM_BYTES ? 413 : 422 };
    try {
      return { content: this.#emulator[served](bytes, contentTypeOf(file)) };
    } catch (error) {
      return { unfit: `breaks a rule of feature flags: ${error.message}`, status: 400 };
    }
  }

  /** Deploys, unless the very same is deployed. The label is the time of the file's last change: AWS takes none of digits alone. */
  #deploy(known, file, bytes, mtime) {
    const contentType = contentTypeOf(file);
    const deployed = createHash("sha256").update(contentType).update("\0").update(bytes).digest("hex");
    if (known.deployed === deployed) return;
    const versionLabel = mtime.toISOString();
    // It is in the retrieval form already.
    this.#emulator.deploy({ ...known.target, content: bytes, contentType, versionLabel, type: "AWS.Freeform" });
    known.deployed = deployed;
    this.#tell({ type: "deployed", ...known.target, contentType, versionLabel, bytes: bytes.length });
  }

  /** Reverts what is gone, unless it went just now: an editor may be about to write it anew. */
  async #miss(known, now) {
    known.missing ??= now;
    if (now - known.missing >= SETTLED || now - (await this.#touched(known.file)) >= SETTLED) this.#revert(known);
  }

  /** When something was last made or deleted where a file was. */
  async #touched(file) {
    const folder = path.dirname(file);
    try {
      return (await stat(path.join(this.#root, folder))).mtimeMs;
    } catch {
      return folder === "." ? Infinity : this.#touched(folder);
    }
  }

  #revert(known) {
    if (known.deployed) {
      this.#emulator.revert(known.target);
      this.#tell({ type: "reverted", ...known.target });
    }
    Object.assign(known, { file: undefined, stamp: undefined, settled: true, deployed: undefined, remark: undefined });
  }

  /** What is deployed, with the file that it is from. */
  list() {
    return this.#emulator.configurations.map((it) => ({ ...it, file: shown(this.#known.get(keyOf(it))?.file) }));
  }

  /** What cannot be deployed as it is: `{ file, message }`, and the names that it would be deployed to where those are good. */
  problems() {
    return [...this.#remarks].map(([file, { message, target }]) => ({ file: shown(file), message, ...target }));
  }

  /** The file's content as it is now, with its content type. */
  async read(target) {
    const file = this.#known.get(keyOf(target))?.file;
    if (!file) throw new FolderError(404, `there is no file for ${names(target).join("/")}`);
    const handle = await open(path.join(this.#root, file), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      return { contentType: contentTypeOf(file), bytes: await handle.readFile() };
    } finally {
      await handle.close();
    }
  }

  /** Writes the file of a target, whole or not at all, and deploys it. Its extension follows the content type where it is new. */
  write(target, contentType, bytes) {
    return this.#alone(async () => {
      for (const name of names(target)) {
        const unfit = unfitName(name);
        if (unfit) throw new FolderError(400, `the name ${JSON.stringify(name)} ${unfit}`);
      }
      const extension = extensionFor(contentType);
      if (!extension) throw new FolderError(415, `the content type ${JSON.stringify(contentType)} has no extension here: write the file by hand`);
      const held = this.#known.get(keyOf(target))?.file;
      if (held && !isOfType(held, contentType)) throw new FolderError(415, `${held} is deployed as ${contentTypeOf(held)}, got ${contentType}`);
      if (this.#single && !held) throw new FolderError(409, `${this.#single.file} is all that is served, as ${names(this.#single.target).join("/")}`);
      const file = held ?? path.join(target.application, target.environment, `${target.configurationProfile}.${extension}`);
      const { unfit, status, content } = this.#judge(file, bytes);
      if (unfit) throw new FolderError(status, `${path.basename(file)} ${unfit}`);
      const folder = await this.#inside(path.dirname(file));
      const temporary = path.join(folder, `.${randomUUID()}.tmp`);
      const full = path.join(this.#root, file);
      try {
        if (!((await lstat(full).catch(() => undefined))?.isFile() ?? true)) throw new FolderError(409, `${file} is there and is no file`);
        // "wx": a link of that name is not followed.
        await writeFile(temporary, bytes, { flag: "wx" });
        await rename(temporary, full);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error instanceof FolderError ? error : new FolderError(507, `${file} cannot be written: ${error.code}`);
      }
      const known = this.#know(target);
      this.#deploy(known, file, content, (await stat(full)).mtime);
      Object.assign(known, { file, missing: undefined, remark: undefined, stamp: undefined });
      this.#remarks.delete(file);
    });
  }

  /** Deletes the file of a target, and reverts it. */
  remove(target) {
    return this.#alone(async () => {
      const known = this.#known.get(keyOf(target));
      if (!known?.file) throw new FolderError(404, `there is no file for ${names(target).join("/")}`);
      await this.#inside(path.dirname(known.file));
      await rm(path.join(this.#root, known.file), { force: true });
      this.#remarks.delete(known.file);
      this.#revert(known);
    });
  }

  /** The folder of a file, made where it is not there; nothing on the way to it is a link. */
  async #inside(where) {
    let folder = this.#root;
    for (const name of where.split(path.sep).filter((it) => it !== ".")) {
      folder = path.join(folder, name);
      await mkdir(folder).catch((error) => {
        if (error.code !== "EEXIST") throw new FolderError(507, `the folder ${name} cannot be made: ${error.code}`);
      });
      if (!(await lstat(folder)).isDirectory()) throw new FolderError(409, `${name} is there and is no folder`);
    }
    if ((await realpath(folder)) !== folder) throw new FolderError(409, `${where} leads out of the folder`);
    return folder;
  }
}
