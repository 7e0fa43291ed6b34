/** The section of a changelog that tells of `version`, without its heading. Throws when there is none. */
export function releaseNotes(changelog: string, version: string): string {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((section) => section.split(/\s/, 1)[0] === version);
  const notes = section?.slice(section.indexOf("\n")).trim();
  if (!notes) {
    throw new Error(
      `CHANGELOG.md has nothing about ${version}: add "## ${version}" with what users will notice`,
    );
  }
  return `${notes}\n`;
}
