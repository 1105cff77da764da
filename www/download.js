// Gives somebody a file.

export function download(name, value) {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: "application/json" }));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name that is one on every file system: of letters, digits, dots and hyphens. */
export const recordName = ({ configurationProfile }, at = new Date()) =>
  `appconfig-edge-record-${configurationProfile.replace(/[^\w.-]+/g, "-")}-${at.toISOString().slice(0, 19).replace(/:/g, "")}.json`;
