/** The environment variable that may hold a pool's registration token. */
export const TOKEN_VARIABLE = "CIRRUS_WORKER_TOKEN";
