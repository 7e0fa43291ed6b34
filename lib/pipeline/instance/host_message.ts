import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { ImageSource } from "./image_source.ts";

/** A message that only the host knows, and what an image for it is built from. */
export class HostMessage {
  constructor(
    readonly schema: DescMessage,
    readonly message: Message,
    readonly source: Pick<ImageSource, "dockerfile" | "dockerArguments">,
  ) {}
}
