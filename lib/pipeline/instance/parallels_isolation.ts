import { create } from "@bufbuild/protobuf";
import {
  type Isolation_Parallels,
  Isolation_ParallelsSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, mapOf } from "../field.ts";
import { platform, text } from "../field_types.ts";

const parallelsIsolationFields: Fields<Isolation_Parallels> = {
  image: field(text, "Image of the virtual machine", {
    store: (parallels, image) => parallels.image = image,
  }),
  user: field(text, "User to log in as", { store: (parallels, user) => parallels.user = user }),
  password: field(text, "Password to log in with", {
    store: (parallels, password) => parallels.password = password,
  }),
  platform: field(platform, "Operating system of the machine, linux when not given", {
    store: (parallels, { platform }) => parallels.platform = platform,
  }),
};

/** `isolation: parallels:`. */
export const parallelsIsolation = mapOf(parallelsIsolationFields, {
  what: '"parallels"',
  draft: () => create(Isolation_ParallelsSchema),
});
