import type { EngineName } from "../../lib/machine/container/engine_name.ts";
import type { ImageContent } from "./container_images.ts";
import { requireEngine } from "./require_engine.ts";

/** As `requireEngine`, for a test that also needs what an image is made with. */
export function requireUserland(engine: EngineName, { programs }: ImageContent): { ignore: boolean } {
  const needed = [requireEngine(engine)];
  if (programs === "debian") needed.push(requireEngine("debootstrap"));
  if (programs === "musl") needed.push(requireEngine("musl"));
  return { ignore: needed.some(({ ignore }) => ignore) };
}
