import { create } from "@bufbuild/protobuf";
import {
  type Isolation_Parallels,
  Isolation_ParallelsSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, mapOf } from "../field.ts";
import { platform, text } from "../field_types.ts";

interface Draft {
  readonly message: Isolation_Parallels;
  /** As it is written. */
  platform: string;
}

export const parallelsIsolationFields: Fields<Draft> = {
  image: field(text, "Image of the virtual machine", {
    store: ({ message }, image) => message.image = image,
  }),
  user: field(text, "User to log in as", { store: ({ message }, user) => message.user = user }),
  password: field(text, "Password to log in with", {
    store: ({ message }, password) => message.password = password,
  }),
  platform: field(platform, "Operating system of the machine, linux when not given", {
    store(draft, { platform, written }) {
      draft.message.platform = platform;
      draft.platform = written;
    },
  }),
};

/** `isolation: parallels:`. */
export const parallelsIsolation = mapOf(parallelsIsolationFields, {
  what: '"parallels"',
  draft: () => ({ message: create(Isolation_ParallelsSchema), platform: "linux" }),
});
