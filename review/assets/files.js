// A file on its way to the desk: its id, its name, and what the browser itself
// can say against it before anything is sent.

const hexadecimal = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Makes up the id of one upload. The same id sent again is the same upload. */
export const newID = () => hexadecimal(crypto.getRandomValues(new Uint8Array(16)));

/** What is sent with a file. A header holds no Japanese, so the name is percent-encoded. */
export function headersOf(file) {
  // A lone half of a surrogate pair, which some systems allow in names, cannot be encoded.
  const name = (file.name || "").slice(0, 400).replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "");
  return { "Content-Type": "application/octet-stream", "Sesshu-File-Name": encodeURIComponent(name) };
}

/** Reads a whole file. Null when it cannot be read: it was moved or deleted, or is a folder. */
export async function contentOf(file) {
  try {
    return await file.arrayBuffer();
  } catch {
    return null;
  }
}

/** A size for people. */
export function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
