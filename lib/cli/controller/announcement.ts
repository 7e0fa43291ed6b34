import { hostAndPort } from "../../rpc/host_and_port.ts";

export interface AnnouncedController {
  /** Where it listens for workers. */
  readonly endpoint: string;
  /** Under which workers reach it, where that is another one. */
  readonly publicUrl: string | undefined;
  readonly httpEndpoint: string;
  readonly registrationTokenPath: string;
  readonly apiTokenPath: string;
  readonly dataDirectory: string;
  /** The name of this machine. */
  readonly machine: string;
}

/** What `cirrus controller run` prints once it listens, with the line that starts a worker. */
export function announcement(controller: AnnouncedController): string {
  const url = controller.publicUrl ?? reachable(controller.endpoint, controller.machine);
  const line = [
    "cirrus worker run",
    `--rpc-endpoint=${shellWord(url)}`,
    `--token-file=${shellWord(controller.registrationTokenPath)}`,
  ].join(" ");
  return [
    `Workers    ${controller.endpoint}`,
    `HTTP API   ${controller.httpEndpoint}`,
    `API token  ${controller.apiTokenPath}`,
    `Data       ${controller.dataDirectory}`,
    "",
    "To start a worker on this machine, or with a copy of the token's file on another one:",
    "",
    `  ${line}`,
    "",
  ].join("\n");
}

/** An address that stands for all of a machine's is reached by the machine's name. */
function reachable(endpoint: string, machine: string): string {
  const url = new URL(endpoint);
  if (url.hostname !== "0.0.0.0" && url.hostname !== "[::]") return endpoint;
  return `${url.protocol}//${hostAndPort(machine, Number(url.port))}`;
}

/** A word as a shell reads it. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./\[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
