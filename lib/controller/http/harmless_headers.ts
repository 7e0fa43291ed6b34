/**
 * What keeps a browser from running, or from guessing the kind of, a file that a task made: it may be anybody's work,
 * and this is the origin of the API.
 */
export const HARMLESS_HEADERS = {
  "content-security-policy": "sandbox; default-src 'none'",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
} as const;
