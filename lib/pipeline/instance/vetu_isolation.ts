import { create } from "@bufbuild/protobuf";
import {
  type Isolation_Vetu,
  Isolation_Vetu_HostSchema,
  Isolation_VetuSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, type FieldType, mapOf } from "../field.ts";
import { memory, text, wholeNumber } from "../field_types.ts";
import { MAX_UINT16, MAX_UINT32 } from "../go_number.ts";
import { Problem } from "../problem.ts";

const hostNetworking: FieldType<void> = {
  read(node) {
    if (node.kind === "map" && node.children.some(({ name }) => name === "host")) return;
    throw new Problem(
      'Reading "networking": only host networking can be asked for, write "host: {}" below it',
      node.at,
    );
  },
  schema: { type: "object", properties: { host: {} }, required: ["host"] },
};

export const vetuIsolationFields: Fields<Isolation_Vetu> = {
  image: field(text, "Image of the virtual machine", { store: (vetu, image) => vetu.image = image }),
  user: field(text, "User to log in as, admin when not given", { store: (vetu, user) => vetu.user = user }),
  password: field(text, "Password to log in with, admin when not given", {
    store: (vetu, password) => vetu.password = password,
  }),
  port: field(wholeNumber(MAX_UINT16), "Port of the machine's SSH server, 22 when not given", {
    store: (vetu, port) => vetu.port = port,
  }),
  cpu: field(wholeNumber(MAX_UINT32), "Number of processors, the image's when not given", {
    store: (vetu, cpu) => vetu.cpu = cpu,
  }),
  memory: field(memory, "Memory, the image's when not given", {
    store: (vetu, memory) => vetu.memory = memory,
  }),
  disk_size: field(wholeNumber(MAX_UINT16), "Size of the disk in GB, the image's when not given", {
    store: (vetu, diskSize) => vetu.diskSize = diskSize,
  }),
  networking: field(hostNetworking, "How the machine reaches the network", {
    store(vetu) {
      vetu.networking = { case: "host", value: create(Isolation_Vetu_HostSchema) };
    },
  }),
};

/** `isolation: vetu:`. */
export const vetuIsolation = mapOf(vetuIsolationFields, {
  what: '"vetu"',
  draft: () => create(Isolation_VetuSchema, { user: "admin", password: "admin" }),
});
