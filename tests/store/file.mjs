// A folder as a store, as one would write it: a file for each name, written beside it and then renamed, so that whoever is killed
// leaves the old one or the new one.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

export function fileStore(folder) {
  mkdirSync(folder, { recursive: true });
  const file = (name) => path.join(folder, name);
  return {
    getItem(name) {
      try {
        return readFileSync(file(name), "utf8");
      } catch (error) {
        if (error.code === "ENOENT") return null;
        throw error;
      }
    },
    setItem(name, text) {
      writeFileSync(`${file(name)}.new`, text);
      renameSync(`${file(name)}.new`, file(name));
    },
    removeItem: (name) => rmSync(file(name), { force: true }),
  };
}
