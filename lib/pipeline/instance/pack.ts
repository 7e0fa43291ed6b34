import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import {
  ContainerInstanceSchema,
  DockerBuilderSchema,
  MacOSInstanceSchema,
  PersistentWorkerInstanceSchema,
  PipeInstanceSchema,
  PrebuiltImageInstanceSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { HostMessage } from "./host_message.ts";
import type { InstanceMessage } from "./instance.ts";

/** The instance as the message that a task carries. */
export function packInstance(message: InstanceMessage | HostMessage): Any {
  if (message instanceof HostMessage) return anyPack(message.schema, message.message);
  switch (message.$typeName) {
    case ContainerInstanceSchema.typeName:
      return anyPack(ContainerInstanceSchema, message);
    case DockerBuilderSchema.typeName:
      return anyPack(DockerBuilderSchema, message);
    case MacOSInstanceSchema.typeName:
      return anyPack(MacOSInstanceSchema, message);
    case PersistentWorkerInstanceSchema.typeName:
      return anyPack(PersistentWorkerInstanceSchema, message);
    case PipeInstanceSchema.typeName:
      return anyPack(PipeInstanceSchema, message);
    case PrebuiltImageInstanceSchema.typeName:
      return anyPack(PrebuiltImageInstanceSchema, message);
  }
}
