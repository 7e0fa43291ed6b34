import { resolve } from "node:path";
import { idleKeys } from "../../config/reading/idle_keys.ts";
import { Controller } from "../../controller/controller.ts";
import { makeDataDirectory } from "../../controller/data_directory.ts";
import { openLog } from "../../logging/open_log.ts";
import { Secrets } from "../../logging/secrets.ts";
import { Interruption } from "../interruption.ts";
import type { Io } from "../io.ts";
import { logLevel } from "../log_level.ts";
import { Reloader } from "../reloader.ts";
import { applyControllerSettings, limitsOf } from "./apply_controller_settings.ts";
import { announceOnHost } from "./announce_on_host.ts";
import { announcement } from "./announcement.ts";
import { readCertificate } from "./certificate.ts";
import { checkPublicUrl } from "./check_public_url.ts";
import { closeWhenAsked } from "./close_when_asked.ts";
import type { ControllerRunFlags } from "./controller_flags.ts";
import { readControllerSettings } from "./controller_settings.ts";
import { defaultDataDirectory } from "./default_data_directory.ts";
import { checkEncryption, warnOfHiddenApi } from "./encryption.ts";
import { publishLocalController } from "./local_controller.ts";
import { maxCacheBytes } from "./max_caches.ts";
import { ServedController } from "./served_controller.ts";
import { obtainToken } from "./token.ts";

/** `cirrus controller run`: works until a signal ends it. */
export async function runController(flags: ControllerRunFlags, io: Io): Promise<number> {
  const path = (given: string) => resolve(io.workingDirectory, given);
  const settings = await readControllerSettings(flags);
  const { listen, httpListen, insecure, publicUrl, config } = settings;
  const secrets = new Secrets();
  const { level, format, file } = settings.log ?? {};
  using log = openLog({ level: logLevel(io, level), format, file, secrets });
  const { logger } = log;
  if (config) { for (const warning of idleKeys(config.root, config)) logger.warning(warning); }
  checkPublicUrl(publicUrl);
  const cacheBytes = maxCacheBytes(settings);
  const certificate = await readCertificate(settings);
  const encrypted = certificate !== undefined;
  checkEncryption([listen, httpListen], { encrypted, insecure, logger });
  warnOfHiddenApi(settings, { logger });

  const dataDirectory = path(settings.dataDir ?? defaultDataDirectory(io));
  await makeDataDirectory(dataDirectory);
  const registrationToken = await obtainToken({
    given: settings.registrationTokenFile && path(settings.registrationTokenFile),
    flag: "--registration-token-file",
    directory: dataDirectory,
    name: "registration-token",
  });
  const apiToken = await obtainToken({
    given: settings.apiTokenFile && path(settings.apiTokenFile),
    flag: "--api-token-file",
    directory: dataDirectory,
    name: "api-token",
  });
  for (const { value } of [registrationToken, apiToken]) secrets.add(value);

  // With a file SIGHUP does not end the program: it lets it read the file again.
  using interruption = new Interruption(io, config ? { signals: ["SIGINT", "SIGTERM"] } : {});
  let reload = () => {};
  using _hup = config && io.onSignal("SIGHUP", () => {
    log.reopen();
    reload();
  });
  await using controller = await Controller.start({
    ...listen,
    ...certificate && { certificate },
    dataDirectory,
    registrationToken: registrationToken.value,
    ...limitsOf(settings),
    caches: { maxBytes: cacheBytes },
    logger,
  });
  await using served = new ServedController(controller, {
    httpListen,
    publicHttpUrl: settings.publicHttpUrl,
    certificate,
    apiToken: apiToken.value,
    logger,
  });
  const local = { endpoint: served.httpEndpoint, apiTokenFile: apiToken.path };
  publishLocalController(dataDirectory, local);
  await announceOnHost(local, { io, logger });
  await io.stdout.write(announcement({
    endpoint: controller.endpoint,
    publicUrl,
    httpEndpoint: served.httpEndpoint,
    registrationTokenPath: registrationToken.path,
    apiTokenPath: apiToken.path,
    dataDirectory,
    machine: Deno.hostname(),
  }));
  await using reloader = new Reloader({
    settings,
    read: () => readControllerSettings(flags),
    apply: (next, before) => applyControllerSettings(next, { before, controller, log, io }),
    logger,
  });
  reload = () => reloader.request();
  return await closeWhenAsked(served, { interruption, logger });
}
