import { create } from "@bufbuild/protobuf";
import { type Annotation, AnnotationSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Machine } from "../../machine/machine.ts";
import { machinePaths } from "../machine_paths.ts";
import type { AnnotationInit } from "./annotation_parser.ts";

/** The most that is kept of each text of an annotation; in characters. */
const MAX_TEXT = 16_384;

/**
 * What a parser found, as the upstream gets it: a path of the working directory is relative to it, with `/`, however the
 * tool writes it, and no text is endless, or has a secret.
 */
export function placedAnnotation(
  found: AnnotationInit,
  { machine, workingDirectory, mask }: {
    readonly machine: Pick<Machine, "platform">;
    readonly workingDirectory: string;
    readonly mask: (text: string) => string;
  },
): Annotation {
  const { isAbsolute, normalize, relative, sep } = machinePaths(machine.platform);
  const annotation = create(AnnotationSchema, found);
  const shown = (text: string) => cut(mask(text));
  annotation.message = shown(annotation.message);
  annotation.rawDetails = shown(annotation.rawDetails);
  annotation.fullyQualifiedName = shown(annotation.fullyQualifiedName);
  const { fileLocation } = annotation;
  if (!fileLocation) return annotation;
  const { path } = fileLocation;
  const inside = isAbsolute(path) ? relative(workingDirectory, path) : normalize(path);
  const outside = inside.split(sep)[0] === ".." || isAbsolute(inside);
  fileLocation.path = shown(outside ? path : inside.replaceAll(sep, "/"));
  return annotation;
}

/** Half of a pair is no text that protobuf takes. */
function cut(text: string): string {
  return text.slice(0, MAX_TEXT).toWellFormed();
}
