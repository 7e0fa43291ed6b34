// ssh2 asks for `__dirname` while it is loaded, and a bundle is no CommonJS module.
Object.assign(globalThis, { __dirname: import.meta.dirname });
