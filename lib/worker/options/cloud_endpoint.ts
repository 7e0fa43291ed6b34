/** The upstream that was the default until its end on 1 June 2026. */
export const CLOUD_ENDPOINT = "https://grpc.cirrus-ci.com:443";
