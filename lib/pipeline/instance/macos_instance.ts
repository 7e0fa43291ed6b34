import { create } from "@bufbuild/protobuf";
import { type MacOSInstance, MacOSInstanceSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, ignoredField, readFields } from "../field.ts";
import { memory, text, wholeNumber } from "../field_types.ts";
import { MAX_UINT16 } from "../go_number.ts";
import type { Node } from "../node.ts";
import type { Scope } from "../scope.ts";
import type { Instance } from "./instance.ts";

export const macosInstanceFields: Fields<MacOSInstance> = {
  image: field(text, "Image of the virtual machine", { store: (instance, image) => instance.image = image }),
  user: field(text, "User to log in as, admin when not given", {
    store: (instance, user) => instance.user = user,
  }),
  password: field(text, "Password to log in with, admin when not given", {
    store: (instance, password) => instance.password = password,
  }),
  cpu: field(wholeNumber(MAX_UINT16), "Number of processors, 4 when not given", {
    store: (instance, cpu) => instance.cpu = cpu,
  }),
  memory: field(memory, "Memory, 8 GiB when not given", {
    store: (instance, memory) => instance.memory = memory,
  }),
  use_compute_credits: ignoredField("Billing; the cloud's"),
};

/** Reads a `macos_instance`. */
export function readMacosInstance(node: Node, scope: Scope): Instance {
  const draft = create(MacOSInstanceSchema, { user: "admin", password: "admin", cpu: 4, memory: 8192 });
  const message = readFields(node, macosInstanceFields, { draft, scope, what: `"${node.name}"` });
  return { message, at: node.at, variables: { CIRRUS_OS: "darwin" } };
}
