import type { Import } from "./import_graph.ts";
import { HOMES, PROTO_LEVEL, type Room, ROOMS } from "./rooms.ts";

/** The imports that the rooms forbid, each as a line for a person. */
export function violations(imports: readonly Import[]): string[] {
  return imports.flatMap((found) => {
    const why = objection(found);
    return why === undefined ? [] : [`${found.from}:${found.line}: Import of ${found.to}: ${why}`];
  });
}

/** Why an import is forbidden, or undefined when it is not. */
function objection({ from, to }: Import): string | undefined {
  if (from === "main.ts") return to.startsWith("lib/cli/") ? undefined : "main.ts imports only lib/cli";
  const name = roomOf(from);
  if (name === undefined) return undefined;
  const room = ROOMS[name];
  if (!room) return `${name} is no room; add it to scripts/imports/rooms.ts`;
  if (to.startsWith("proto/")) {
    return room.level >= PROTO_LEVEL ? undefined : `rooms of level ${room.level} do without the protocol`;
  }
  if (to.startsWith("lib/")) return roomObjection({ name, room, to });
  if (to in HOMES) return HOMES[to] === name ? undefined : `its home is ${HOMES[to]}; go through that room`;
  if (/^(main\.ts|tests\/|scripts\/)/.test(to)) return "lib imports nothing that stands above it";
  return undefined;
}

function roomObjection({ name, room, to }: { name: string; room: Room; to: string }): string | undefined {
  const target = roomOf(to) ?? "";
  const level = ROOMS[target]?.level ?? Infinity;
  if (target === name) return undefined;
  if (level >= room.level) {
    return `${name} is at level ${room.level}, ${target} at ${level}; rooms import only rooms of lower levels`;
  }
  if (room.never?.includes(target)) return `${name} does without ${target}`;
  if (room.only && !room.only.includes(target) && !room.only.some((file) => to === `lib/${file}`)) {
    return `${name} imports only ${room.only.join(", ")}`;
  }
  return undefined;
}

/** The room of a path below `lib/`. */
function roomOf(path: string): string | undefined {
  return /^lib\/([^/]+)\//.exec(path)?.[1];
}
