import { z } from "zod";

/** A schema of the library; every class of it is one. */
export type Schema = z.core.$ZodType;

/** The schemas of what may be written in one place: `optional`, defaults and transformations are taken off. */
export function writtenForms(schema: Schema): readonly Schema[] {
  if (
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault || schema instanceof z.ZodNonOptional ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodCatch
  ) {
    return writtenForms(schema.def.innerType);
  }
  if (schema instanceof z.ZodPipe) return writtenForms(schema.def.in);
  if (schema instanceof z.ZodLazy) return writtenForms(schema.def.getter());
  if (schema instanceof z.ZodUnion) return schema.def.options.flatMap(writtenForms);
  return [schema];
}

/** The schema of what stands under a key of a map, or undefined for a key that it must not have. */
export function schemaOfKey(form: Schema, key: string): Schema | undefined {
  if (form instanceof z.ZodRecord) return form.def.valueType;
  if (!(form instanceof z.ZodObject)) return undefined;
  return Object.hasOwn(form.def.shape, key) ? form.def.shape[key] : undefined;
}

/** The schema of what stands in a list, if that is what is written here. */
export function schemaOfItem(form: Schema): Schema | undefined {
  return form instanceof z.ZodArray ? form.def.element : undefined;
}
