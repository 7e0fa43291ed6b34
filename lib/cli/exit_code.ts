import { ExitCode as LibraryExitCode } from "@stricli/core";
import { UsageError } from "./usage_error.ts";

/** How the program ends. */
export const ExitCode = {
  success: 0,
  /** What was asked for was done and failed: a task, a check. */
  failure: 1,
  /** What was asked for makes no sense: an unknown flag, a missing file, a task that does not exist. */
  misuse: 2,
} as const;

/** The exit code of a command that ended with this error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof UsageError ? ExitCode.misuse : ExitCode.failure;
}

/**
 * The exit code of the program for what the command line's library ends with: nothing or a command's own code, else
 * one of its own, which are below zero.
 */
export function exitCodeOfRun(code: number | string | null | undefined): number {
  const number = Number(code ?? ExitCode.success);
  if (number >= 0) return number;
  const isMisuse = number === LibraryExitCode.UnknownCommand || number === LibraryExitCode.InvalidArgument;
  return isMisuse ? ExitCode.misuse : ExitCode.failure;
}

/** The shells' convention for a program that a signal ended: 130 after SIGINT, 143 after SIGTERM. */
export function exitCodeOfSignal(signal: HandledSignal): number {
  return 128 + SIGNAL_NUMBERS[signal];
}

/** The signals that ask this program to end. SIGHUP comes when the terminal is closed. */
export type HandledSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

const SIGNAL_NUMBERS: Readonly<Record<HandledSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
