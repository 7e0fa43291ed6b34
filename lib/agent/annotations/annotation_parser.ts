import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AnnotationSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";

export type AnnotationInit = MessageInitShape<typeof AnnotationSchema>;

/**
 * Reads what a tool reports in a file, from front to back. Throws an `Error` that says what is wrong with it; what was
 * read before that holds.
 */
export type AnnotationParser = (document: string) => Iterable<AnnotationInit>;
