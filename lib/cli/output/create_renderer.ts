import type { Io } from "../io.ts";
import type { ResolvedFormat } from "../run/output_format.ts";
import { githubActionsFolds, teamcityFolds, travisFolds } from "./fold_format.ts";
import { FoldingRenderer } from "./folding_renderer.ts";
import { InteractiveRenderer } from "./interactive_renderer.ts";
import { EMOJI_MARKS, TEXT_MARKS } from "./marks.ts";
import { OneTaskAtATime } from "./one_task_at_a_time.ts";
import { PlainRenderer } from "./plain_renderer.ts";
import type { Renderer } from "./renderer.ts";
import { styleFor } from "./style.ts";

/** The renderer of a format, on standard output. Nothing can be drawn again in a file or a pipe: plain lines go there. */
export function createRenderer(format: ResolvedFormat, io: Io): Renderer {
  const isTerminal = io.stdout.terminalSize() !== undefined;
  const style = styleFor({ isTerminal, environment: io.environment });
  switch (format) {
    case "interactive":
    case "noemoji": {
      const marks = format === "interactive" ? EMOJI_MARKS : TEXT_MARKS;
      return isTerminal ? new InteractiveRenderer(io, { style, marks }) : new PlainRenderer(io.stdout, style);
    }
    case "simple":
      return new PlainRenderer(io.stdout, style);
    case "travis":
      return new OneTaskAtATime(new FoldingRenderer(io.stdout, travisFolds()));
    case "github-actions":
      return new OneTaskAtATime(new FoldingRenderer(io.stdout, githubActionsFolds));
    case "teamcity":
      return new OneTaskAtATime(new FoldingRenderer(io.stdout, teamcityFolds));
  }
}
