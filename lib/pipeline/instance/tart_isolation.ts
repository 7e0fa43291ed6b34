import { create } from "@bufbuild/protobuf";
import {
  type Isolation_Tart,
  type Isolation_Tart_Volume,
  Isolation_Tart_VolumeSchema,
  Isolation_TartSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, listOf, mapOf } from "../field.ts";
import { condition, memory, text, wholeNumber } from "../field_types.ts";
import { MAX_UINT16, MAX_UINT32 } from "../go_number.ts";

export const tartVolumeFields: Fields<Isolation_Tart_Volume> = {
  name: field(text, "Name of the volume in the machine", { store: (volume, name) => volume.name = name }),
  source: field(text, "Directory of the host", {
    required: true,
    store: (volume, source) => volume.source = source,
  }),
  target: field(text, "Where it is mounted in the machine", {
    store: (volume, target) => volume.target = target,
  }),
  readonly: field(condition, "Whether the machine may only read it", {
    store: (volume, readOnly) => volume.readOnly = readOnly,
  }),
};

const volume = mapOf(tartVolumeFields, {
  what: "a volume",
  draft: () => create(Isolation_Tart_VolumeSchema),
});

export const tartIsolationFields: Fields<Isolation_Tart> = {
  image: field(text, "Image of the virtual machine", { store: (tart, image) => tart.image = image }),
  user: field(text, "User to log in as, admin when not given", { store: (tart, user) => tart.user = user }),
  password: field(text, "Password to log in with, admin when not given", {
    store: (tart, password) => tart.password = password,
  }),
  port: field(wholeNumber(MAX_UINT16), "Port of the machine's SSH server, 22 when not given", {
    store: (tart, port) => tart.port = port,
  }),
  cpu: field(wholeNumber(MAX_UINT32), "Number of processors, the image's when not given", {
    store: (tart, cpu) => tart.cpu = cpu,
  }),
  memory: field(memory, "Memory, the image's when not given", {
    store: (tart, memory) => tart.memory = memory,
  }),
  softnet: field(condition, "Whether the machine's network is isolated by Softnet", {
    store: (tart, softnet) => tart.softnet = softnet,
  }),
  display: field(text, "Resolution of the display, as WIDTHxHEIGHT", {
    store: (tart, display) => tart.display = display,
  }),
  volumes: field(listOf(volume), "Directories of the host to mount", {
    store: (tart, volumes) => tart.volumes = volumes,
  }),
};

/** `isolation: tart:`. */
export const tartIsolation = mapOf(tartIsolationFields, {
  what: '"tart"',
  draft: () => create(Isolation_TartSchema, { user: "admin", password: "admin" }),
});
