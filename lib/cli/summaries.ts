/** What help says of a command among others; its own help, which says more, is loaded with the command. */
export interface Summary {
  readonly brief: string;
  /** What stands behind the command's name; for a group of commands, its commands. */
  readonly customUsage?: readonly string[];
}

/** The commands of the program, in the order of its help. */
export const SUMMARIES = {
  artifacts: {
    brief: "List or download the files that the tasks of a build uploaded",
    customUsage: ["[flags] BUILD [NAME]"],
  },
  builds: {
    brief: "List a controller's builds, or show one with its tasks",
    customUsage: ["[flags] [BUILD]"],
  },
  cancel: {
    brief: "Cancel a task, or a whole build",
    customUsage: ["[flags] ID"],
  },
  completion: {
    brief: "Print what makes a shell complete commands, flags and values",
    customUsage: ["SHELL"],
  },
  config: {
    brief: "Check, describe and begin configuration files",
    customUsage: ["check|schema|init ..."],
  },
  controller: {
    brief: "Run the server that workers poll",
    customUsage: ["run|install|uninstall ..."],
  },
  licenses: {
    brief: "Print the licences of what the executable is made of",
  },
  logs: {
    brief: "Print what a task's commands have printed",
    customUsage: ["[flags] TASK [COMMAND]"],
  },
  rerun: {
    brief: "Run a task again that has ended",
    customUsage: ["[flags] TASK"],
  },
  run: {
    brief: "Run the tasks of .cirrus.yml on this machine",
    customUsage: ["[flags] [TASK]"],
  },
  submit: {
    brief: "Have a controller run the tasks of a .cirrus.yml on its workers",
    customUsage: ["[flags] [TASK]"],
  },
  validate: {
    brief: "Check a .cirrus.yml",
    customUsage: ["[flags]"],
  },
  worker: {
    brief: "Run and look after persistent workers of this host",
    customUsage: ["run|pause|resume|status|install|uninstall ..."],
  },
  workers: {
    brief: "List and look after the workers of a controller",
    customUsage: ["list|disable|enable|delete ..."],
  },
} as const satisfies Readonly<Record<string, Summary>>;

/** The name of a command of the program, or of a group of them. */
export type CommandName = keyof typeof SUMMARIES;
