import { z } from "zod";
import { endpointOption } from "../rpc/endpoint_option.ts";
import { byteSizeOption } from "../units/byte_size_option.ts";
import { positiveDurationOption } from "../units/duration_option.ts";
import { parsedOption } from "../units/parsed_option.ts";
import { parseListenAddress } from "../units/listen_address.ts";
import { parsePublicHttpUrl } from "./public_http_url.ts";
import { parseKeep } from "./retention/keep.ts";

const address = parsedOption(parseListenAddress);

const path = (description: string, example: string) =>
  z.string().min(1).optional().meta({ description, examples: [example] });

/** The keys of a controller's configuration file; each overrides the flag of its name, which has the default. */
export const controllerOptions = {
  listen: address.optional().meta({
    description: "Where workers reach it",
    default: "127.0.0.1:6130",
    examples: ["0.0.0.0:6130"],
  }),
  "http-listen": address.optional().meta({
    description: "Where its HTTP API is",
    default: "127.0.0.1:6131",
    examples: ["0.0.0.0:6131"],
  }),
  "public-url": endpointOption.optional().meta({
    description: "Under which workers reach it, where that is not listen: behind a proxy, say",
    examples: ["https://ci.example.com"],
  }),
  "public-http-url": parsedOption(parsePublicHttpUrl).optional().meta({
    description:
      "Under which workers reach http-listen, for caches and artifacts, where it is behind a proxy",
    examples: ["https://ci.example.com"],
  }),
  "tls-cert": path("The server's certificate and its chain (PEM)", "/etc/cirrus/cert.pem"),
  "tls-key": path("The certificate's private key (PEM)", "/etc/cirrus/key.pem"),
  insecure: z.boolean().optional().meta({
    description: "Listen without TLS where others can reach it",
    default: false,
    examples: [true],
  }),
  "registration-token-file": path(
    "The token that workers join with; made in the data directory when not given",
    "/etc/cirrus/registration-token",
  ),
  "api-token-file": path(
    "The token that the HTTP API asks for; made in the data directory when not given",
    "/etc/cirrus/api-token",
  ),
  "data-dir": path(
    "Where builds, logs and tokens are kept; controller in the platform's state folder when not given",
    "/var/lib/cirrus",
  ),
  keep: parsedOption(parseKeep).optional().meta({
    description: "Forget builds that ended longer ago",
    default: "30d",
    examples: ["90d"],
  }),
  "max-disk": byteSizeOption.optional().meta({
    description: "Forget the builds that ended first while builds, logs, artifacts and caches take more",
    default: "50GB",
    examples: ["200GB"],
  }),
  "max-caches": byteSizeOption.optional().meta({
    description:
      "Forget the caches not used for longest while they take more of max-disk; half of it when not given",
    examples: ["50GB"],
  }),
  "queue-timeout": positiveDurationOption.optional().meta({
    description: "Fail a task that no worker took for so long",
    default: "24h",
    examples: ["6h"],
  }),
  "worker-timeout": positiveDurationOption.optional().meta({
    description: "Take a worker for lost that was silent for so long, with its tasks",
    default: "5m",
    examples: ["2m"],
  }),
};
