// Control characters (Cc), line and paragraph separators, lone surrogates, the marks that change the direction of text,
// and characters of no width: what could move a cursor, break a line, or show another name than the one that is there.
const invisible = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text on one line with everything visible that a terminal would act on: ESC becomes `\u001b`, a line break `\n`. */
export function printable(text: string): string {
  return text.replace(
    invisible,
    (character) => short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const QUOTED_LENGTH = 100;

/** A name or value of a file as a message shows it: JSON, cut where it is long. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}...` : text;
}
