/** The text of a report, and whether bytes of it were no text. */
export interface ReportText {
  readonly text: string;
  readonly damaged: boolean;
}

/** Where an XML document says its encoding, if it does; in bytes. */
const DECLARATION_BYTES = 200;

/**
 * Decodes a report: UTF-8, or UTF-16 as Windows PowerShell writes it, or what an XML document says of itself. Bytes
 * that stand for nothing become U+FFFD.
 */
export function decodeReport(bytes: Uint8Array): ReportText {
  const encoding = byteOrderMark(bytes) ?? declaredEncoding(bytes) ?? "utf-8";
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), damaged: false };
  } catch {
    return { text: new TextDecoder(encoding).decode(bytes), damaged: true };
  }
}

function byteOrderMark([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}

/** A declaration that can be read byte by byte is not in UTF-16, whatever it says: .NET's writers say so of UTF-8. */
function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, DECLARATION_BYTES));
  const label = /^<\?xml [^>]*encoding=["'](?!utf-16)([\w.-]+)["']/i.exec(head)?.[1];
  try {
    return label === undefined ? undefined : new TextDecoder(label).encoding;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
