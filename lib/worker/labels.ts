import type { Platform } from "../machine/machine.ts";

/** Who a worker is, for the labels that tasks select workers by. */
export interface WorkerIdentity {
  readonly name: string;
  readonly version: string;
  readonly hostname: string;
  readonly platform: Platform;
}

/** The labels that every worker has, with the configured ones merged over them. */
export function workerLabels(
  identity: WorkerIdentity,
  configured: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const { name, version, hostname, platform } = identity;
  return { os: platform.os, arch: platform.arch, version, hostname, name, ...configured };
}

/** A worker's name where none is configured: the host's, less the suffix that home routers append. */
export function defaultWorkerName(hostname: string): string {
  return hostname.replace(/\.(lan|local)$/, "");
}
