// What a typed text will be stored as. The server has the last word
// (slip.Normalise); this is for showing it before ENTER and for refusing at
// once what cannot be right. A test holds both against the same examples.

const eras = [["令和", "R", 2019, 2018], ["平成", "H", 1989, 1988], ["昭和", "S", 1926, 1925], ["大正", "T", 1912, 1911], ["明治", "M", 1873, 1867]];

/** Folds full-width letters and digits, and takes out blanks. */
export function fold(text) {
  return text.normalize("NFKC").replace(/[‐‑‒–—―−ー]/g, "-").replace(/\s+/g, "");
}

function iso(year, month, day) {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (year < 1000 || date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** Reads a western or Japanese date; null when it is none. */
export function parseDate(text) {
  const folded = fold(text);
  let parts = folded.match(/^(\d{4})(\d{2})(\d{2})$/) || folded.match(/^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/);
  if (parts) return iso(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  parts = folded.match(/^(令和|平成|昭和|大正|明治|[RHSTMrhstm])[.-]?(元|\d{1,2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/)
    || folded.match(/^([RHSTMrhstm])(\d{2})(\d{2})(\d{2})$/);
  if (!parts) return null;
  const era = eras.find(([name, letter]) => name === parts[1] || letter === parts[1].toUpperCase());
  const year = parts[2] === "元" ? 1 : Number(parts[2]);
  return year < 1 ? null : iso(year + era[3], Number(parts[3]), Number(parts[4]));
}

/**
 * Brings a text into the form in which it is stored. Returns {text} or
 * {fault: key of a message, n}.
 */
export function normalise(field, text) {
  const folded = fold(text);
  switch (field.kind) {
    case "digits": {
      const digits = field.length === 10 ? folded.replaceAll("-", "") : folded.replace(/回目$/, "");
      if (!/^\d*$/.test(digits)) return { fault: "not_digits" };
      if (digits.length !== field.length) return { fault: "wrong_length", n: field.length };
      return { text: digits };
    }
    case "date": {
      const date = parseDate(text);
      return date ? { text: date } : { fault: "not_date" };
    }
    case "lot": {
      const lot = folded.toUpperCase().replaceAll("-", "");
      return /^(?=.*\d)[0-9A-Z]{4,8}$/.test(lot) ? { text: lot } : { fault: "not_lot" };
    }
    case "amount": {
      const parts = folded.match(/^(\d{0,2})(?:\.(\d{1,3}))?(?:ml|cc)?$/i);
      const amount = parts && Number(`${parts[1] || 0}.${parts[2] || 0}`);
      return amount ? { text: String(amount) } : { fault: "not_amount" };
    }
    case "choice": {
      if (/^(yes|y|はい|同意|有|1)$/i.test(folded)) return { text: "yes" };
      if (/^(no|n|いいえ|不同意|無|0)$/i.test(folded)) return { text: "no" };
      const choice = field.candidates.find((c) => c.shown === text || c.text === text);
      return choice ? { text: choice.text } : { fault: "choose" };
    }
  }
  return { text: text.trim() };
}

/** Says how a stored date reads in Japanese: 令和3年6月30日 (水). */
export function dateInWords(date, language) {
  const [year, month, day] = date.split("-").map(Number);
  const formats = language === "ja"
    ? { era: "long", year: "numeric", month: "long", day: "numeric", weekday: "short", calendar: "japanese" }
    : { year: "numeric", month: "long", day: "numeric", weekday: "short" };
  const format = new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", { ...formats, timeZone: "UTC" });
  return format.format(new Date(Date.UTC(year, month - 1, day)));
}
