import { resolve } from "node:path";
import { Controller } from "../../controller/controller.ts";
import { makeDataDirectory } from "../../controller/data_directory.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { openLog } from "../../logging/open_log.ts";
import { Secrets } from "../../logging/secrets.ts";
import { parseEndpoint } from "../../rpc/endpoint.ts";
import { Interruption } from "../interruption.ts";
import type { Io } from "../io.ts";
import { logLevel } from "../log_level.ts";
import { UsageError } from "../usage_error.ts";
import { announcement } from "./announcement.ts";
import { readCertificate } from "./certificate.ts";
import { closeWhenAsked } from "./close_when_asked.ts";
import type { ControllerRunFlags } from "./controller_flags.ts";
import { defaultDataDirectory } from "./default_data_directory.ts";
import { checkEncryption } from "./encryption.ts";
import { publishLocalController } from "./local_controller.ts";
import { ServedController } from "./served_controller.ts";
import { obtainToken } from "./token.ts";

/** `cirrus controller run`: works until a signal ends it. */
export async function runController(flags: ControllerRunFlags, io: Io): Promise<number> {
  const path = (given: string) => resolve(io.workingDirectory, given);
  const secrets = new Secrets();
  using log = openLog({ level: logLevel(io), secrets });
  const { logger } = log;
  checkPublicUrl(flags.publicUrl);
  const certificate = await readCertificate(flags);
  const encrypted = certificate !== undefined;
  checkEncryption([flags.listen, flags.httpListen], { encrypted, insecure: flags.insecure, logger });

  const dataDirectory = path(flags.dataDir ?? defaultDataDirectory(io));
  await makeDataDirectory(dataDirectory);
  const registrationToken = await obtainToken({
    given: flags.registrationTokenFile && path(flags.registrationTokenFile),
    flag: "--registration-token-file",
    directory: dataDirectory,
    name: "registration-token",
  });
  const apiToken = await obtainToken({
    given: flags.apiTokenFile && path(flags.apiTokenFile),
    flag: "--api-token-file",
    directory: dataDirectory,
    name: "api-token",
  });
  for (const { value } of [registrationToken, apiToken]) secrets.add(value);

  using interruption = new Interruption(io);
  await using controller = await Controller.start({
    ...flags.listen,
    ...certificate && { certificate },
    dataDirectory,
    registrationToken: registrationToken.value,
    keepMs: flags.keep,
    maxDiskBytes: flags.maxDisk,
    queueTimeoutMs: flags.queueTimeout,
    workerTimeoutMs: flags.workerTimeout,
    logger,
  });
  await using served = new ServedController(controller, {
    httpListen: flags.httpListen,
    certificate,
    apiToken: apiToken.value,
    logger,
  });
  publishLocalController(dataDirectory, { endpoint: served.httpEndpoint, apiTokenFile: apiToken.path });
  await io.stdout.write(announcement({
    endpoint: controller.endpoint,
    publicUrl: flags.publicUrl,
    httpEndpoint: served.httpEndpoint,
    registrationTokenPath: registrationToken.path,
    apiTokenPath: apiToken.path,
    dataDirectory,
    machine: Deno.hostname(),
  }));
  return await closeWhenAsked(served, { interruption, logger });
}

function checkPublicUrl(url: string | undefined): void {
  if (url === undefined) return;
  try {
    parseEndpoint(url);
  } catch (error) {
    throw new UsageError(`Cannot use --public-url: ${errorMessage(error)}`, { cause: error });
  }
}
