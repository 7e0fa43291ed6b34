/** What a task is called by and what tells it apart from others of that name. */
export interface Titled {
  readonly name: string;
  readonly uniqueLabels: readonly string[];
}

/** What a person calls each task, in the same order. Unique. */
export function taskTitles(tasks: readonly Titled[]): string[] {
  const seen = new Map<string, number>();
  return tasks.map(({ name, uniqueLabels }) => {
    const title = [name, ...uniqueLabels].join(" ");
    const count = (seen.get(title) ?? 0) + 1;
    seen.set(title, count);
    return count === 1 ? title : `${title} #${count}`;
  });
}
