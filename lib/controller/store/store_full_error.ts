/** There is no space left for what was to be stored. Nothing was changed; it works again once there is space. */
export class StoreFullError extends Error {
  override readonly name = "StoreFullError";
}
