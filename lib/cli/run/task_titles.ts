import type { Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";

/** What a person calls each task: its name and what tells it apart from others of that name. Unique. */
export function taskTitles(tasks: readonly Task[]): string[] {
  const seen = new Map<string, number>();
  return tasks.map(({ name, metadata }) => {
    const title = [name, ...metadata?.uniqueLabels ?? []].join(" ");
    const count = (seen.get(title) ?? 0) + 1;
    seen.set(title, count);
    return count === 1 ? title : `${title} #${count}`;
  });
}
