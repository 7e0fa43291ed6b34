/**
 * How a CI system is told to fold a block of lines, and what failed. Each text holds whole lines, line breaks
 * included. Blocks do not overlap: most systems cannot show that.
 */
export interface FoldFormat {
  open(title: string): string;
  close(title: string): string;
  /** Shown by the system outside of the folds. `details` may have many lines. */
  failure(title: string, details: string): string;
}

/** Travis CI's folds. Source: travis-ci/travis-build, `lib/travis/build/bash/travis_fold.bash`. */
export function travisFolds(): FoldFormat {
  let count = 0;
  const clearLine = "\r\x1b[0K";
  return {
    open: (title) => `travis_fold:start:cirrus.${++count}${clearLine}${oneLine(title)}\n`,
    close: () => `travis_fold:end:cirrus.${count}${clearLine}\n`,
    failure: () => "",
  };
}

/** Workflow commands of GitHub Actions. Source: GitHub's documentation, "Workflow commands for GitHub Actions". */
export const githubActionsFolds: FoldFormat = {
  open: (title) => `::group::${oneLine(title)}\n`,
  close: () => "::endgroup::\n",
  failure: (title, details) => `::error title=${escapeProperty(title)}::${escapeData(details)}\n`,
};

/** Service messages of TeamCity. Source: TeamCity's documentation, "Service Messages". */
export const teamcityFolds: FoldFormat = {
  open: (title) => serviceMessage("blockOpened", { name: title }),
  close: (title) => serviceMessage("blockClosed", { name: title }),
  failure: (title, details) =>
    serviceMessage("message", { text: title, errorDetails: details, status: "ERROR" }) +
    serviceMessage("buildProblem", { description: title }),
};

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, " ");
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function serviceMessage(name: string, attributes: Readonly<Record<string, string>>): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}='${escapeAttribute(value)}'`);
  return `##teamcity[${name}${written.join("")}]\n`;
}

const ATTRIBUTE_ESCAPES: Readonly<Record<string, string>> = { "\n": "|n", "\r": "|r" };

function escapeAttribute(text: string): string {
  return text
    .replace(/['|[\]]/g, "|$&")
    .replace(/[\n\r]/g, (character) => ATTRIBUTE_ESCAPES[character] ?? character)
    .replace(/[\u0080-\uffff]/g, (unit) => `|0x${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
