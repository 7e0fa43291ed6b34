import { win32 } from "node:path";
import type { Service, ServiceManager } from "./service.ts";
import { xmlText } from "./xml_text.ts";

/**
 * Windows' Task Scheduler: it starts the program with the host and again when it fails. A Windows service would have
 * to answer the service manager, which a program on the console cannot.
 */
export function taskScheduler(programData: string): ServiceManager {
  const directory = win32.join(programData, "cirrus");
  const definitionPath = (name: string) => win32.join(directory, `${name}.xml`);
  return {
    title: "Task Scheduler",
    definitionPath,
    secretsDirectory: directory,
    define: scheduledTask,
    startCommands: (name) => [
      ["schtasks", "/create", "/tn", name, "/xml", definitionPath(name), "/f"],
      ["schtasks", "/run", "/tn", name],
    ],
    endCommands: (name) => [
      ["schtasks", "/end", "/tn", name],
      ["schtasks", "/delete", "/tn", name, "/f"],
    ],
    afterRemoval: [],
  };
}

/** The definition of a task. Source: Microsoft's "Task Scheduler Schema", version 1.2. */
function scheduledTask({ description, argv: [program, ...args] }: Service): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    `  <RegistrationInfo><Description>${xmlText(description)}</Description></RegistrationInfo>`,
    "  <Triggers><BootTrigger><Enabled>true</Enabled></BootTrigger></Triggers>",
    "  <Principals>",
    // LocalSystem, by the identifier that is the same in every language of Windows.
    '    <Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal>',
    "  </Principals>",
    "  <Settings>",
    "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>",
    "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>",
    "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>",
    // No bound: a worker runs for as long as the host does.
    "    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>",
    "    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>",
    "  </Settings>",
    '  <Actions Context="Author">',
    `    <Exec><Command>${xmlText(program)}</Command><Arguments>${
      xmlText(args.map(quote).join(" "))
    }</Arguments></Exec>`,
    "  </Actions>",
    "</Task>",
    "",
  ].join("\r\n");
}

/** An argument as CommandLineToArgvW reads it back: backslashes count only before a quotation mark. */
function quote(argument: string): string {
  if (/^[^\s"]+$/.test(argument)) return argument;
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}
