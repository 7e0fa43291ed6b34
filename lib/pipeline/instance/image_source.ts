import type { Position } from "../../diagnostics/diagnostic.ts";
import { field, type Fields, type FieldType } from "../field.ts";
import { text } from "../field_types.ts";
import type { Node } from "../node.ts";
import type { Scope } from "../scope.ts";

/** What a container is made from: an image, or a Dockerfile that an image is built from. */
export interface ImageSource {
  image: string;
  dockerfile: string;
  dockerArguments: { [name: string]: string };
}

/** An instance that may be made from a Dockerfile, while it is read. */
export interface ImageDraft<M extends ImageSource> {
  readonly message: M;
  /** Where the file names the Dockerfile. */
  dockerfileAt: Position | undefined;
}

/** The fields by which a map says what its container is made from; `dockerArguments` is how they are written there. */
export function imageFields<M extends ImageSource>(
  dockerArguments: FieldType<Map<string, string>>,
  checkDockerfile: (path: string, node: Node, scope: Scope) => void = () => {},
): Fields<ImageDraft<M>> {
  return {
    image: field(text, "Image to run; it takes the place of a `dockerfile` above it", {
      store(draft, image) {
        draft.message.image = image;
        draft.message.dockerfile = "";
      },
    }),
    dockerfile: field(text, "Dockerfile to build the image from, relative to the project's root", {
      store(draft, path, node, scope) {
        checkDockerfile(path, node, scope);
        draft.message.dockerfile = path;
        draft.dockerfileAt = node.at;
      },
    }),
    docker_arguments: field(dockerArguments, "Build arguments for the Dockerfile", {
      store(draft, values) {
        draft.message.dockerArguments = Object.fromEntries(values);
      },
    }),
  };
}

/** Build arguments are of no use to an image that is not built. */
export function dropUnusedArguments(message: ImageSource): void {
  if (message.dockerfile === "") message.dockerArguments = {};
}
