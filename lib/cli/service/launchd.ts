import { join } from "node:path";
import type { Service, ServiceManager } from "./service.ts";
import { xmlText } from "./xml_text.ts";

/** launchd, for the whole host. */
export const launchdOfHost: ServiceManager = {
  title: "launchd",
  secretsDirectory: "/usr/local/etc/cirrus",
  ...launchd({ directory: "/Library/LaunchDaemons", logs: "/Library/Logs", domain: "system" }),
};

/** The launchd of one user, which runs while that user is logged in at the screen, as Tart's virtual machines want. */
export function launchdOfUser(
  { home, uid }: { readonly home: string; readonly uid: number },
): ServiceManager {
  return {
    title: "launchd of this user",
    secretsDirectory: join(home, ".config/cirrus"),
    ...launchd({
      directory: join(home, "Library/LaunchAgents"),
      logs: join(home, "Library/Logs"),
      domain: `gui/${uid}`,
    }),
  };
}

function launchd({ directory, logs, domain }: { directory: string; logs: string; domain: string }) {
  const definitionPath = (name: string) => join(directory, `${name}.plist`);
  return {
    definitionPath,
    define: (service: Service) => propertyList(service, { log: join(logs, `${service.name}.log`) }),
    startCommands: (name: string) => [["launchctl", "bootstrap", domain, definitionPath(name)]] as const,
    endCommands: (name: string) => [["launchctl", "bootout", `${domain}/${name}`]] as const,
    afterRemoval: [],
  };
}

/** The property list of a job. Source: launchd.plist(5). */
function propertyList({ name, argv }: Service, { log }: { log: string }): string {
  const string = (text: string) => `<string>${xmlText(text)}</string>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    "<dict>",
    "  <key>Label</key>",
    `  ${string(name)}`,
    "  <key>ProgramArguments</key>",
    "  <array>",
    ...argv.map((argument) => `    ${string(argument)}`),
    "  </array>",
    // The folders of Homebrew, where tart is: launchd's own PATH has neither.
    "  <key>EnvironmentVariables</key>",
    "  <dict>",
    "    <key>PATH</key>",
    `    ${string("/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")}`,
    "  </dict>",
    "  <key>RunAtLoad</key>",
    "  <true/>",
    // An end that an upstream asked for is meant.
    "  <key>KeepAlive</key>",
    "  <dict>",
    "    <key>SuccessfulExit</key>",
    "    <false/>",
    "  </dict>",
    // Seconds that running tasks have to finish in.
    "  <key>ExitTimeOut</key>",
    "  <integer>7200</integer>",
    "  <key>StandardOutPath</key>",
    `  ${string(log)}`,
    "  <key>StandardErrorPath</key>",
    `  ${string(log)}`,
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
}
