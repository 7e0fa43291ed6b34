// The only import of grpc-js in the program: what mends http2 has to be loaded first.
import "./http2_mending.ts";
export * as grpc from "@grpc/grpc-js";
