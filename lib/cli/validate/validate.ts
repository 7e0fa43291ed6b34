import type { DescMessage } from "@bufbuild/protobuf";
import { type Diagnostic, renderDiagnostic } from "../../diagnostics/diagnostic.ts";
import { parsePipeline, type ParseResult } from "../../pipeline/parse.ts";
import { pipelineSchema } from "../../pipeline/pipeline_schema.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { readUserEnvironment } from "../run/user_environment.ts";
import { UsageError } from "../usage_error.ts";
import { readAdditionalInstances } from "./additional_instances.ts";
import { readInput, type ValidateInput } from "./input.ts";
import { formatReport } from "./report.ts";
import type { ValidateFlags } from "./validate_flags.ts";

/** `cirrus validate`: checks a `.cirrus.yml`. */
export async function validate(flags: ValidateFlags, io: Io): Promise<number> {
  if (flags.schema) return await printSchema(flags, io);
  const input = await readInput(flags.file, io);
  const instances = await readAdditionalInstances(flags, io);
  const result = inOrderOfLines(await parse(input, { flags, instances, io }));
  const isValid = result.diagnostics.every(({ severity }) => severity !== "error");
  if (flags.print) await io.stdout.write(formatReport(result, { format: flags.print, instances }));
  else await describe(result, { input, isValid, io });
  return isValid ? ExitCode.success : ExitCode.failure;
}

async function printSchema(flags: ValidateFlags, io: Io): Promise<number> {
  if (flags.file !== undefined || flags.print !== undefined) {
    throw new UsageError("--schema checks no file: leave out --file and --print");
  }
  const schema = pipelineSchema({
    taskProperties: new Map(flags.additionalTaskProperty),
    additionalInstances: await readAdditionalInstances(flags, io),
  });
  await io.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
  return ExitCode.success;
}

async function parse(
  input: ValidateInput,
  { flags, instances, io }: {
    flags: ValidateFlags;
    instances: ReadonlyMap<string, DescMessage>;
    io: Io;
  },
): Promise<ParseResult> {
  const warn = (message: string) => io.stderr.writeSync(`Warning: ${message}\n`);
  const { environment, workingDirectory } = io;
  return await parsePipeline(input.source, {
    path: input.path,
    files: input.files,
    environment: await readUserEnvironment(
      { variables: flags.env ?? [], files: [] },
      { environment, workingDirectory, warn },
    ),
    affectedFiles: flags.affectedFiles ?? [],
    taskProperties: new Map(flags.additionalTaskProperty),
    additionalInstances: instances,
    allowMissingInstances: flags.allowMissingInstances,
  });
}

/** The same with what there is to say in the order in which a person reads the file. */
function inOrderOfLines({ tasks, diagnostics }: ParseResult): ParseResult {
  const at = ({ position }: Diagnostic) => position ?? { line: 0, column: 0 };
  const sorted = diagnostics.toSorted((left, right) =>
    at(left).line - at(right).line || at(left).column - at(right).column
  );
  return { tasks, diagnostics: sorted };
}

/** Errors before warnings, so that no warning hides one. */
async function describe(
  { tasks, diagnostics }: ParseResult,
  { input, isValid, io }: { input: ValidateInput; isValid: boolean; io: Io },
): Promise<void> {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const warnings = diagnostics.filter(({ severity }) => severity === "warning");
  const write = (found: readonly Diagnostic[]) =>
    io.stderr.write(found.map((one) => `${renderDiagnostic(one, input.source)}\n`).join(""));
  await write(errors);
  await write(warnings);
  const counts = [
    isValid ? count(tasks.length, "task") : count(errors.length, "error"),
    ...warnings.length > 0 ? [count(warnings.length, "warning")] : [],
  ];
  await io.stdout.write(`${input.path} is ${isValid ? "valid" : "not valid"}: ${counts.join(", ")}\n`);
}

function count(amount: number, thing: string): string {
  return `${amount} ${thing}${amount === 1 ? "" : "s"}`;
}
