// What the executable starts with: the program, after what its bundled packages expect to find.
import "./commonjs_globals.ts";
import "../../main.ts";
