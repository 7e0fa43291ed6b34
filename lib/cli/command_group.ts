import type { Application } from "@stricli/core";
import type { CliContext } from "./command.ts";

/** A command, or a group of them. */
export type Target = Application<CliContext>["root"];

/** A group of commands. */
export type Group = Extract<Target, { getAllEntries: unknown }>;

/**
 * The group of commands that words lead to, if it has a default one; undefined where they lead elsewhere. The library
 * forgets the other commands of such a group: it neither proposes them nor finds what a misspelt one was meant to be.
 */
export function groupWithDefault(root: Target, words: readonly string[]): Group | undefined {
  let target: Target | undefined = root;
  for (const word of words) target = isGroup(target) ? target.getRoutingTargetForInput(word) : undefined;
  return isGroup(target) && target.getDefaultCommand() ? target : undefined;
}

/** What a word may have been meant to be that the default command of a group does not take. */
export function commandsBesideDefault(root: Target, words: readonly string[]): string[] {
  const groups = words.map((_, count) => groupWithDefault(root, words.slice(0, count)));
  const group = groups.find((group) => group !== undefined);
  return group ? commandsOf(group).map(({ name }) => name) : [];
}

/** The commands that may have been meant where words lead to a group and name none of its commands. */
export function commandsAt(root: Target, words: readonly string[]): string[] {
  const target = targetOf(root, words);
  return isGroup(target) ? commandsOf(target).map(({ name }) => name) : [];
}

/** The names of the flags, in camel case, of the command that words lead to. */
export function flagsAt(root: Target, words: readonly string[]): string[] {
  const target = targetOf(root, words);
  const command = isGroup(target) ? target.getDefaultCommand() : target;
  return Object.keys(command?.parameters.flags ?? {});
}

/** The command that words lead to, or the group of which they name no command. */
function targetOf(root: Target, words: readonly string[]): Target {
  let target = root;
  for (const word of words) {
    const next = isGroup(target) ? target.getRoutingTargetForInput(word) : undefined;
    if (next === undefined) break;
    target = next;
  }
  return target;
}

/** The commands of a group as people write them, with what each does. */
export function commandsOf(group: Group): { readonly name: string; readonly brief: string }[] {
  return group.getAllEntries().filter(({ hidden }) => !hidden)
    .map(({ name, target }) => ({ name: name["convert-camel-to-kebab"], brief: target.brief }));
}

function isGroup(target: Target | undefined): target is Group {
  return target !== undefined && "getAllEntries" in target;
}
