/** Makes what tests would wait for otherwise, while others run. */
import { debianRoot, muslShell } from "./userlands.ts";

await Promise.all([debianRoot(), muslShell()]);
