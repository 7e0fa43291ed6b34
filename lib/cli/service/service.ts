/** A program of ours that the operating system starts and keeps running. */
export interface Service {
  /** Names it on this host, such as `cirrus-worker`. */
  readonly name: string;
  /** One line for people. */
  readonly description: string;
  /** The program by its absolute path, and its arguments: no secret is among them. */
  readonly argv: readonly [string, ...string[]];
}

/** A program to run and its arguments. */
export type Command = readonly [string, ...string[]];

/** How services are described to an operating system, and by which of its programs they are started and ended. */
export interface ServiceManager {
  /** For people, such as `systemd`. */
  readonly title: string;
  /** Absolute path of the file that defines a service. */
  definitionPath(name: string): string;
  /** Absolute path of the folder for a service's secrets. */
  readonly secretsDirectory: string;
  /** The text of the file that defines a service. */
  define(service: Service): string;
  /** What starts a service, now and with the host, once its definition is written. */
  startCommands(name: string): readonly Command[];
  /** What ends a service for good, before its definition is removed; running tasks are waited for. */
  endCommands(name: string): readonly Command[];
  /** What is to be run once the definition is removed. */
  readonly afterRemoval: readonly Command[];
}
