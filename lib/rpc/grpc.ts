// The only import of grpc-js in the program: what mends http2 has to be loaded before it.
import "./http2_mending.ts";
import * as grpc from "@grpc/grpc-js";

// What it has to say reaches callers as errors; on the console it would break into what the user sees.
if (!Deno.env.has("GRPC_VERBOSITY")) grpc.setLogVerbosity(grpc.logVerbosity.NONE);

export { grpc };
