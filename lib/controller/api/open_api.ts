import { z } from "zod";
import { ERROR_STATUSES } from "./api_error.ts";
import { type Answer, nothing, type Route } from "./route.ts";
import { errorSchema } from "./schemas.ts";

type JsonObject = Readonly<Record<string, unknown>>;

const REFERENCES = "#/components/schemas/";

/** Describes routes as an OpenAPI document, of version 3.1: there, schemas are plain JSON Schema. */
export function openApi(routes: readonly Route[], options: { readonly version: string }): JsonObject {
  const components = new Components();
  const paths = Map.groupBy(routes, ({ path }) => path);
  return {
    openapi: "3.1.0",
    info: {
      title: "cirrus controller",
      version: options.version,
      description: "Takes builds in, gives their tasks to workers, and keeps what comes of them",
    },
    security: [{ token: [] }],
    paths: Object.fromEntries(
      [...paths].map(([path, routes]) => [
        path.replace("{+", "{"),
        Object.fromEntries(routes.map((route) => [route.method.toLowerCase(), operation(route, components)])),
      ]),
    ),
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: components.schemas,
    },
  };
}

function operation(route: Route, components: Components): JsonObject {
  const { summary, open, body } = route;
  const answers = Object.entries(route.answers).map(([status, answer]) => [
    status,
    { description: answer.description, ...content(answer, components) },
  ]);
  const error = {
    description: `An error: ${Object.values(ERROR_STATUSES).toSorted().join(", ")}`,
    ...content({ description: "", schema: errorSchema }, components),
  };
  return {
    operationId: operationId(route),
    summary,
    parameters: parameters(route, components),
    ...open && { security: [] },
    ...body !== nothing && { requestBody: { content: json(components.refer(body)) } },
    responses: { ...Object.fromEntries(answers), default: error },
  };
}

/** `post_v1_builds_id_cancel`: unique, and fit for the name of a function. */
function operationId({ method, path }: Route): string {
  return `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+/g, "_")}`.replace(/_$/, "");
}

function parameters(route: Route, components: Components): JsonObject[] {
  const inPath = [...route.path.matchAll(/\{\+?(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inHeaders = Object.entries(route.headers ?? {}).map(([name, description]) => ({
    name,
    in: "header",
    description,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(components.properties(route.query)).map(([name, schema]) => ({
    name,
    in: "query",
    schema,
  }));
  return [...inPath, ...inHeaders, ...inQuery];
}

function content({ schema, mediaType, itemSchema }: Answer, components: Components): JsonObject {
  if (schema) return { content: json(components.refer(schema)) };
  if (mediaType === undefined) return {};
  const item = itemSchema === undefined ? undefined : components.refer(itemSchema);
  return {
    content: {
      [mediaType]: { schema: { type: "string" }, ...item === undefined ? {} : { "x-item-schema": item } },
    },
  };
}

function json(schema: unknown): JsonObject {
  return { "application/json": { schema } };
}

/** The schemas that a document refers to by their names. */
class Components {
  readonly schemas: Record<string, unknown> = {};

  /** A schema as it is written where it is used. */
  refer(schema: z.ZodType): unknown {
    const { $schema: _, $defs, ...rest } = toJson(schema);
    for (const [name, definition] of Object.entries(asObject($defs))) {
      this.schemas[name] = relocated(definition);
    }
    return relocated(rest);
  }

  /** The schemas of an object's properties, by their names. */
  properties(schema: z.ZodType): JsonObject {
    return asObject(toJson(schema).properties);
  }
}

function toJson(schema: z.ZodType): JsonObject {
  return z.toJSONSchema(schema, { io: "input" });
}

function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** What refers to a definition within a schema refers to the document's component then. */
function relocated(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"$ref":"#/$defs/', `"$ref":"${REFERENCES}`));
}
